"""Checkout and tickets, page by page."""

import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from booking.models import Payment, Ticket
from booking.services.reservations import hold_seats
from booking.services.tickets import book_seats
from booking.tests import make
from booking.ticket_codes import short_code_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def stopped(noon):
    """Time stands still."""


@pytest.fixture
def screening():
    return make.screening(price="10.00", types=["premium"])


@pytest.fixture
def seats(screening):
    return make.seats_of(screening)


@pytest.fixture
def buyer(client):
    person = make.user(full_name="Ada Lovelace")
    client.force_login(person)
    return person


@pytest.fixture
def step(screening):
    return lambda name: f"/checkout/{screening.pk}/{name}/"


@pytest.fixture
def held(buyer, screening, seats):
    return hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:2])


def payment(client, step):
    """What the form of the pay page would send."""
    basket = client.get(step("pay")).context["basket"]
    return {"payment_id": basket.payment_id, "seats": basket.ids}


@pytest.mark.parametrize("name", ["details", "pay", "done"])
def test_every_step_asks_for_sign_in(client, step, name):
    assertRedirects(client.get(step(name)), f"/account/sign-in/?next={step(name)}")


@pytest.mark.parametrize("name", ["details", "pay"])
def test_nothing_held_leads_to_the_seats(client, buyer, screening, step, name):
    assert client.get(step(name))["Location"] == f"/screenings/{screening.pk}/#refusal"


def test_details_show_who_buys_what(client, held, step):
    page = client.get(step("details"))

    assertContains(page, "Ada Lovelace")
    assertContains(page, "22.00 EUR")
    assertContains(page, "(Europe/Berlin)")


def test_going_on_to_pay_restores_the_holds(client, held, step, noon):
    noon.travel(200)

    answer = client.post(step("details"))

    assertRedirects(answer, step("pay"), status_code=303)
    assertContains(client.get(step("pay")), "Pay 22.00 EUR")
    assert Ticket._base_manager.values_list("expires_at", flat=True)[0] > held.holds[0].expires_at


def test_paying_twice_buys_once(client, held, step):
    form = payment(client, step)

    answers = [client.post(step("pay"), form) for _ in range(2)]

    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(303, step("done"))] * 2
    assert Ticket.objects.count() == 2
    page = client.get(step("done"))
    assertContains(page, Ticket.objects.first().booking.booking_number)
    assertContains(page, 'class="stub"', count=2)


def test_paying_page_after_the_sale_shows_the_tickets(client, held, step):
    client.post(step("pay"), payment(client, step))

    assertRedirects(client.get(step("pay")), step("done"), status_code=303)


def test_price_of_the_form_counts_for_nothing(client, held, step):
    client.post(step("pay"), payment(client, step) | {"price": "0.01", "total": "0.01"})

    assert sorted(Ticket.objects.values_list("price", flat=True)) == [10, 12]


def test_hold_that_ended_goes_back_with_the_choice(client, held, screening, seats, step, noon):
    form = payment(client, step)
    noon.travel(301)
    back = f"/screenings/{screening.pk}/?seats={seats[0]},{seats[1]}#refusal"

    assert client.post(step("pay"), form)["Location"] == back
    assert client.get(step("details"))["Location"] == back
    assertContains(client.get(back), "Press “Hold these seats”")
    assert (Ticket.objects.count(), Payment.objects.count()) == (0, 0)


@pytest.mark.parametrize("form", [{}, {"seats": ["x"]}, {"payment_id": "p", "seats": ["1", "1"]}, {"payment_id": "ü"}])
def test_nonsense_buys_nothing_and_fails_nowhere(client, held, step, form):
    assert client.post(step("pay"), form).status_code == 303
    assert Ticket.objects.count() == 0


def test_hold_made_before_the_start_may_still_be_paid(client, buyer, screening, seats, step, noon):
    noon.at(make.start_of(screening))
    noon.travel(-60)
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:1])
    form = payment(client, step)
    noon.travel(120)

    assertContains(client.get(f"/screenings/{screening.pk}/"), "Finish your booking", status_code=410)
    assertRedirects(client.post(step("details")), step("pay"), status_code=303)
    assertRedirects(client.post(step("pay"), form), step("done"), status_code=303)


@pytest.fixture
def ticket(buyer, screening, seats):
    book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:1])
    return Ticket.objects.get()


def test_tickets_are_upcoming_until_the_film_is_over(client, ticket, noon):
    assertContains(client.get("/tickets/"), f'href="/tickets/{ticket.pk}/"')
    assertNotContains(client.get("/tickets/"), "Past")

    noon.at(ticket.screening.end_time)
    noon.travel(1)

    page = client.get("/tickets/")
    assertContains(page, "No tickets for a coming film.")
    assertContains(page, "Past")


def test_ticket_shows_what_the_door_needs(client, ticket):
    page = client.get(f"/tickets/{ticket.pk}/")

    assertContains(page, "<svg", count=2)  # the house's mark and the code
    assertContains(page, short_code_of(ticket.secret))
    assertContains(page, "Tuesday 3 June 2031")
    assertNotContains(page, ticket.secret)


