"""Paying on a page of the provider's, and the ways back: booked, other seats to confirm, refunded."""

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from pytest_django.asserts import assertContains, assertNotContains

from booking import tasks
from booking.models import Booking, FakeCharge, Payment, PaymentIntent, ProviderEvent
from booking.payments import fake
from booking.payments.provider import ProviderUnavailable
from booking.services.reservations import hold_seats
from booking.services.tickets import book_seats
from booking.tests import make
from booking.tests.make import NOON
from booking.tests.paying import books, payments, take_money
from catalog.models import Screening
from cinema_project.common import mailer, outbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon", "verify")]


@pytest.fixture
def screening():
    return make.screening(seats=8, price="10.00")


@pytest.fixture
def seats(screening):
    return make.seats_of(screening)


@pytest.fixture
def buyer(client):
    person = make.user(full_name="Ada Lovelace")
    client.force_login(person)
    return person


@pytest.fixture
def pay_page(screening):
    return f"/checkout/{screening.pk}/pay/"


@pytest.fixture
def bank(client, buyer, screening, seats, pay_page):
    """Hold two seats and go to the bank; the address of its page."""
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:2])
    answer = client.post(pay_page, {"seats": seats[:2]})
    assert answer.status_code == 303
    return answer["Location"]


@pytest.fixture
def paid_page(bank, screening):
    return f"/checkout/{screening.pk}/paid/{PaymentIntent.objects.get().payment_id}/"


def states(screening):
    return [state for _, state in make.states(screening)]


def deliver():
    while outbox.deliver_due():
        pass


# --- There --------------------------------------------------------------------------------------------------------
def test_pay_page_says_where_one_pays_and_asks_for_no_trust(client, buyer, screening, seats, pay_page):
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:2])

    page = client.get(pay_page)

    assertContains(page, "Pay 20.00 EUR")
    assertContains(page, "page of our payment provider")
    assertNotContains(page, "payment_id")
    assertNotContains(page, "on trust")


def test_going_to_pay_gives_the_seats_their_full_time_again(client, buyer, screening, seats, pay_page, noon):
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:1])
    noon.travel(200)

    client.post(pay_page, {"seats": seats[:1]})

    assert str(screening.claims.get().expires_at) > str(NOON + timedelta(seconds=499))


def test_paying_for_seats_that_are_gone_leads_back_to_the_map(client, buyer, screening, seats, pay_page, noon):
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:1])
    noon.travel(300)

    answer = client.post(pay_page, {"seats": seats[:1]})

    assert answer["Location"] == f"/screenings/{screening.pk}/?seats={seats[0]}#refusal"
    assert not PaymentIntent.objects.exists()


def test_a_silent_provider_is_said_so(client, buyer, screening, seats, pay_page, settings):
    settings.PAYMENT_PROVIDER = ""
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:1])

    answer = client.post(pay_page, {"seats": seats[:1]}, follow=True)

    assertContains(answer, "No payment provider is connected")


def test_what_costs_nothing_is_booked_at_once(client, buyer):
    free = make.screening(price="0.00")
    seat = make.seats_of(free)[:1]
    hold_seats(buyer=buyer, screening_id=free.pk, seat_ids=seat)
    assertContains(client.get(f"/checkout/{free.pk}/pay/"), "These seats cost nothing.")

    answer = client.post(f"/checkout/{free.pk}/pay/", {"seats": seat})

    assert answer["Location"] == f"/checkout/{free.pk}/done/"
    assert states(free) == ["confirmed"]


# --- The test bank ------------------------------------------------------------------------------------------------
def test_the_bank_says_that_it_is_none(client, bank):
    page = client.get(bank)

    assertContains(page, "Test bank: no real money")
    assertContains(page, "20.00 EUR")
    assertContains(page, 'name="outcome"', count=6)


@pytest.mark.parametrize(("mode", "provider"), [("trust", "fake"), ("verify", "stripe"), ("verify", "")])
def test_the_bank_is_there_only_while_it_takes_the_payments(client, bank, settings, mode, provider):
    settings.PAYMENTS_MODE, settings.PAYMENT_PROVIDER = mode, provider

    assert client.get(bank).status_code == 404
    assert client.post(bank, {"outcome": "paid"}).status_code == 404
    assert client.post("/payments/test/messages/", b"{}", content_type="application/json").status_code == 404
    assert FakeCharge.objects.get().captured_at is None


def test_the_bank_knows_no_other_payments_and_outcomes(client, bank):
    assert client.get("/payments/test/fake_0/").status_code == 404
    assert client.post(bank, {"outcome": "generous"}).status_code == 200
    assert FakeCharge.objects.get().captured_at is None


