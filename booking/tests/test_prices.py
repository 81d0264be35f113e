"""R16-R18: only the server computes prices."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.tests.make import bearer
from booking.models import Booking, Payment, SeatClaim
from booking.selectors.seatmap import seat_map
from booking.services import contested
from booking.services.reservations import hold_seats, toggle_holds
from booking.services.ticket_types import TicketTypesInvalid, checked_ticket_types
from booking.services.tickets import book_from_holds, book_seats
from booking.tests import make
from booking.tests.parallel import together
from catalog.models import Cinema, Screening
from catalog.selectors.layouts import RoomLayout, SeatPlace

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
TYPES = ("standard", "premium", "vip", "couple", "wheelchair", "companion")


@pytest.fixture(autouse=True)
def calm(monkeypatch):
    """Each call tries it without the lock first."""
    monkeypatch.setattr(contested, "LATELY_SECONDS", 0)


def types(seats, *kinds):
    return {str(seat): kind for seat, kind in zip(seats, kinds, strict=False)}


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


HOUSE = {"child_factor": "0.5", "senior_factor": "0.75", "booking_fee": "0.99", "wheelchair_factor": "0.9"}


@pytest.mark.parametrize(
    ("kinds", "house", "expected"),
    [
        (["adult"] * 6, {}, ["10.05", "12.06", "15.08", "10.05", "10.05", "10.05"]),
        (["child"] * 6, {}, ["6.53", "7.84", "9.80", "6.53", "6.53", "6.53"]),
        (["senior", "member"] * 3, {}, ["8.04", "9.65", "12.06", "8.04", "8.04", "8.04"]),
        (["child"] * 6, HOUSE, ["6.02", "7.02", "8.53", "6.02", "5.51", "6.02"]),
        (["adult", "senior"], HOUSE, ["11.04", "10.04", "16.07", "11.04", "10.04", "11.04"]),
        ([], HOUSE, ["11.04", "13.05", "16.07", "11.04", "10.04", "11.04"]),
    ],
)
@pytest.mark.parametrize("sell", [hold_seats, book_seats])
def test_r16_ticket_type_and_fee_make_the_price(sell, kinds, house, expected):
    screening = make.screening(types=TYPES, house=house, price="10.05")
    seats = make.seats_of(screening)

    made = sell(buyer=make.user(), screening_id=screening.pk, seat_ids=seats, ticket_types=types(seats, *kinds) or None)

    claims = made.holds if sell is hold_seats else made.tickets
    assert prices(claims) == expected
    assert [claim.ticket_type for claim in claims] == [*kinds, *["adult"] * (6 - len(kinds))]


factors = st.decimals(0, "999.99", places=2)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(base=st.decimals(0, "999999.99", places=2), seat=factors, kind=factors, fee=st.decimals(0, "9999.99", places=2))
@example(base=Decimal("0.05"), seat=Decimal("0.10"), kind=Decimal("1.00"), fee=Decimal(0))
def test_r16_price_is_exact_and_rounded_once_half_up(base, seat, kind, fee):
    place = SeatPlace(1, "A", 1, "vip", 0, 0, True)
    layout = RoomLayout(1, 1, {1: place}, 300, None, {("vip", "child"): seat * kind}, fee)

    price = layout.price(base, 1, "child")

    exact = base * seat * kind + fee
    assert price == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert abs(price - exact) <= Decimal("0.005")


def test_r16_map_shows_what_adults_pay_fee_included():
    screening = make.screening(types=["premium"], house={"booking_fee": "1.00"}, price="10.00")

    shown = [str(view.price) for view in seat_map(screening.pk).seats()]

    assert shown[:2] == ["13.00", "11.00"]


def test_r16_holding_again_prices_anew_and_never_prolongs(noon):
    screening, buyer = make.screening(price="10.00"), make.user()
    here = {"buyer": buyer, "screening_id": screening.pk}
    _, second, third, *_ = seats = make.seats_of(screening)
    before = hold_seats(**here, seat_ids=seats[:2]).holds
    noon.travel(60)

    again = hold_seats(**here, seat_ids=seats[:3], ticket_types=types([second, third], "child", "senior")).holds

    assert [(one.id, one.expires_at) for one in again[:2]] == [(one.id, one.expires_at) for one in before]
    assert prices(again) == ["10.00", "6.50", "8.00"]
    assert [one.ticket_type for one in again] == ["adult", "child", "senior"]
    assert again[2].expires_at > again[0].expires_at
    seq, *_ = make.written(screening)
    assert seq == 2
    assert hold_seats(**here, seat_ids=seats[:3], ticket_types=types(seats, "adult", "child", "senior")).holds == again
    assert make.written(screening)[0] == seq


def test_r16_booking_takes_the_types_of_the_holds_unless_told_otherwise():
    screening, buyer = make.screening(price="10.00"), make.user()
    here = {"buyer": buyer, "screening_id": screening.pk}
    seats = make.seats_of(screening)
    hold_seats(**here, seat_ids=seats[:3], ticket_types=types(seats, "child", "child", "adult"))

    booked = book_seats(
        **here, seat_ids=seats[:5], payment_id="p", ticket_types=types(seats[1:4], "member", "adult", "senior")
    )

    assert [ticket.ticket_type for ticket in booked.tickets] == ["child", "member", "adult", "senior", "adult"]
    assert (prices(booked.tickets), str(booked.total)) == (["6.50", "8.00", "10.00", "8.00", "10.00"], "42.50")
    assert str(Payment.objects.get().amount) == "42.50"


def test_r16_holds_become_tickets_as_they_were_held():
    screening, buyer = make.screening(price="10.00"), make.user()
    here = {"buyer": buyer, "screening_id": screening.pk, "seat_ids": make.seats_of(screening)[:2]}
    hold_seats(**here, ticket_types=types(here["seat_ids"], "child"))

    booked = book_from_holds(**here, payment_id="p")

    assert [(ticket.ticket_type, str(ticket.price)) for ticket in booked.tickets] == [
        ("child", "6.50"),
        ("adult", "10.00"),
    ]


def test_r16_toggling_takes_types():
    screening, buyer = make.screening(price="10.00"), make.user()
    seats = make.seats_of(screening)[:1]

    held = toggle_holds(buyer=buyer, screening_id=screening.pk, seat_ids=seats, ticket_types=types(seats, "child"))

    assert held.holds[0].ticket_type == "child"


@pytest.mark.parametrize(
    ("given", "pointers"),
    [
        ([], ["/ticket_types"]),
        ("child", ["/ticket_types"]),
        (7, ["/ticket_types"]),
        ({"{seat}": "baby"}, ["/ticket_types/{seat}"]),
        ({"{seat}": None}, ["/ticket_types/{seat}"]),
        ({"{seat}": ["child"]}, ["/ticket_types/{seat}"]),
        ({"{seat}": "CHILD"}, ["/ticket_types/{seat}"]),
        ({"{other}": "child"}, ["/ticket_types/{other}"]),
        ({"0{seat}": "child"}, ["/ticket_types/0{seat}"]),
        ({"a/b~c": "child", "": "child"}, ["/ticket_types/a~1b~0c", "/ticket_types/"]),
    ],
)
@pytest.mark.parametrize("path", ["seat-reservations/reserve", "seat-reservations/toggle", "tickets/book"])
def test_r16_wrong_types_are_refused_with_a_pointer(client, path, given, pointers):
    screening = make.screening()
    seat, other, *_ = make.seats_of(screening)
    names = {"{seat}": str(seat), "{other}": str(other)}

    def named(text):
        for name, value in names.items():
            text = text.replace(name, value)
        return text

    if isinstance(given, dict):
        given = {named(key): kind for key, kind in given.items()}
    body = {"screening_id": screening.pk, "seat_ids": [seat], "ticket_types": given}
    answer = client.post(f"/api/v1/{path}", body, "application/json", headers=bearer(make.user()))

    assert (answer.status_code, answer.json()["code"]) == (400, "ticket_types_invalid")
    assert [error["pointer"] for error in answer.json()["errors"]] == [named(pointer) for pointer in pointers]
    assert make.written(screening) == (0, [], 0, 0)


def test_r16_keys_that_are_no_texts_are_refused_and_nothing_given_is_fine():
    with pytest.raises(TicketTypesInvalid):
        checked_ticket_types({1: "child"}, [1])
    assert (checked_ticket_types(None, [1]), checked_ticket_types({}, [1])) == ({}, {})


def test_r16_price_of_the_request_counts_for_nothing(client):
    screening = make.screening(price="10.00")
    seats = make.seats_of(screening)[:1]
    body = {"screening_id": screening.pk, "seat_ids": seats, "ticket_types": types(seats, "child")}
    forged = {"price": 0.01, "total": 0.01, "ticket_type": "member", "status": "used", "user_id": 1}

    answer = client.post("/api/v1/tickets/book", body | forged, "application/json", headers=bearer(make.user()))

    [ticket] = answer.json()
    assert (ticket["price"], ticket["ticket_type"], ticket["status"]) == (6.5, "child", "confirmed")


def test_r17_retyping_a_hold_costs_what_it_costs_now_and_the_others_stay(noon):
    screening, buyer = make.screening(price="10.00"), make.user()
    here = {"buyer": buyer, "screening_id": screening.pk}
    seats = make.seats_of(screening)[:2]
    hold_seats(**here, seat_ids=seats)
    Screening.objects.filter(pk=screening.pk).update(price="20.00")

    again = hold_seats(**here, seat_ids=seats, ticket_types=types(seats, "adult", "child")).holds

    assert prices(again) == ["10.00", "13.00"]


@pytest.mark.parametrize("change", [{"child_factor": Decimal(2)}, {"booking_fee": Decimal(3)}])
def test_r17_later_factors_and_fees_touch_neither_holds_nor_tickets(change):
    screening, buyer = make.screening(price="10.00"), make.user()
    here = {"buyer": buyer, "screening_id": screening.pk}
    sold, held, *_ = make.seats_of(screening)
    book_seats(**here, seat_ids=[sold], ticket_types=types([sold], "child"))
    hold_seats(**here, seat_ids=[held], ticket_types=types([held], "child"))
    house = Cinema.objects.get()
    for name, value in change.items():
        setattr(house, name, value)
    house.save()

    hold_seats(**here, seat_ids=[held], ticket_types=types([held], "child"))
    book_from_holds(**here, seat_ids=[held], payment_id="p")

    assert prices(SeatClaim.objects.order_by("pk")) == ["6.50", "6.50"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", range(8))
def test_r18_a_total_is_the_sum_of_its_tickets_though_they_are_retyped_meanwhile(number):
    """Two tabs: one buys, the other makes children of the same holds."""
    screening, buyer = make.screening(price="10.00"), make.user()
    here = {"buyer": buyer, "screening_id": screening.pk, "seat_ids": make.seats_of(screening)[:3]}
    hold_seats(**here)
    children = types(here["seat_ids"], *["child"] * 3)

    together(
        lambda: book_from_holds(**here, payment_id=f"p {number}"),
        lambda: hold_seats(**here, ticket_types=children),
    )

    booking = Booking.objects.get()
    tickets = list(booking.tickets.values_list("price", flat=True))
    assert booking.total == sum(tickets) == booking.payment.amount
    assert len(set(tickets)) == 1


@pytest.mark.parametrize("path", ["seat-reservations/reserve", "tickets/book"])
def test_price_that_no_till_can_take_is_refused(client, path):
    house = {"vip_factor": "999.99", "child_factor": "999.99"}
    screening = make.screening(price="10.00", types=["vip"], house=house)
    seats = make.seats_of(screening)[:1]
    body = {"screening_id": screening.pk, "seat_ids": seats, "ticket_types": types(seats, "child")}

    answer = client.post(f"/api/v1/{path}", body, "application/json", headers=bearer(make.user()))

    assert (answer.status_code, answer.json()["code"]) == (409, "price_too_high")
    assert make.written(screening) == (0, [], 0, 0)
