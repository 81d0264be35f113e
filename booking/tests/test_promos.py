"""Promo codes: what they take off, their limits, and how a use becomes free again."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from booking.models import Booking, Payment, PromoCode, PromoUse, SeatClaim
from booking.services.promo_sales import book_with_promo, hold_with_promo
from booking.services.promos import (
    PromoNotValid,
    PromoUnknown,
    PromoUsed,
    PromoUsedUp,
    drop_promo,
    shares,
    tidy_all,
    use_promo,
)
from booking.services.reservations import HoldExpired, hold_seats, release_holds
from booking.services.screenings import cancel_screening
from booking.services.seat_rules import SeatsBooked, SeatsHeld
from booking.services.tickets import book_from_holds, book_seats, cancel_ticket
from booking.tests import make
from booking.tests.make import NOON
from booking.tests.paying import paid, payments, refused
from catalog.tests import make as catalog
from cinema_project.common.database import query

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("noon")]
cents = st.decimals(0, 200, places=2)


def promo(code="SPRING", **fields):
    if "amount" not in fields:
        fields.setdefault("percent", 20)
    return PromoCode.objects.create(code=code, **fields)


def held(seats=2, buyer=None, **fields):
    screening, buyer = make.screening(price="10.00", **fields), buyer or make.user()
    chosen = make.seats_of(screening)[:seats]
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=chosen)
    return buyer, screening, chosen


def use(buyer, screening, code="SPRING"):
    return use_promo(buyer=buyer, screening_id=screening.pk, code=code)


def prices(screening):
    claims = SeatClaim.objects.filter(screening=screening).order_by("seat_id")
    return [str(price) for price in claims.values_list("price", flat=True)]


def counts(code="SPRING"):
    return PromoCode.objects.get(code=code).uses


@given(st.dictionaries(st.integers(1, 99), cents, min_size=1, max_size=10), st.decimals(1, 100, places=2))
def test_a_percentage_is_rounded_for_each_ticket(prices, percent):
    found = shares(PromoCode(percent=percent), prices)

    for seat, price in prices.items():
        assert abs(found[seat] - price * percent / 100) <= Decimal("0.005")
        assert 0 <= found[seat] <= price


@given(st.dictionaries(st.integers(1, 99), cents, min_size=1, max_size=10), st.decimals("0.01", 300, places=2))
def test_an_amount_is_shared_to_the_cent(prices, amount):
    found = shares(PromoCode(amount=amount), prices)

    assert sum(found.values()) == min(amount, sum(prices.values()))
    assert all(0 <= found[seat] <= price for seat, price in prices.items())
    assert all(off == off.quantize(Decimal("0.01")) for off in found.values())


def test_r16_the_hold_has_the_lower_price_and_the_ticket_copies_it():
    promo()
    buyer, screening, seats = held()

    applied = use(buyer, screening, " spring ")
    sold = book_from_holds(buyer=buyer, screening_id=screening.pk, seat_ids=seats, payment_id="paid")

    assert (applied.code, str(applied.discount), str(applied.total)) == ("SPRING", "4.00", "16.00")
    assert [str(ticket.price) for ticket in sold.tickets] == ["8.00", "8.00"]
    assert str(sold.total) == str(Payment.objects.get().amount) == str(Booking.objects.get().total) == "16.00"


def test_an_amount_is_off_all_tickets_together():
    promo(amount="5.00", currency="EUR")
    buyer, screening, _ = held(3)

    use(buyer, screening)

    assert sorted(prices(screening)) == ["8.33", "8.33", "8.34"]


def test_an_amount_larger_than_the_price_makes_the_seats_free():
    promo(amount="50.00", currency="EUR")
    buyer, screening, seats = held()

    use(buyer, screening)

    assert prices(screening) == ["0.00", "0.00"]
    assert book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats).total == 0


def test_twice_is_as_good_as_once():
    promo()
    buyer, screening, _ = held()

    first, again = use(buyer, screening), use(buyer, screening)

    assert (again.holds, again.discount, counts()) == (first.holds, first.discount, 1)
    assert make.written(screening)[0] == 2  # one change for the hold, one for the price


def test_seats_chosen_later_get_it_by_the_same_use():
    promo(amount="6.00", currency="EUR")
    buyer, screening, _ = held()
    use(buyer, screening)
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=make.seats_of(screening)[2:3])

    use(buyer, screening)

    assert (prices(screening), counts()) == (["8.00", "8.00", "8.00"], 1)


def test_another_code_takes_the_place_of_the_first():
    promo()
    promo("HALF", percent=50)
    buyer, screening, _ = held()
    use(buyer, screening)

    use(buyer, screening, "half")

    assert (prices(screening), counts(), counts("HALF")) == (["5.00", "5.00"], 0, 1)


def test_without_it_the_prices_are_those_of_the_hold_whatever_they_are_now():
    promo()
    buyer, screening, _ = held()
    use(buyer, screening)
    screening.price = "99.00"
    screening.save(update_fields=["price"])

    applied = drop_promo(buyer=buyer, screening_id=screening.pk)

    assert (prices(screening), applied.code, counts()) == (["10.00", "10.00"], None, 0)


def test_holds_end_when_they_would_have(noon):
    promo()
    buyer, screening, _ = held()
    noon.travel(100)

    applied = use(buyer, screening)

    assert {hold.expires_at for hold in applied.holds} == {NOON + timedelta(seconds=300)}


@pytest.mark.parametrize("code", ["WINTER", "", " ", 5, None, ["SPRING"], "x" * 101, "SPR\0ING2"])
def test_an_unknown_code_is_refused_at_its_field(code):
    promo()
    buyer, screening, _ = held()

    with pytest.raises(PromoUnknown) as refused:
        use(buyer, screening, code)

    assert refused.value.errors[0]["pointer"] == "/promo_code"


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"valid_from": NOON + timedelta(seconds=1)}, "cannot be used yet"),
        ({"valid_until": NOON}, "cannot be used any more"),
        ({"percent": None, "amount": "5", "currency": "USD"}, "for prices in USD"),
    ],
)
def test_a_code_is_not_valid_for_everything(limits, reason):
    promo(**limits)
    buyer, screening, _ = held()

    with pytest.raises(PromoNotValid, match=reason):
        use(buyer, screening)
    assert (prices(screening), counts()) == (["10.00", "10.00"], 0)


def test_a_code_may_be_for_one_cinema_or_film():
    buyer, screening, _ = held()
    promo(cinema=screening.room.cinema)
    promo("FILM", movie=screening.movie)
    promo("ELSEWHERE", cinema=catalog.cinema())
    promo("OTHER", movie=catalog.movie())

    with pytest.raises(PromoNotValid, match="another cinema"):
        use(buyer, screening, "elsewhere")
    with pytest.raises(PromoNotValid, match="another film"):
        use(buyer, screening, "other")
    assert use(buyer, screening).code == "SPRING"
    assert use(buyer, screening, "film").code == "FILM"


@pytest.mark.parametrize(("moment", "is_valid"), [(-1, True), (0, False)])
def test_it_ends_at_its_moment(noon, moment, is_valid):
    promo(valid_until=NOON + timedelta(seconds=60))
    buyer, screening, _ = held()
    noon.at(NOON + timedelta(seconds=60 + moment))

    if is_valid:
        assert use(buyer, screening).code == "SPRING"
    else:
        with pytest.raises(PromoNotValid):
            use(buyer, screening)


def test_a_switched_off_code_is_unknown_and_those_who_have_it_keep_it():
    code = promo()
    buyer, screening, seats = held()
    use(buyer, screening)
    code.is_active = False
    code.save(update_fields=["is_active"])
    other, elsewhere, _ = held()

    with pytest.raises(PromoUnknown):
        use(other, elsewhere)
    assert book_from_holds(buyer=buyer, screening_id=screening.pk, seat_ids=seats, payment_id="p").total == 16


def test_one_person_uses_it_once_and_everybody_within_the_limit():
    promo(max_uses=2)
    buyer, first, seats = held()
    use(buyer, first)
    book_from_holds(buyer=buyer, screening_id=first.pk, seat_ids=seats, payment_id="p")
    _, second, _ = held(buyer=buyer)

    with pytest.raises(PromoUsed, match="already"):
        use(buyer, second)
    use(*held()[:2])
    with pytest.raises(PromoUsedUp):
        use(*held()[:2])
    assert counts() == 2


def test_a_person_may_be_allowed_more():
    promo(uses_per_user=2)
    buyer, first, _ = held()
    _, second, _ = held(buyer=buyer)

    assert {use(buyer, screening).code for screening in (first, second)} == {"SPRING"}
    assert sorted(PromoUse.objects.values_list("turn", flat=True)) == [1, 2]


def test_seats_bought_by_a_use_leave_nothing_of_it_for_others():
    promo(amount="5.00", currency="EUR")
    buyer, screening, seats = held()
    use(buyer, screening)
    book_from_holds(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:1], payment_id="p")

    with pytest.raises(PromoUsed):
        use(buyer, screening)
    assert prices(screening) == ["7.50", "7.50"]


@pytest.mark.parametrize("end", ["release", "lapse", "cancel"])
def test_a_use_without_seats_is_free_again(noon, end):
    promo(max_uses=1)
    buyer, screening, seats = held()
    use(buyer, screening)
    if end == "release":
        release_holds(buyer=buyer, screening_id=screening.pk)
    elif end == "lapse":
        noon.travel(301)
    else:
        sold = book_from_holds(buyer=buyer, screening_id=screening.pk, seat_ids=seats, payment_id="p")
        for ticket in sold.tickets:
            cancel_ticket(ticket_id=ticket.id, by=buyer)

    assert use(*held()[:2]).code == "SPRING"
    assert counts() == 1


def test_one_ticket_that_is_kept_keeps_the_use():
    promo(max_uses=1)
    buyer, screening, seats = held()
    use(buyer, screening)
    sold = book_from_holds(buyer=buyer, screening_id=screening.pk, seat_ids=seats, payment_id="p")
    cancel_ticket(ticket_id=sold.tickets[0].id, by=buyer)

    with pytest.raises(PromoUsedUp):
        use(*held()[:2])


def test_r63_tidying_counts_what_is_left(noon):
    promo()
    buyer, screening, _ = held()
    use(buyer, screening)
    use(*held()[:2])
    noon.travel(301)
    kept, elsewhere, _ = held()
    use(kept, elsewhere)

    assert (tidy_all(), tidy_all(), counts()) == (2, 0, 1)


def test_other_ticket_types_are_priced_without_it():
    promo()
    buyer, screening, seats = held()
    use(buyer, screening)

    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats, ticket_types={str(seats[0]): "child"})
    assert prices(screening) == ["6.50", "8.00"]
    use(buyer, screening)

    assert prices(screening) == ["5.20", "8.00"]
    booked = book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats, ticket_types={str(seats[1]): "child"})
    assert [str(ticket.price) for ticket in booked.tickets] == ["5.20", "6.50"]


def test_nothing_held_nothing_cheaper():
    promo()

    with pytest.raises(HoldExpired):
        use(make.user(), make.screening())


@pytest.mark.django_db(transaction=True)
def test_hold_with_a_code_is_all_or_nothing():
    promo()
    screening = make.screening(price="10.00")
    seats = make.seats_of(screening)
    call = {"buyer": make.user(), "screening_id": screening.pk, "seat_ids": seats[:2], "ticket_types": None}
    before = make.written(screening)

    with pytest.raises(PromoUnknown):
        hold_with_promo(**call, code="WINTER")
    assert make.written(screening) == before

    held, applied = hold_with_promo(**call, code="SPRING")
    assert [str(hold.price) for hold in held.holds] == ["8.00", "8.00"]
    assert str(applied.discount) == "4.00"


def sale(screening, seats, **more):
    call = {"screening_id": screening.pk, "seat_ids": seats, "payment_id": None, "ticket_types": None, "money": None}
    return {"buyer": make.user()} | call | more


def test_book_with_a_code_sells_at_the_lower_price_and_repeats_its_answer():
    promo(max_uses=1)
    screening = make.screening(price="10.00")
    call = sale(screening, make.seats_of(screening)[:2], payment_id="paid", code="SPRING")

    first = book_with_promo(**call)
    again = book_with_promo(**call)

    assert [str(ticket.price) for ticket in first.tickets] == ["8.00", "8.00"]
    assert (again.tickets, again.replayed, counts()) == (first.tickets, True, 1)


@pytest.mark.django_db(transaction=True)
def test_r33_money_of_a_sale_that_the_code_refused_is_kept():
    screening = make.screening(price="10.00")
    call = sale(screening, make.seats_of(screening)[:2], payment_id="paid", code="WINTER")

    with pytest.raises(PromoUnknown) as refused:
        book_with_promo(**call)

    kept = Payment.objects.get()
    assert (kept.status, str(kept.amount), refused.value.extra["refund"]) == ("captured", "20.00", "scheduled")
    assert make.states(screening) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", ["past", "cancelled"])
def test_r33_money_that_a_provider_took_is_kept_whatever_stands_in_the_way(noon, verify, end):
    promo()
    buyer, screening = make.user(), make.screening(price="10.00")
    seats = make.seats_of(screening)[:2]
    intent = paid(buyer, screening, *seats)
    if end == "past":
        release_holds(buyer=buyer, screening_id=screening.pk)
        noon.at(make.start_of(screening))
    else:
        cancel_screening(screening_id=screening.pk)

    code, extra = refused(book_with_promo, **sale(screening, seats, buyer=buyer, payment_id=intent.pk, code="SPRING"))

    assert (code, extra) == (f"screening_{end}", {"refund": "scheduled"})
    assert payments() == [(intent.pk, "captured", seats, "20.00")]


def test_r33_a_payment_that_counts_unasked_is_of_the_price_of_its_tickets():
    screening = make.screening(price="10.00")
    child, adult = make.seats_of(screening)[:2]

    types = {str(child): "child"}
    refused(book_with_promo, **sale(screening, [child, adult], payment_id="paid", ticket_types=types, code="WINTER"))

    assert payments() == [("paid", "captured", [child, adult], "16.50")]


@pytest.mark.parametrize(("take", "error"), [(book_seats, SeatsBooked), (hold_seats, SeatsHeld)])
def test_r33_so_is_that_of_seats_which_others_have(take, error):
    promo()
    screening = make.screening()
    seats = make.seats_of(screening)[:1]
    take(buyer=make.user(), screening_id=screening.pk, seat_ids=seats)

    with pytest.raises(error):
        book_with_promo(**sale(screening, seats, payment_id="paid", code="SPRING"))

    assert (Payment.objects.get(payment_id="paid").status, counts()) == ("captured", 0)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE booking_promocode SET uses = 2",
        "UPDATE booking_promocode SET percent = NULL",
        "UPDATE booking_promocode SET percent = 101",
        "UPDATE booking_promocode SET uses = -1",
        "INSERT INTO booking_promouse (promo_id, user_id, screening_id, turn, made_at)"
        " SELECT promo_id, user_id, screening_id, turn, made_at FROM booking_promouse",
        "INSERT INTO booking_promoseat (use_id, claim_id, discount) SELECT use_id, claim_id, 1 FROM booking_promoseat",
    ],
)
def test_p02_the_database_refuses_it_too(change):
    promo(max_uses=1)
    use(*held()[:2])

    with pytest.raises(IntegrityError), transaction.atomic():
        query(change)
