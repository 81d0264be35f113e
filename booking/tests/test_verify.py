"""R19, R34, R35: where payments are verified, the provider's word counts."""

from datetime import timedelta
from decimal import Decimal

import pytest

from booking.models import Booking, FakeCharge, Payment, PaymentIntent, SeatClaim
from booking.payments.provider import Money
from booking.services.confirming import confirm_payment
from booking.services.intents import begin_checkout, begin_payment
from booking.services.processing import pay_for_holds
from booking.services.proofs import prove
from booking.services.reservations import expire_lapsed, hold_seats, release_holds
from booking.services.tickets import book_from_holds, book_seats, cancel_ticket
from booking.tests import make
from booking.tests.make import NOON
from booking.tests.paying import begun, books, paid, payments, refused, take_money
from catalog.models import Screening
from cinema_project.common.database import query
from cinema_project.common.errors import Busy, Invalid, NotFound

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("noon", "verify")]
SALES = [book_seats, book_from_holds]


@pytest.fixture
def screening():
    return make.screening(seats=12, price="10.00", types=["premium"])


@pytest.fixture
def seats(screening):
    return make.seats_of(screening)


@pytest.fixture
def buyer():
    return make.user()


@pytest.fixture
def call(buyer, screening, seats):
    """What ``book`` is told for the first two seats."""
    return {"buyer": buyer, "screening_id": screening.pk, "seat_ids": seats[:2]}


def pending(buyer, screening, *seat_ids):
    """Book without a payment."""
    return book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=list(seat_ids)).tickets


# --- Beginning ----------------------------------------------------------------------------------------------------
def test_an_intent_costs_what_the_seats_are_held_for(screening, seats, buyer, call):
    hold_seats(**call)
    Screening.objects.update(price="99.00")

    intent = begin_payment(**call | {"seat_ids": [seats[1], seats[0]]})

    assert (str(intent.amount), intent.currency, intent.provider, intent.seat_ids) == (
        "22.00",
        "EUR",
        "fake",
        seats[:2],
    )
    charge = FakeCharge.objects.get()
    assert (charge.pk, charge.payer, str(charge.amount), charge.secret) == (
        intent.payment_id,
        str(buyer.pk),
        "22.00",
        intent.client_secret,
    )


def test_the_same_seats_get_the_same_intent_until_their_price_is_another(screening, seats, buyer, call):
    hold_seats(**call)
    first, again, hosted = begin_payment(**call), begin_payment(**call), begin_checkout(**call)
    SeatClaim.objects.filter(seat_id=seats[0]).update(price="8.00")

    other = begin_payment(**call)

    assert first.payment_id == again.payment_id
    assert len({first.payment_id, hosted.payment_id, other.payment_id}) == 3
    assert dict(PaymentIntent.objects.values_list("payment_id", "status")) == {
        first.payment_id: "replaced",
        hosted.payment_id: "open",
        other.payment_id: "open",
    }
    assert str(other.amount) == "18.00"


def test_a_declined_payment_is_begun_anew(call, screening, seats, buyer):
    first = begun(buyer, screening, *seats[:2])
    FakeCharge.objects.update(closed_at=NOON)

    again = begin_payment(**call)

    first.refresh_from_db()
    assert (first.status, again.status, first.payment_id != again.payment_id) == ("closed", "open", True)


def test_an_answer_of_the_provider_that_was_lost_is_asked_for_again(call, buyer, screening, seats):
    first = begun(buyer, screening, *seats[:2])
    PaymentIntent.objects.update(reference="", client_secret="")

    again = begin_payment(**call)

    assert (again.payment_id, again.client_secret) == (first.payment_id, first.client_secret)
    assert FakeCharge.objects.count() == 1