@pytest.mark.parametrize(
    ("outcome", "charged", "messages"),
    [("paid", 0, 1), ("slow", 10, 1), ("late", 301, 1), ("twice", 0, 2), ("never", 0, 0), ("declined", None, 1)],
)
def test_each_outcome_is_what_it_says(client, bank, outcome, charged, messages, paid_page):
    answer = client.post(bank, {"outcome": outcome})

    charge = FakeCharge.objects.get()
    assert charge.captured_at == (None if charged is None else NOON + timedelta(seconds=charged))
    assert (charge.closed_at is not None) == (outcome == "declined")
    assert outbox.OutboxMessage.objects.filter(topic="fake_bank").count() == messages
    if outcome == "never":
        assertContains(answer, "You closed the window too early")
    else:
        assert (answer.status_code, answer["Location"]) == (303, paid_page)
    client.post(bank, {"outcome": "paid"})
    charge.refresh_from_db()
    assert charge.outcome == outcome


# --- And back -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("first", ["the browser", "the message"])
@pytest.mark.parametrize("outcome", ["paid", "twice"])
def test_paid_is_booked_whoever_comes_first(client, bank, paid_page, screening, outcome, first):
    client.post(bank, {"outcome": outcome})
    if first == "the message":
        deliver()

    answer = client.get(paid_page)
    deliver()

    assert (answer.status_code, answer["Location"]) == (303, f"/checkout/{screening.pk}/done/")
    assert states(screening) == ["confirmed"] * 2
    assert (Booking.objects.count(), books()) == (1, {"captured": "20.00", "live": "20.00"})
    assertContains(client.get(answer["Location"]), Booking.objects.get().booking_number)
    assert ProviderEvent.objects.count() == 1


def test_declined_leads_back_to_paying_with_the_seats_still_held(client, bank, paid_page, pay_page, screening, seats):
    client.post(bank, {"outcome": "declined"})

    answer = client.get(paid_page, follow=True)

    assert answer.redirect_chain == [(pay_page, 303)]
    assertContains(answer, "did not work out, and nothing was taken")
    assertContains(answer, "Pay 20.00 EUR")
    again = client.post(pay_page, {"seats": seats[:2]})["Location"]
    assert again != bank
    assert client.get(again).status_code == 200


def test_slow_waits_and_looks_again_by_itself_without_script(client, bank, paid_page, screening, noon):
    client.post(bank, {"outcome": "slow"})

    waiting = client.get(paid_page)
    noon.travel(10)
    answer = client.get(paid_page)

    assertContains(waiting, "Waiting for your bank")
    assert waiting["Refresh"] == "5"
    assertNotContains(waiting, "<script type")
    assert answer["Location"] == f"/checkout/{screening.pk}/done/"


@pytest.fixture
def late(client, bank, noon):
    """The money came after the time for the seats."""
    client.post(bank, {"outcome": "late"})
    noon.travel(301)


def test_late_with_the_seats_still_free_asks_before_it_books(client, late, paid_page, screening, seats):
    page = client.get(paid_page)

    assertContains(page, "Your seats are still free")
    assertContains(page, "until <strong>")
    assert books() == {"captured": "20.00", "unclaimed": "20.00"}
    answer = client.post(paid_page, {"seats": seats[:2]}, follow=True)
    assert answer.redirect_chain == [(paid_page, 303), (f"/checkout/{screening.pk}/done/", 303)]
    assert books() == {"captured": "20.00", "live": "20.00"}


def test_late_with_the_seats_gone_proposes_near_ones_at_the_same_price(client, late, paid_page, screening, seats):
    book_seats_for_another(screening, seats[1])

    page = client.get(paid_page)

    assertContains(page, "Your seats are taken, but these are free at the same price")
    proposed = [view.seat.id for view in page.context["seats"]]
    assert proposed == seats[2:4]
    client.post(paid_page, {"seats": proposed})
    payment, *_ = payments()
    assert payment[1:3] == ("claimed", proposed)


def test_late_with_nothing_left_says_how_to_go_on(client, late, paid_page, screening, seats):
    for seat in (seats[1], seats[3], seats[5], seats[7]):
        book_seats_for_another(screening, seat)

    page = client.get(paid_page)

    assertContains(page, "There are no seats side by side at this price any more.")
    assertContains(page, f'href="/screenings/{screening.pk}/"')
    assertContains(page, "Give me my money back now")


def book_seats_for_another(screening, seat):
    settings.PAYMENTS_MODE = "trust"
    book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=[seat])
    settings.PAYMENTS_MODE = "verify"


