"""R63 at every door: what the clock tidies up is told as it is before anybody does."""

import pytest

from accounts.tests.make import bearer
from booking.models import PromoCode
from booking.services.promos import tidy_all, use_promo
from booking.services.reservations import expire_lapsed, hold_seats
from booking.services.tickets import book_seats, cancel_ticket
from booking.services.waiting import join, offer, offer_everywhere
from booking.tests import make
from booking.tests.parties import rows
from booking.tests.paying import paid, refused

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
OWN = (
    "seat-reservations/screening/{screening}/availability",
    "seat-reservations/screening/{screening}/availability/me",
    "seat-reservations/my-reservations",
    "seat-reservations/my-reservations?include_expired=true",
    "screenings/{screening}/available-seats",
    "tickets/my-tickets",
    "tickets/my-tickets?upcoming=true",
    "tickets/{ticket}",
    "bookings/my-bookings",
    "bookings/{booking}",
    "payments/history",
    "payments/{payment}/tickets",
    "waiting-list",
    "movies/recommended",
    "showings/{screening}/tickets",
    "showings/{screening}/seats",
)
STAFF = (
    "tickets",
    "tickets?status_filter=pending",
    "tickets?status_filter=expired",
    "admin/bookings",
    "admin/showings",
    "admin/dashboard/stats",
    "admin/dashboard/recent-bookings",
    "admin/stats/bookings/recent",
    "admin/stats/revenue",
    "admin/stats/revenue/period",
    "admin/stats/tickets/total",
    "admin/stats/today",
    "admin/payments/ledger",
)


@pytest.fixture
def lapsed(noon, verify):
    """Somebody whose holds, code, unpaid ticket and offer have all had their time."""
    screening, buyer = make.screening(seats=8), make.user()
    mine = {"buyer": buyer, "screening_id": screening.pk}
    first, second, third, *_ = make.seats_of(screening)
    payment = paid(buyer, screening, first).pk
    refused(book_seats, **mine, seat_ids=[first, second], payment_id=payment)
    ticket = book_seats(**mine, seat_ids=[second]).tickets[0]
    PromoCode.objects.create(code="SPRING", percent=10)
    hold_seats(**mine, seat_ids=[third])
    use_promo(**mine, code="SPRING")
    offered(buyer)
    noon.travel(15 * 60)
    names = {"screening": screening.pk, "ticket": ticket.id, "booking": ticket.booking_id, "payment": payment}
    return buyer, names


def offered(person):
    """Let a party wait in a room that is sold out, until seats are held for it."""
    screening, seats = rows(2)
    owner = make.user()
    sold = book_seats(buyer=owner, screening_id=screening.pk, seat_ids=seats).tickets
    join(buyer=person, screening_id=screening.pk, size=2)
    for ticket in sold:
        cancel_ticket(ticket_id=ticket.id, by=owner)
    assert offer(screening.pk) == 1


def test_r63_no_answer_changes_when_the_clock_has_tidied_up(client, lapsed):
    buyer, names = lapsed
    doors = dict.fromkeys(OWN, bearer(buyer)) | dict.fromkeys(STAFF, bearer(make.user(groups=["manager"])))

    def answers():
        found = {path: client.get(f"/api/v1/{path.format(**names)}", headers=doors[path]) for path in doors}
        assert {path: answer.status_code for path, answer in found.items()} == dict.fromkeys(doors, 200)
        return {path: answer.json() for path, answer in found.items()}

    before = answers()
    tidied = expire_lapsed(), tidy_all(), offer_everywhere()

    assert tidied == (5, 1, 0)
    assert answers() == before
