"""The box office in the admin: sold seats are to be read; only the services change them."""

import pytest
from django.urls import reverse

from booking.models import Hold, Refund, Ticket
from booking.services.reservations import hold_seats
from booking.services.tickets import book_seats
from booking.tests import make
from booking.ticket_codes import short_code_of
from catalog.models import Screening
from cinema_project.common import clock

TICKETS = "admin:booking_ticket_changelist"


@pytest.fixture
def sold(db) -> Screening:
    screening, buyer = make.screening(seats=4), make.user(email="buyer@cinema.test")
    first, second, third, _ = make.seats_of(screening)
    book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=[first, second], payment_id="pay 1")
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=[third])
    return screening


def sign_in(client, *groups: str):
    person = make.user(groups=groups, is_staff=True)
    client.force_login(person)
    return person


def cancel(client, *tickets: Ticket):
    ticked = {"action": "cancel_tickets", "_selected_action": [ticket.pk for ticket in tickets], "sure": "yes"}
    return client.post(reverse(TICKETS), ticked, follow=True)


def test_cancelling_names_the_tickets_and_asks_first(client, sold):
    sign_in(client, "box office")
    ticket = Ticket.objects.order_by("pk").first()
    ticked = {"action": "cancel_tickets", "_selected_action": ticket.pk}

    asked = client.post(reverse(TICKETS), ticked)

    page = asked.content.decode()
    assert f"{short_code_of(ticket.secret)}, seat {ticket.seat}" in page
    assert f'name="_selected_action" value="{ticket.pk}"' in page
    assert "given back" in page
    assert not Ticket.objects.exclude(state="confirmed").exists()


def test_ticket_list_tells_code_film_seat_buyer_and_price(client, sold):
    sign_in(client, "box office")
    ticket = Ticket.objects.order_by("pk").first()

    page = client.get(reverse(TICKETS)).content.decode()

    for words in (
        short_code_of(ticket.secret),
        sold.movie.title,
        "buyer@cinema.test",
        f"{ticket.price} {ticket.currency}",
    ):
        assert words in page
    assert ticket.secret not in page


def test_ticket_is_found_by_its_short_code(client, sold):
    sign_in(client, "box office")
    one, other = Ticket.objects.order_by("pk")

    page = client.get(reverse(TICKETS), {"q": short_code_of(one.secret)}).content.decode()

    assert short_code_of(one.secret) in page
    assert short_code_of(other.secret) not in page.replace(short_code_of(one.secret), "")


def test_box_office_cancels_a_ticket_for_its_buyer(client, sold):
    sign_in(client, "box office")
    ticket, other = Ticket.objects.order_by("pk")

    page = cancel(client, ticket).content.decode()

    assert "cancelled for the buyer." in page
    assert list(Ticket.objects.order_by("pk").values_list("state", flat=True)) == ["cancelled", "confirmed"]
    assert Refund.objects.get().claim_id == ticket.pk
    assert other.state == "confirmed"


def test_ticket_of_a_past_screening_is_not_cancelled_and_the_page_says_why(client, sold, clock):
    sign_in(client, "box office")
    clock.travel(3 * 24 * 3600)

    page = cancel(client, *Ticket.objects.all()).content.decode()

    assert "Cannot cancel tickets for past screenings" in page
    assert set(Ticket.objects.values_list("state", flat=True)) == {"confirmed"}


def test_auditor_cannot_cancel(client, sold):
    sign_in(client, "auditor")

    page = cancel(client, *Ticket.objects.all()).content.decode()

    assert set(Ticket.objects.values_list("state", flat=True)) == {"confirmed"}
    assert "cancel_tickets" not in page


def test_screening_list_counts_sold_held_and_all_seats(client, sold):
    sign_in(client, "box office")

    answer = client.get(reverse("admin:catalog_screening_changelist"))

    [row] = answer.context["cl"].result_list
    assert (row.sold_count, row.held_count, row.seat_count) == (2, 1, 4)
    assert "50\u00a0%" in answer.content.decode()


def test_lapsed_hold_is_not_counted(client, sold):
    sign_in(client, "box office")
    Hold.objects.filter(state="held").update(expires_at=clock.now())

    answer = client.get(reverse("admin:catalog_screening_changelist"))

    [row] = answer.context["cl"].result_list
    assert (row.sold_count, row.held_count) == (2, 0)


def test_past_screenings_are_shown_on_request(client, sold, clock):
    sign_in(client, "box office")
    clock.travel(3 * 24 * 3600)

    def shown(when: str) -> int:
        return len(client.get(reverse("admin:catalog_screening_changelist"), {"when": when}).context["cl"].result_list)

    assert (shown(""), shown("past"), shown("all"), shown("nonsense")) == (0, 1, 1, 0)


def test_hold_list_tells_who_which_seat_and_until_when(client, sold):
    sign_in(client, "box office")
    hold = Hold.objects.get(state="held")

    page = client.get(reverse("admin:booking_hold_changelist")).content.decode()

    zone = sold.room.cinema.zone
    assert f"{hold.expires_at.astimezone(zone):%a %d %b %Y, %H:%M}" in page
    assert "buyer@cinema.test" in page


def test_booking_page_lists_its_tickets(client, sold):
    sign_in(client, "box office")
    booking = Ticket.objects.first().booking

    page = client.get(reverse("admin:booking_booking_change", args=[booking.pk])).content.decode()

    assert "A1" in page
    assert "A2" in page