def test_only_own_live_holds_can_be_paid_for(call, screening, seats, buyer, noon):
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[:1])
    hold_seats(**call | {"seat_ids": seats[1:2]})
    answers = [refused(begin_payment, **call), refused(begin_payment, **call | {"seat_ids": seats[4:6]})]
    noon.travel(300)
    answers.append(refused(begin_payment, **call | {"seat_ids": seats[1:2]}))

    assert answers == [
        ("reservation_expired", {"conflicting_seat_ids": missing}) for missing in (seats[:1], seats[4:6], seats[1:2])
    ]
    with pytest.raises(NotFound):
        begin_payment(**call | {"screening_id": 10**9})
    with pytest.raises(Invalid):
        begin_payment(**call | {"seat_ids": []})
    assert not PaymentIntent.objects.exists()


def test_nothing_to_pay_is_no_payment(buyer):
    free = make.screening(price="0.00")
    seat = make.seats_of(free)[:1]
    hold_seats(buyer=buyer, screening_id=free.pk, seat_ids=seat)

    assert refused(begin_payment, buyer=buyer, screening_id=free.pk, seat_ids=seat)[0] == "nothing_to_pay"
    [ticket] = pending(buyer, free, *seat)
    assert ticket.state == "confirmed"


# --- R34 ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("sell", SALES)
def test_r34_a_payment_that_was_made_buys(screening, seats, buyer, call, sell):
    intent = paid(buyer, screening, *seats[:2])

    booked = sell(**call, payment_id=intent.payment_id)

    assert [ticket.state for ticket in booked.tickets] == ["confirmed"] * 2
    assert payments() == [(intent.payment_id, "claimed", seats[:2], "22.00")]
    assert books() == {"captured": "22.00", "live": "22.00"}


@pytest.mark.parametrize("sell", SALES)
def test_r34_what_the_provider_does_not_confirm_buys_nothing(screening, seats, buyer, call, sell):
    open_one = begun(buyer, screening, *seats[:2]).payment_id
    before = make.written(screening)

    assert refused(sell, **call, payment_id=open_one) == ("payment_not_captured", {})
    assert refused(sell, **call, payment_id="any id") == ("payment_unknown", {})
    FakeCharge.objects.update(closed_at=NOON)
    assert refused(sell, **call, payment_id=open_one) == ("payment_not_captured", {})
    assert (make.written(screening), payments()) == (before, [])


def test_r34_money_that_is_on_its_way_is_not_there(screening, seats, buyer, call, noon):
    intent = begun(buyer, screening, *seats[:2])
    FakeCharge.objects.update(captured_at=NOON + timedelta(seconds=10))

    assert refused(book_from_holds, **call, payment_id=intent.payment_id)[0] == "payment_not_captured"
    noon.travel(10)
    assert book_from_holds(**call, payment_id=intent.payment_id).tickets


def test_r34_somebody_elses_payment_buys_nothing_and_tells_nothing(screening, seats, buyer, call):
    theirs = paid(make.user(), screening, *seats[4:6])
    hold_seats(**call)
    mine_by_another_hand = begin_payment(**call)
    take_money(mine_by_another_hand)
    FakeCharge.objects.filter(pk=mine_by_another_hand.pk).update(payer="somebody else")

    for payment_id in (theirs.payment_id, mine_by_another_hand.payment_id):
        assert refused(book_from_holds, **call, payment_id=payment_id) == ("payment_id_reused", {})


def test_r34_an_intent_of_another_provider_proves_nothing(screening, seats, buyer, call, settings):
    intent = paid(buyer, screening, *seats[:2])
    PaymentIntent.objects.update(provider="trust")

    assert refused(book_from_holds, **call, payment_id=intent.payment_id)[0] == "payment_unknown"
    settings.PAYMENT_PROVIDER = ""
    assert refused(book_from_holds, **call, payment_id=intent.payment_id)[0] == "payments_not_configured"


# --- R19 ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("sell", SALES)
@pytest.mark.parametrize(("amount", "currency"), [("21.99", "EUR"), ("22.01", "EUR"), ("22.00", "USD")])
def test_r19_another_amount_or_currency_buys_nothing_and_stays_claimable(
    screening, seats, buyer, call, sell, amount, currency
):
    intent = paid(buyer, screening, *seats[:2])
    FakeCharge.objects.update(amount=amount, currency=currency)
    before = make.written(screening)

    assert refused(sell, **call, payment_id=intent.payment_id) == ("payment_mismatch", {"refund": "scheduled"})

    assert make.written(screening) == before
    assert payments() == [(intent.payment_id, "captured", seats[:2], amount)]
    assert books(currency) == {"captured": amount, "unclaimed": amount}


