"""R37, R38, R42: after the sale."""

from decimal import Decimal

import pytest

from booking.models import Refund, SeatClaim
from booking.selectors.seatmap import seat_map
from booking.services.reservations import hold_seats
from booking.services.tickets import TicketPast, book_seats, cancel_ticket
from booking.tests import make
from booking.tests.make import NOON
from booking.ticket_codes import code_of, secret_of, short_code_of
from cinema_project.common.errors import IllegalTransition, NotFound

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("noon")]


def sold(buyer, screening, count=1):
    booked = book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=make.seats_of(screening)[:count])
    return [ticket.id for ticket in booked.tickets]


def test_r37_a_cancelled_ticket_frees_its_seat_and_owes_its_price(noon):
    screening, buyer = make.screening(price="8.40", types=["vip"]), make.user()
    [ticket] = sold(buyer, screening)
    noon.travel(60)

    cancel_ticket(ticket_id=ticket, by=buyer)

    assert Refund.objects.values_list("claim", "amount", "currency", "status").get() == (
        ticket,
        Decimal("12.60"),
        "EUR",
        "due",
    )
    seat, *_ = make.seats_of(screening)
    assert make.written(screening) == (2, [(seat, "cancelled")], 1, 4)
    assert seat in [place.id for place in seat_map(screening.pk).free_seats()]
    assert hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=[seat]).holds


def test_r37_until_the_film_starts(noon):
    screening, buyer = make.screening(), make.user()
    first, second = sold(buyer, screening, 2)
    noon.at(make.start_of(screening))
    noon.travel(-0.001)

    cancel_ticket(ticket_id=first, by=buyer)
    noon.travel(0.001)
    with pytest.raises(TicketPast) as refused:
        cancel_ticket(ticket_id=second, by=buyer)

    assert refused.value.detail == "Cannot cancel tickets for past screenings"
    assert [state for _, state in make.states(screening)] == ["cancelled", "confirmed"]


def test_r38_cancelling_twice_is_as_good_as_once(noon):
    screening, buyer = make.screening(), make.user()
    [ticket] = sold(buyer, screening)
    cancel_ticket(ticket_id=ticket, by=buyer)
    before = make.written(screening)
    noon.at(make.start_of(screening))

    cancel_ticket(ticket_id=ticket, by=buyer)

    assert (make.written(screening), Refund.objects.count()) == (before, 1)


def test_r38_a_used_ticket_stays():
    screening, buyer = make.screening(), make.user()
    [ticket] = sold(buyer, screening)
    SeatClaim.objects.update(state="used")

    with pytest.raises(IllegalTransition):
        cancel_ticket(ticket_id=ticket, by=buyer)

    assert Refund.objects.count() == 0


def test_r38_somebody_elses_an_unknown_one_and_a_hold_are_not_found():
    screening, buyer, other = make.screening(), make.user(), make.user()
    [ticket] = sold(other, screening)
    [hold] = hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=[make.seats_of(screening)[1]]).holds
    before = make.written(screening)

    for ticket_id in (ticket, 10**9, hold.id):
        with pytest.raises(NotFound) as refused:
            cancel_ticket(ticket_id=ticket_id, by=buyer)
        assert refused.value.detail == f"Ticket with id {ticket_id} not found"

    assert make.written(screening) == before


def test_r42_secrets_have_130_bits_and_never_repeat():
    screening = make.screening(seats=10)
    sold(make.user(), screening, 10)

    secrets = set(SeatClaim.objects.values_list("secret", flat=True))

    assert [len(secrets), *{len(secret) for secret in secrets}] == [10, 26]
    assert set("".join(secrets)) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_r42_a_code_proves_its_secret_and_a_forged_one_proves_nothing():
    secret = "0123456789ABCDEFGHJKMNPQRS"

    assert secret_of(code_of(secret)) == secret
    assert secret_of(f" {code_of(secret)}\n") == secret
    assert short_code_of(secret) == "01234567"
    for forged in (secret, f"{secret}.", code_of(secret)[:-1], code_of(secret).replace("0", "1", 1), "", "ü.ü"):
        assert secret_of(forged) is None


def test_r37_the_moment_of_the_end_is_the_databases(noon):
    screening, buyer = make.screening(), make.user()
    [ticket] = sold(buyer, screening)
    noon.travel(5)

    cancel_ticket(ticket_id=ticket, by=buyer)

    assert ((SeatClaim.objects.get().ended_at - NOON).total_seconds(), Refund.objects.get().created_at) == (
        5,
        SeatClaim.objects.get().ended_at,
    )
