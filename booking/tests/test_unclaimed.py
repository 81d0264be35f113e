"""R33: money without seats is kept for its payer, and goes back when it is not used."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.tests.make import bearer
from booking.models import Payment, Refund
from booking.selectors.invariants import violations
from booking.selectors.ledger import Account, ledger
from booking.services import refunds, seat_rules, unclaimed
from booking.services.proofs import PaymentIdReused
from booking.services.reservations import hold_seats
from booking.services.tickets import ReservationExpired, book_from_holds, book_seats, cancel_ticket
from booking.services.unclaimed import give_back_lapsed
from booking.tests import make
from booking.tests.make import NOON
from catalog.models import Screening
from cinema_project.common import mailer
from cinema_project.common.errors import DomainError, NotFound

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("noon")]
QUARTER = 15 * 60


@pytest.fixture
def screening():
    return make.screening(seats=12, price="10.00", types=["premium"])


@pytest.fixture
def seats(screening):
    return make.seats_of(screening)


@pytest.fixture
def buyer():
    return make.user()


def book(buyer, screening, *seat_ids, payment_id="paid"):
    return book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=list(seat_ids), payment_id=payment_id)


def refused(service, *args, **given):
    """Return what a refused call says: code and further members."""
    with pytest.raises(DomainError) as error:
        service(*args, **given)
    return error.value.code, error.value.extra


def payments():
    return [(p.payment_id, p.status, p.seat_ids, str(p.amount)) for p in Payment.objects.order_by("payment_id")]


def take(screening, *seat_ids):
    """Let somebody else have these seats."""
    book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=list(seat_ids))


def test_r33_a_refused_sale_keeps_the_money_at_the_price_of_the_seats(screening, seats, buyer):
    take(screening, seats[1])

    code, extra = refused(book, buyer, screening, *seats[:2])

    assert (code, extra) == ("seats_booked", {"conflicting_seat_ids": [seats[1]], "refund": "scheduled"})
    assert payments() == [("paid", "captured", seats[:2], "22.00")]
    assert Payment.objects.get().captured_at == NOON
    assert ledger()["EUR"] == Account(*map(Decimal, ("32.00", "10.00", "0.00", "0.00", "22.00")))


def test_r33_a_lapsed_hold_keeps_the_money_too(screening, seats, buyer, noon):
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:2])
    Screening.objects.update(price="90.00")
    noon.travel(300)
    call = {"buyer": buyer, "screening_id": screening.pk, "seat_ids": seats[:2], "payment_id": "paid"}

    assert refused(book_from_holds, **call) == (
        "reservation_expired",
        {"conflicting_seat_ids": seats[:2], "refund": "scheduled"},
    )
    assert payments() == [("paid", "captured", seats[:2], "198.00")]


def test_r33_refusals_that_say_no_more_than_that_the_call_is_wrong_keep_nothing(screening, seats, buyer, noon):
    other_room = make.seats_of(make.screening())
    call = {"buyer": buyer, "payment_id": "paid"}
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:1])
    answers = [
        refused(book_seats, **call, screening_id=10**9, seat_ids=seats[:1]),
        refused(book_seats, **call, screening_id=screening.pk, seat_ids=other_room[:1]),
        refused(book_from_holds, **call, screening_id=screening.pk, seat_ids=other_room[:1]),
        refused(book_seats, **call, screening_id=screening.pk, seat_ids=[*seats[:1], *seats[:1]]),
        refused(book_seats, **call | {"payment_id": "ü"}, screening_id=screening.pk, seat_ids=seats[:1]),
    ]
    noon.at(make.start_of(screening))
    answers.append(refused(book_seats, **call, screening_id=screening.pk, seat_ids=seats[1:2]))
    Screening.objects.filter(pk=screening.pk).update(status="cancelled")
    answers.append(refused(book_from_holds, **call, screening_id=screening.pk, seat_ids=seats[:1]))

    assert [code for code, _ in answers] == [
        *("screening_not_found", "seat_not_in_room", "reservation_expired", "invalid", "payment_id_invalid"),
        *("screening_past", "screening_cancelled"),
    ]
    assert not any("refund" in extra for _, extra in answers)
    assert payments() == []


def test_r33_more_seats_than_one_may_have_keep_the_money(screening, seats, buyer):
    assert refused(book, buyer, screening, *seats[:11])[1] == {"refund": "scheduled"}
    assert payments() == [("paid", "captured", seats[:11], "112.00")]


@pytest.mark.parametrize("moment", [0, QUARTER - 0.001])
def test_r33_unclaimed_money_buys_other_seats_for_a_quarter_of_an_hour(screening, seats, buyer, noon, moment):
    take(screening, seats[0])
    refused(book, buyer, screening, seats[0])
    noon.travel(moment)

    booked = book(buyer, screening, *seats[1:3])
    again = book(buyer, screening, *seats[1:3])

    assert payments() == [("paid", "claimed", seats[1:3], "20.00")]
    assert Payment.objects.get().captured_at == NOON
    assert (booked.total, booked.replayed, again.replayed) == (Decimal("20.00"), False, True)
    assert refused(book, buyer, screening, seats[0]) == ("payment_id_reused", {})


def test_r33_unclaimed_money_buys_seats_of_another_screening(screening, seats, buyer):
    take(screening, seats[0])
    refused(book, buyer, screening, seats[0])
    other = make.screening(price="7.00", house={"currency": "CHF"})

    book(buyer, other, make.seats_of(other)[0])

    assert Payment.objects.values_list("screening", "amount", "currency", "status").get() == (
        other.pk,
        Decimal("7.00"),
        other.currency,
        "claimed",
    )


def test_r33_from_that_moment_on_it_goes_back_whether_or_not_anybody_has_seen_to_it(screening, seats, buyer, noon):
    take(screening, seats[0])
    refused(book, buyer, screening, seats[0])
    noon.travel(QUARTER)
    before = make.written(screening)

    answers = [refused(book, buyer, screening, seats[1])]
    assert give_back_lapsed() == 1
    answers.append(refused(book, buyer, screening, seats[1]))
    refunds.send_due()
    answers.append(refused(book, buyer, screening, seats[1]))

    assert answers == [("payment_refunded", {})] * 3
    assert make.written(screening)[:3] == before[:3]


def test_r33_unused_money_goes_back_in_full_and_its_payer_is_told_once(screening, seats, buyer, noon, mailoutbox):
    take(screening, seats[0])
    refused(book, buyer, screening, *seats[:2])
    noon.travel(QUARTER)

    assert [give_back_lapsed() for _ in range(2)] == [1, 0]

    refund = Refund.objects.get()
    assert (str(refund.amount), refund.currency, refund.status, refund.claim) == ("22.00", "EUR", "due", None)
    assert payments() == [("paid", "refund_due", seats[:2], "22.00")]
    mailer.send_due()
    [mail] = [mail for mail in mailoutbox if mail.to == [buyer.email]]
    assert "22.00 EUR goes back the way you paid" in mail.body
    assert refunds.send_due() == 1
    assert payments() == [("paid", "refunded", seats[:2], "22.00")]
    assert Refund.objects.values_list("status", "settled_at").get() == ("settled", NOON + timedelta(seconds=QUARTER))
    assert ledger()["EUR"].refunded == Decimal("22.00")


def test_r33_nobody_waits_who_does_not_want_to(screening, seats, buyer):
    take(screening, seats[0])
    refused(book, buyer, screening, seats[0])
    now = unclaimed.give_back_now

    assert [now(payment_id="paid", user_id=user_id) for user_id in (make.user().pk, buyer.pk, buyer.pk)] == [
        False,
        True,
        False,
    ]
    assert payments() == [("paid", "refund_due", seats[:1], "12.00")]


def test_r33_unclaimed_money_belongs_to_who_paid_it(screening, seats, buyer):
    take(screening, seats[0])
    refused(book, buyer, screening, seats[0])

    with pytest.raises(PaymentIdReused) as unclaimed_one:
        book(make.user(), screening, seats[1])
    book(buyer, screening, seats[2])
    with pytest.raises(PaymentIdReused) as claimed_one:
        book(make.user(), screening, seats[1])

    told = [(error.value.code, error.value.detail, error.value.extra) for error in (unclaimed_one, claimed_one)]
    assert told[0] == told[1]


def test_r33_a_second_failure_changes_nothing_about_the_money(screening, seats, buyer, noon):
    take(screening, seats[0], seats[1])
    refused(book, buyer, screening, seats[0])
    noon.travel(60)

    assert refused(book, buyer, screening, seats[1])[1]["refund"] == "scheduled"
    assert payments() == [("paid", "captured", seats[:1], "12.00")]
    assert Payment.objects.get().captured_at == NOON


@pytest.mark.django_db(transaction=True)
def test_r33_holds_for_an_idempotency_key_whose_transaction_is_rolled_back(client, screening, seats, buyer):
    take(screening, seats[0])
    asked = {"screening_id": screening.pk, "seat_ids": seats[:1], "payment_id": "paid"}
    headers = bearer(buyer) | {"Idempotency-Key": "k"}

    answers = [
        client.post("/api/v1/tickets/book", asked, content_type="application/json", headers=headers) for _ in range(2)
    ]

    assert [(answer.status_code, answer.json()["refund"]) for answer in answers] == [(409, "scheduled")] * 2
    assert payments() == [("paid", "captured", seats[:1], "12.00")]


def test_a_screening_that_is_gone_by_then_keeps_no_money(screening, seats, buyer):
    with pytest.raises(NotFound):
        book_seats(buyer=buyer, screening_id=10**9, seat_ids=[1], payment_id="paid")
    lost = ReservationExpired("too late")
    unclaimed.keep_if_refused(lost, unclaimed.Paid("paid", buyer.pk, 10**9, [1], Decimal(1), "EUR"))

    lost.aftermath()

    assert (lost.extra, payments()) == ({}, [])


def test_r39_ticket_and_payment_follow_their_refunds(screening, seats, buyer):
    first, second = (ticket.id for ticket in book(buyer, screening, *seats[:2]).tickets)
    states = []

    for ticket in (first, second):
        cancel_ticket(ticket_id=ticket, by=buyer)
        assert refunds.send_due() == 1
        states.append((Payment.objects.get().status, [state for _, state in make.states(screening)]))
        assert violations() == []

    assert states == [("part_refunded", ["refunded", "confirmed"]), ("refunded", ["refunded", "refunded"])]
    assert refunds.send_due() == 0
    cancel_ticket(ticket_id=first, by=buyer)
    assert Refund.objects.count() == 2
    assert ledger()["EUR"] == Account(*map(Decimal, ("22.00", "0.00", "22.00", "0.00", "0.00")))


def test_r39_a_sale_at_the_counter_is_given_back_there(screening, seats, buyer):
    booked = book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats[:1])
    cancel_ticket(ticket_id=booked.tickets[0].id, by=buyer)

    assert refunds.send_due() == 1

    assert make.states(screening) == [(seats[0], "refunded")]
    assert ledger()["EUR"] == Account(*map(Decimal, ("12.00", "0.00", "12.00", "0.00", "0.00")))


def test_r33_seats_lost_to_somebodys_hold(screening, seats, buyer):
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[:1])

    with pytest.raises(seat_rules.SeatsHeld) as refusal:
        book(buyer, screening, seats[0])

    assert refusal.value.extra["refund"] == "scheduled"


def test_one_mail_tells_of_all_that_a_cancellation_gave_back(screening, seats, buyer, noon, mailoutbox):
    early, *late = book(buyer, screening, *seats[:3]).tickets
    for moment, tickets in ((1, [early]), (2, late)):
        noon.travel(moment)
        for ticket in tickets:
            cancel_ticket(ticket_id=ticket.id, by=buyer)
        refunds.send_due()
    mailer.send_due()

    told = [mail.body for mail in mailoutbox if mail.subject.startswith("Refund")]
    assert ["12.00 EUR" in told[0], "20.00 EUR" in told[1], len(told)] == [True, True, 2]