def test_r19_unclaimed_money_buys_other_seats_of_its_price_and_no_others(screening, seats, buyer, call, noon):
    intent = paid(buyer, screening, *seats[:2])
    noon.travel(300)
    first = refused(book_from_holds, **call, payment_id=intent.payment_id)

    dearer_or_cheaper = [
        refused(book_seats, **call | {"seat_ids": seat_ids}, payment_id=intent.payment_id)
        for seat_ids in (seats[1:3], seats[:3], seats[:1])
    ]
    booked = book_seats(**call | {"seat_ids": [seats[0], seats[5]]}, payment_id=intent.payment_id)

    assert first == ("reservation_expired", {"conflicting_seat_ids": seats[:2], "refund": "scheduled"})
    assert dearer_or_cheaper == [("payment_mismatch", {"refund": "scheduled"})] * 3
    assert [ticket.seat_id for ticket in booked.tickets] == [seats[0], seats[5]]
    assert books() == {"captured": "22.00", "live": "22.00"}


def test_r17_r19_the_price_of_the_hold_is_what_is_compared(screening, seats, buyer, call):
    intent = paid(buyer, screening, *seats[:2])
    Screening.objects.update(price="99.00")

    assert str(book_from_holds(**call, payment_id=intent.payment_id).total) == "22.00"


# --- R33, verified ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("obstacle", ["cancelled", "begun", "over the limit"])
def test_r33_money_that_a_provider_took_is_kept_whatever_stands_in_the_way(
    screening, seats, buyer, call, noon, obstacle
):
    intent = paid(buyer, screening, *seats[:2])
    sell, wanted = book_seats, seats[:2]
    if obstacle == "cancelled":
        Screening.objects.update(status="cancelled")
    elif obstacle == "begun":
        release_holds(buyer=buyer, screening_id=screening.pk)
        noon.at(make.start_of(screening))
    else:
        wanted = seats[:11]

    code, extra = refused(sell, **call | {"seat_ids": wanted}, payment_id=intent.payment_id)

    codes = {"cancelled": "screening_cancelled", "begun": "screening_past", "over the limit": "seat_limit"}
    assert (code, extra) == (codes[obstacle], {"refund": "scheduled"})
    assert books() == {"captured": "22.00", "unclaimed": "22.00"}


def test_r33_an_answer_that_asks_for_patience_keeps_nothing(screening, seats, buyer, call, monkeypatch):
    intent = paid(buyer, screening, *seats[:2])

    def queue_is_long(*_asked, **_options):
        raise Busy("x")

    monkeypatch.setattr("booking.services.tickets.lock_screening", queue_is_long)
    monkeypatch.setattr("booking.services.tickets.contested.at_once", lambda *_asked, **_options: None)

    assert refused(book_from_holds, **call, payment_id=intent.payment_id) == ("request_in_progress", {})
    assert payments() == []


# --- R21-R29, verified --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("again", SALES)
@pytest.mark.parametrize("first", SALES)
def test_r23_r24_a_repeated_sale_asks_nobody(screening, seats, buyer, call, noon, first, again, settings):
    intent = paid(buyer, screening, *seats[:2])
    booked = first(**call, payment_id=intent.payment_id)
    before = make.written(screening)
    FakeCharge.objects.all().delete()  # whoever asks the bank now is told nothing
    Screening.objects.update(status="cancelled", price="99.00")
    noon.travel(86_400 * 30)

    replayed = again(**call, payment_id=intent.payment_id)

    assert (replayed.tickets, replayed.replayed) == (booked.tickets, True)
    assert make.written(screening) == before