def test_ticket_of_somebody_else_is_not_found(client, ticket):
    client.force_login(make.user())

    assert client.get(f"/tickets/{ticket.pk}/").status_code == 404
    assert client.post(f"/tickets/{ticket.pk}/").status_code == 404


def test_cancelling_tells_the_refund_and_ends_the_ticket(client, ticket):
    assertContains(client.get(f"/tickets/{ticket.pk}/"), "refund 12.00 EUR")

    answer = client.post(f"/tickets/{ticket.pk}/")

    assertRedirects(answer, f"/tickets/{ticket.pk}/", status_code=303, fetch_redirect_response=False)
    page = client.get(f"/tickets/{ticket.pk}/")
    assertContains(page, "12.00 EUR will be paid back.", count=2)
    assertNotContains(page, 'class="qr"')
    assert Ticket.objects.get().state == "cancelled"


def test_cancelling_after_the_start_is_refused(client, ticket, screening, noon):
    noon.at(make.start_of(screening))

    assertNotContains(client.get(f"/tickets/{ticket.pk}/"), "Cancel this ticket")
    client.post(f"/tickets/{ticket.pk}/")

    assertContains(client.get(f"/tickets/{ticket.pk}/"), "Cannot cancel tickets for past screenings")
    assert Ticket.objects.get().state == "confirmed"


def test_queries_do_not_grow_with_tickets(client, buyer, screening, seats, django_assert_num_queries):
    book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:1])
    with django_assert_num_queries(3):
        client.get("/tickets/")

    book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[1:4])
    with django_assert_num_queries(3):
        client.get("/tickets/")


def types(seats, *kinds):
    return {f"type-{seat}": kind for seat, kind in zip(seats, kinds, strict=False)}


def test_r16_details_offer_every_ticket_type_with_its_price(client, held, step):
    page = client.get(step("details"))

    assertContains(page, "<option", count=8)
    for option in ("Adult, 12.00", "Child, 7.80", "Senior, 9.60", "Member, 9.60", "Child, 6.50"):
        assertContains(page, option)
    assertContains(page, '<label for="type-', count=2)


def test_r16_chosen_types_make_the_price_and_reach_the_tickets(client, held, seats, step):
    answer = client.post(step("details"), types(seats, "child", "senior"))
    assertRedirects(answer, step("pay"), status_code=303)
    assertContains(client.get(step("pay")), "Pay 15.80 EUR")

    client.post(step("pay"), payment(client, step))

    sold = Ticket.objects.order_by("seat_id")
    assert [(ticket.ticket_type, str(ticket.price)) for ticket in sold] == [("child", "7.80"), ("senior", "8.00")]
    assertContains(client.get(f"/tickets/{sold[0].pk}/"), "<dd>Child</dd>", html=True)


def test_r16_total_can_be_looked_at_before_going_on(client, held, seats, step):
    answer = client.post(step("details"), types(seats, "child") | {"action": "price"})

    assertRedirects(answer, step("details"), status_code=303)
    page = client.get(step("details"))
    assertContains(page, "17.80 EUR")
    assertContains(page, '<option value="child" selected>')
    assertContains(page, "Premium, Child")


def test_r16_price_of_a_hold_stays_while_its_type_does(client, held, screening, seats, step):
    type(screening).objects.filter(pk=screening.pk).update(price="20.00")
    assertContains(client.get(step("details")), "Adult, 12.00")

    client.post(step("details"), types(seats, "adult", "child"))

    assertContains(client.get(step("pay")), "Pay 25.00 EUR")


@pytest.mark.parametrize("kind", ["", "baby", "ADULT"])
def test_r16_unknown_type_changes_nothing_and_is_told(client, held, seats, step, kind):
    answer = client.post(step("details"), types(seats, kind))

    assertRedirects(answer, step("details"), status_code=303, fetch_redirect_response=False)
    page = client.get(step("details"))
    assertContains(page, "A ticket type is one of adult, child, senior, member.")
    assertContains(page, "22.00 EUR")


def test_fee_is_in_the_first_price_and_named(client, buyer):
    screening = make.screening(price="10.00", house={"booking_fee": "1.50"})
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=make.seats_of(screening)[:1])

    assertContains(client.get(f"/screenings/{screening.pk}/"), "includes a booking fee of 1.50")
    assertContains(client.get(f"/screenings/{screening.pk}/"), "11.50")
    details = client.get(f"/checkout/{screening.pk}/details/")
    assertContains(details, "11.50 EUR")
    assertContains(details, "A booking fee of 1.50 a ticket is included.")


def test_r37_page_offers_to_cancel_until_the_cutoff(client, buyer, noon):
    screening = make.screening(house={"cancel_cutoff_minutes": 60})
    book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=make.seats_of(screening)[:1])
    address = f"/tickets/{Ticket.objects.get().pk}/"
    noon.at(make.start_of(screening))
    noon.travel(-3601)
    assertContains(client.get(address), "Cancel this ticket")

    noon.travel(1)

    assertNotContains(client.get(address), "Cancel this ticket")