def test_proposed_seats_that_went_meanwhile_are_proposed_no_more(client, late, paid_page, screening, seats):
    client.get(paid_page)
    book_seats_for_another(screening, seats[0])

    page = client.post(paid_page, {"seats": seats[:2]}, follow=True)

    assertContains(page, f"Seats [{seats[0]}] are already booked")
    assert [view.seat.id for view in page.context["seats"]] == seats[1:3]


def test_late_money_may_buy_other_seats_of_its_price_on_the_usual_way(
    client, late, paid_page, buyer, screening, seats, pay_page
):
    client.get(paid_page)
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=[seats[0], seats[7]])
    payment_id = Payment.objects.get().pk

    page = client.get(pay_page)
    answer = client.post(pay_page, {"seats": [seats[0], seats[7]], "payment_id": payment_id})

    assertContains(page, "Use that payment")
    assert answer["Location"] == f"/checkout/{screening.pk}/done/"
    assert payments() == [(payment_id, "claimed", [seats[0], seats[7]], "20.00")]


def test_late_money_goes_back_at_once_if_one_likes(client, late, paid_page):
    client.get(paid_page)

    page = client.post(paid_page, {"action": "refund"}, follow=True)

    assertContains(page, "Your money goes back")
    assertContains(page, "20.00 EUR")
    assert books() == {"captured": "20.00", "due": "20.00"}


def test_late_money_that_nobody_used_is_refunded_and_its_payer_told(client, late, paid_page, noon, buyer, screening):
    client.get(paid_page)
    noon.travel(900)
    assertContains(client.get(paid_page), "Your money goes back")

    tasks.send_refunds()
    deliver()

    assertContains(client.get(paid_page), "Your money was given back")
    assertNotContains(client.get(paid_page), "support")
    mailer.send_due()
    [letter] = [sent for sent in mail.outbox if sent.to == [buyer.email]]
    assert "20.00 EUR" in letter.body
    assert f"/screenings/{screening.pk}/" in letter.body


def test_a_cancelled_screening_proposes_nothing(client, bank, paid_page, screening):
    take_money(PaymentIntent.objects.get())
    Screening.objects.update(status="cancelled")

    page = client.get(paid_page)

    assert page.context["seats"] == []
    assert books() == {"captured": "20.00", "unclaimed": "20.00"}


def test_the_way_back_is_the_payers_alone(client, bank, paid_page, screening):
    take_money(PaymentIntent.objects.get())
    client.force_login(make.user())

    assert client.get(paid_page).status_code == 404
    assert client.post(paid_page, {"action": "refund"}).status_code == 404
    client.logout()
    assert client.get(paid_page).status_code == 302
    assert states(screening) == ["held", "held"]


def test_a_silent_bank_on_the_way_back_is_waited_for(client, bank, paid_page, monkeypatch):
    def away(*_):
        raise ProviderUnavailable("Away.")

    monkeypatch.setattr(fake.FakeProvider, "look_up", away)

    assertContains(client.get(paid_page), "Waiting for your bank")


@pytest.mark.parametrize("form", [{}, {"seats": ["x"]}, {"seats": ["1", "1"]}, {"seats": ["9" * 40]}])
def test_nonsense_decides_nothing(client, late, paid_page, form):
    client.get(paid_page)

    assert client.post(paid_page, form).status_code == 303
    assert books() == {"captured": "20.00", "unclaimed": "20.00"}


# --- Messages of the bank -----------------------------------------------------------------------------------------
def send(client, body, headers):
    return client.post("/payments/test/messages/", body, content_type="application/json", headers=headers)


@pytest.fixture
def message(bank):
    """A message about a payment that was made."""
    charge = FakeCharge.objects.get()
    take_money(PaymentIntent.objects.get())
    return fake.message_about(charge)


def test_a_signed_message_books_once(client, message, screening):
    answers = [send(client, message, fake.signed(message)) for _ in range(2)]

    assert [answer.json() for answer in answers] == [{"received": True}] * 2
    assert (states(screening), ProviderEvent.objects.count()) == (["confirmed"] * 2, 1)


@pytest.mark.parametrize("header", ["", "x", "1.2", ".", "²." + "0" * 64, "1.ü"])
def test_a_forged_message_does_nothing(client, message, screening, header):
    answer = send(client, message, {"Fake-Signature": header})

    assert (answer.status_code, states(screening)) == (400, ["held"] * 2)


def test_a_message_that_was_changed_or_comes_late_does_nothing(client, message, screening, noon):
    headers = fake.signed(message)
    changed = json.dumps(json.loads(message) | {"id": "evt_other"}).encode()

    assert send(client, changed, headers).status_code == 400
    noon.travel(301)
    assert send(client, message, headers).status_code == 400
    assert ProviderEvent.objects.count() == 0
