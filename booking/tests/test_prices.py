"""R16-R18: only the server computes prices."""

from decimal import Decimal

import pytest

from booking.models import Booking, Payment, SeatClaim
from booking.services.reservations import hold_seats
from booking.services.tickets import book_from_holds, book_seats
from booking.tests import make
from catalog.models import Cinema, Screening

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
TYPES = ("standard", "premium", "vip", "couple", "wheelchair", "companion")


def prices(claims):
    return [str(claim.price) for claim in claims]


@pytest.mark.parametrize(
    ("price", "house", "expected"),
    [
        ("12.50", {}, ["12.50", "15.00", "18.75", "12.50", "12.50", "12.50"]),
        ("9.99", {}, ["9.99", "11.99", "14.99", "9.99", "9.99", "9.99"]),
        ("0.03", {}, ["0.03", "0.04", "0.05", "0.03", "0.03", "0.03"]),
        ("10.05", {"premium_factor": "1.1", "vip_factor": "2"}, ["10.05", "11.06", "20.10", "10.05", "10.05", "10.05"]),
        ("0.00", {}, ["0.00"] * 6),
    ],
)
def test_r16_a_price_is_the_screenings_times_the_seats_factor_rounded_half_up(price, house, expected):
    screening = make.screening(types=TYPES, house=house, price=price)

    held = hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=make.seats_of(screening))

    assert prices(held.holds) == expected


def test_r17_a_later_price_touches_neither_holds_nor_tickets():
    screening, buyer = make.screening(price="10.00", types=["premium"] * 4), make.user()
    held, sold, later, booked, *_ = make.seats_of(screening)
    book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=[sold])
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=[held])
    Screening.objects.filter(pk=screening.pk).update(price="20.00")
    house = Cinema.objects.get()
    house.premium_factor = Decimal(2)
    house.save()

    again = hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=[held, later])
    from_holds = book_from_holds(buyer=buyer, screening_id=screening.pk, seat_ids=[held, later], payment_id="p")
    at_once = book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=[booked])

    assert prices(again.holds) == ["12.00", "40.00"]
    assert (prices(from_holds.tickets), str(from_holds.total)) == (["12.00", "40.00"], "52.00")
    assert prices(at_once.tickets) == ["40.00"]
    assert prices(SeatClaim.objects.filter(seat_id=sold)) == ["12.00"]


def test_r18_a_total_is_exactly_the_sum_of_its_tickets():
    screening = make.screening(seats=10, price="0.10", types=["premium"] * 3)

    booked = book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=make.seats_of(screening), payment_id="p")

    assert (str(booked.total), prices(booked.tickets)) == ("1.06", ["0.12"] * 3 + ["0.10"] * 7)
    assert [str(total) for total in Booking.objects.values_list("total", flat=True)] == ["1.06"]
    assert [str(amount) for amount in Payment.objects.values_list("amount", flat=True)] == ["1.06"]