def test_r25_r26_a_used_payment_is_refused_for_other_seats_and_other_people(screening, seats, buyer, call):
    intent = paid(buyer, screening, *seats[:2])
    book_from_holds(**call, payment_id=intent.payment_id)
    stranger = make.user()
    hold_seats(buyer=stranger, screening_id=screening.pk, seat_ids=seats[4:5])

    answers = [
        refused(book_seats, **call | {"seat_ids": seats[:1]}, payment_id=intent.payment_id),
        refused(book_seats, **call | {"seat_ids": seats[:3]}, payment_id=intent.payment_id),
        refused(book_seats, **call | {"buyer": stranger}, payment_id=intent.payment_id),
        refused(book_from_holds, **call | {"buyer": stranger, "seat_ids": seats[4:5]}, payment_id=intent.payment_id),
    ]

    assert answers == [("payment_id_reused", {})] * 4


# --- R35 ----------------------------------------------------------------------------------------------------------
def test_r35_without_payment_the_tickets_wait_for_it(screening, seats, buyer, call):
    hold_seats(**call | {"seat_ids": seats[:1]})

    tickets = pending(buyer, screening, *seats[:2])

    pay_by = NOON + timedelta(seconds=300)
    assert [(ticket.state, ticket.booked_at, ticket.confirmed_at, ticket.expires_at) for ticket in tickets] == [
        ("pending", NOON, None, pay_by)
    ] * 2
    assert refused(book_seats, **call | {"buyer": make.user()})[0] == "seats_booked"
    assert (payments(), books()) == ([], {})


def test_r35_time_to_pay_is_a_setting(screening, seats, buyer, settings):
    settings.PAY_BY_SECONDS = 20

    [ticket] = pending(buyer, screening, seats[0])

    assert ticket.expires_at == NOON + timedelta(seconds=20)


@pytest.mark.parametrize("seconds", [0, 299.999])
def test_r35_a_payment_confirms_all_tickets_of_the_sale(screening, seats, buyer, call, noon, seconds):
    tickets = pending(buyer, screening, *seats[:2])
    intent = begin_payment(**call)
    take_money(intent)
    noon.travel(seconds)
    sold = {"buyer": buyer, "payment_id": intent.payment_id}
    seq = make.written(screening)[0]

    confirmed = confirm_payment(**sold, ticket_id=tickets[1].id)
    again = confirm_payment(**sold, ticket_id=tickets[0].id)

    moment = NOON + timedelta(seconds=seconds)
    assert [(one.id, one.state, one.booked_at, one.confirmed_at) for one in confirmed.tickets] == [
        (ticket.id, "confirmed", NOON, moment) for ticket in tickets
    ]
    assert (confirmed.replayed, again.replayed, again.tickets) == (False, True, confirmed.tickets)
    assert make.written(screening)[0] == seq + 1
    assert books() == {"captured": "22.00", "live": "22.00"}
    assert book_seats(**call, payment_id=intent.payment_id).replayed


def test_r35_in_the_end_unpaid_tickets_are_none(screening, seats, buyer, call, noon):
    [first, _] = pending(buyer, screening, *seats[:2])
    intent = begin_payment(**call)
    take_money(intent)
    noon.travel(300)

    answers = [refused(confirm_payment, buyer=buyer, ticket_id=first.id, payment_id=intent.payment_id)]
    expire_lapsed()
    answers.append(refused(confirm_payment, buyer=buyer, ticket_id=first.id, payment_id=intent.payment_id))

    assert answers == [("illegal_transition", {"refund": "scheduled"})] * 2
    assert books() == {"captured": "22.00", "unclaimed": "22.00"}
    assert book_seats(**call, payment_id=intent.payment_id).tickets[0].state == "confirmed"


def test_r35_a_ticket_is_confirmed_once(screening, seats, buyer, call):
    intent = paid(buyer, screening, *seats[:2])
    [first, second] = book_from_holds(**call, payment_id=intent.payment_id).tickets
    other = paid(buyer, screening, seats[4])
    cancel_ticket(ticket_id=second.id, by=buyer)

    answers = [
        refused(confirm_payment, buyer=buyer, ticket_id=ticket.id, payment_id=other.payment_id)
        for ticket in (first, second)
    ]

    assert answers == [("illegal_transition", {"refund": "scheduled"})] * 2
    assert confirm_payment(buyer=buyer, ticket_id=first.id, payment_id=intent.payment_id).replayed


def test_r19_r25_r26_confirming_takes_the_right_money_only(screening, seats, buyer, call):
    elsewhere = paid(buyer, screening, seats[4])
    book_from_holds(**call | {"seat_ids": seats[4:5]}, payment_id=elsewhere.payment_id)
    [first, _] = pending(buyer, screening, *seats[:2])
    too_little = paid(buyer, screening, seats[5])
    theirs = paid(make.user(), screening, seats[6])
    confirm = {"buyer": buyer, "ticket_id": first.id}

    assert refused(confirm_payment, **confirm, payment_id=elsewhere.payment_id) == ("payment_id_reused", {})
    assert refused(confirm_payment, **confirm, payment_id=theirs.payment_id) == ("payment_id_reused", {})
    assert refused(confirm_payment, **confirm, payment_id=too_little.payment_id) == (
        "payment_mismatch",
        {"refund": "scheduled"},
    )
    assert refused(confirm_payment, **confirm, payment_id="unknown")[0] == "payment_unknown"
    assert refused(confirm_payment, **confirm)[0] == "payment_id_invalid"
    assert refused(confirm_payment, **confirm | {"buyer": make.user()}, payment_id="x")[0] == "not_found"
    assert SeatClaim.objects.get(pk=first.id).state == "pending"


def test_r35_in_trust_any_id_confirms_what_waits_or_none_at_all(screening, seats, buyer, call, settings):
    [one] = pending(buyer, screening, seats[0])
    [other] = pending(buyer, screening, seats[1])
    settings.PAYMENTS_MODE = "trust"

    confirm_payment(buyer=buyer, ticket_id=one.id, payment_id="paid")
    confirm_payment(buyer=buyer, ticket_id=other.id)

    assert payments() == [("paid", "claimed", seats[:1], "12.00")]
    assert list(Booking.objects.order_by("pk").values_list("payment", flat=True)) == ["paid", None]
    assert books() == {"captured": "22.00", "live": "22.00"}
    assert refused(confirm_payment, buyer=buyer, ticket_id=one.id, payment_id="other") == ("illegal_transition", {})
    assert Payment.objects.count() == 1


def test_r36_waiting_tickets_are_booked_before_they_are_confirmed(screening, seats, buyer, call, noon):
    [first, _] = pending(buyer, screening, *seats[:2])
    noon.travel(61)
    intent = begin_payment(**call)
    take_money(intent)

    [one, _] = confirm_payment(buyer=buyer, ticket_id=first.id, payment_id=intent.payment_id).tickets

    assert (one.booked_at, one.confirmed_at) == (NOON, NOON + timedelta(seconds=61))


def test_part_of_a_sale_cannot_be_paid_for(screening, seats, buyer, call):
    pending(buyer, screening, *seats[:2])

    assert refused(begin_payment, **call | {"seat_ids": seats[:1]})[0] == "reservation_expired"


def test_proof_is_what_the_provider_took(screening, seats, buyer):
    intent = paid(buyer, screening, *seats[:2])

    assert prove(buyer=buyer, payment_id=intent.payment_id) == Money(Decimal("22.00"), "EUR")
    assert prove(buyer=buyer, payment_id=None) is None
    assert query("SELECT COUNT(*) FROM booking_payment") == [(0,)]


def test_paying_again_for_what_one_has_takes_nothing(screening, seats, buyer, call):
    intent = paid(buyer, screening, *seats[:2])
    book_from_holds(**call, payment_id=intent.payment_id)

    again = pay_for_holds(**call, method="card")

    assert (again.payment_id, again.money) == (intent.payment_id, Money(Decimal("22.00"), "EUR"))
    assert refused(pay_for_holds, **call | {"seat_ids": seats[:1]}, method="card")[0] == "reservation_expired"
    assert FakeCharge.objects.count() == 1
