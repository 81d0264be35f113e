"""Money under way twice at the same moment, on true parallel connections: it buys once, or goes back once."""

import threading
from collections import Counter
from functools import partial

import pytest

from booking.models import Booking, FakeCharge, FakeRefund, Payment, PaymentIntent, ProviderEvent, Refund, SeatClaim
from booking.payments import fake
from booking.payments.provider import Money
from booking.selectors.invariants import violations
from booking.services import events, refunds, settling, unclaimed
from booking.services.confirming import confirm_payment
from booking.services.intents import begin_payment
from booking.services.reservations import hold_seats
from booking.services.tickets import Booked, book_from_holds, book_seats, cancel_ticket
from booking.tests import make
from booking.tests.parallel import queued, together
from booking.tests.paying import begun, books, paid, refused, take_money

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("verify")]
ROUNDS = 10
PATIENCE = {"request_in_progress", "busy"}


@pytest.fixture
def screening():
    return make.screening(seats=60, price="10.00")


@pytest.fixture
def seats(screening):
    return make.seats_of(screening)


def at_once(*calls):
    """Run the calls as nearly at the same moment as threads can be; return their outcomes."""
    gate = threading.Barrier(len(calls))

    def through(call):
        gate.wait(10)
        return call()

    return together(*(lambda call=call: through(call) for call in calls))


def rounds(seats, size=2):
    return [seats[start : start + size] for start in range(0, ROUNDS * size, size)]


def test_r27_webhook_and_browser_make_one_booking(screening, seats):
    seen = Counter()
    for wanted in rounds(seats):
        buyer = make.user()
        intent = paid(buyer, screening, *wanted)
        call = {"buyer": buyer, "screening_id": screening.pk, "seat_ids": wanted, "payment_id": intent.payment_id}

        browser, again, settled, _ = at_once(
            lambda call=call: book_from_holds(**call),
            lambda call=call: book_seats(**call),
            lambda intent=intent: settling.settle(payment_id=intent.payment_id),
            lambda intent=intent: settling.settle(payment_id=intent.payment_id),
        )

        for outcome in (browser, again):
            seen["replayed" if getattr(outcome, "replayed", False) else "made or refused"] += 1
            assert isinstance(outcome, Booked) or outcome in PATIENCE
        assert not isinstance(settled, str) or settled in PATIENCE
        assert SeatClaim.objects.filter(seat__in=wanted, state="confirmed").count() == 2

    assert Booking.objects.count() == ROUNDS
    assert seen["replayed"] >= ROUNDS  # of two browsers one at most is first
    assert books() == {"captured": "200.00", "live": "200.00"}


def test_r27_a_message_that_had_to_wait_too_long_books_when_it_comes_again(queue, screening, seats):
    """Its money does not count as unclaimed meanwhile: the seats are held, and the sale may yet be made."""
    intent = paid(make.user(), screening, *seats[:2])
    settle = partial(settling.settle, payment_id=intent.payment_id)

    with queued(queue, screening, settle) as request:
        request.join(4)

    assert (request.outcome, Payment.objects.count()) == ("request_in_progress", 0)
    settle()
    assert books() == {"captured": "20.00", "live": "20.00"}


def test_two_messages_at_once_book_once(screening, seats):
    for wanted in rounds(seats):
        intent = begun(make.user(), screening, *wanted)
        take_money(intent)
        body = fake.message_about(FakeCharge.objects.get(pk=intent.pk))
        message = {"provider": "fake", "body": body, "headers": fake.signed(body)}

        outcomes = at_once(*[lambda message=message: events.receive(**message)] * 3)

        assert {*outcomes} <= {None, *PATIENCE}

    assert (Booking.objects.count(), ProviderEvent.objects.count()) == (ROUNDS, ROUNDS)
    assert books() == {"captured": "200.00", "live": "200.00"}


@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_r33_unclaimed_money_used_twice_at_once_buys_once(screening, seats, where):
    other = screening if where == "here" else make.screening(seats=60, price="10.00")
    others = make.seats_of(other)[40:]
    for number, [seat] in enumerate(rounds(seats, 1)):
        buyer = make.user()
        payment_id = paid(buyer, screening, seat).payment_id
        late = {"buyer": buyer, "payment_id": payment_id, "seat_ids": [seats[59]], "screening_id": screening.pk}
        refused(book_from_holds, **late)
        here = {"buyer": buyer, "payment_id": payment_id, "seat_ids": [seats[20 + number]]}
        there = {"buyer": buyer, "payment_id": payment_id, "seat_ids": [others[number]]}

        outcomes = at_once(
            lambda call=here: book_seats(screening_id=screening.pk, **call),
            lambda call=there: book_seats(screening_id=other.pk, **call),
        )

        assert sum(isinstance(outcome, Booked) for outcome in outcomes) == 1
        assert {outcome for outcome in outcomes if isinstance(outcome, str)} <= {"payment_id_reused", *PATIENCE}

    assert (Booking.objects.count(), Payment.objects.filter(status="claimed").count()) == (ROUNDS, ROUNDS)


def use_or_give_back(screening, seats):
    """Buy with unclaimed money while it is given back; return how often which of them won."""
    won = Counter()
    for number, [seat] in enumerate(rounds(seats, 1)):
        buyer = make.user()
        payment_id = paid(buyer, screening, seat).payment_id
        call = {"buyer": buyer, "payment_id": payment_id, "screening_id": screening.pk}
        refused(book_from_holds, **call, seat_ids=[seats[59]])
        wanted = [seats[20 + number]]

        bought, given_back = at_once(
            lambda call=call, wanted=wanted: book_seats(**call, seat_ids=wanted),
            lambda buyer=buyer, payment_id=payment_id: unclaimed.give_back_now(payment_id=payment_id, user_id=buyer.pk),
        )

        won[isinstance(bought, Booked), given_back] += 1
    return won


def test_r33_money_is_used_or_goes_back_never_both(screening, seats):
    won = use_or_give_back(screening, seats)

    assert won.keys() <= {(True, False), (False, True)}
    assert sum(won.values()) == ROUNDS


@pytest.mark.breaks_invariants
def test_that_race_goes_red_without_its_guard(screening, seats, monkeypatch):
    """The guards: money is taken up only while it is unclaimed, and no trigger lets it be taken up later.

    Without both, what goes back buys seats as well.
    """
    careless = unclaimed.OR_TAKE.replace("booking_payment.status = 'captured' AND ", "")
    monkeypatch.setattr(unclaimed, "OR_TAKE", careless)
    monkeypatch.setattr(unclaimed, "check_claimable", lambda *_: None)

    with make.without_triggers("booking_payment"):
        won = use_or_give_back(screening, seats)

    assert won[True, True] > 0
    assert "a payment that paid no booking is unclaimed, or goes back" in {found.rule for found in violations()}


def test_r35_confirming_at_once_confirms_once(screening, seats):
    for wanted in rounds(seats):
        buyer = make.user()
        call = {"buyer": buyer, "screening_id": screening.pk, "seat_ids": wanted}
        first, second = book_seats(**call).tickets
        intent = begin_payment(**call)
        take_money(intent)
        money = Money(intent.amount, intent.currency)

        outcomes = at_once(
            *[
                lambda ticket=ticket, buyer=buyer, intent=intent, money=money: confirm_payment(
                    buyer=buyer, ticket_id=ticket.id, payment_id=intent.payment_id, money=money
                )
                for ticket in (first, second, first)
            ]
        )

        assert sorted(outcome.replayed for outcome in outcomes) == [False, True, True]

    assert books() == {"captured": "200.00", "live": "200.00"}


def test_begun_twice_at_once_is_one_intent(screening, seats):
    for wanted in rounds(seats):
        buyer = make.user()
        call = {"buyer": buyer, "screening_id": screening.pk, "seat_ids": wanted}
        hold_seats(**call)

        outcomes = at_once(*[lambda call=call: begin_payment(**call)] * 3)

        assert len({(intent.payment_id, intent.client_secret) for intent in outcomes}) == 1

    assert (PaymentIntent.objects.count(), FakeCharge.objects.count()) == (ROUNDS, ROUNDS)


def test_r39_workers_beside_each_other_give_back_once(screening, seats):
    for wanted in rounds(seats, 4):
        buyer = make.user()
        intent = paid(buyer, screening, *wanted)
        call = {"buyer": buyer, "screening_id": screening.pk, "seat_ids": wanted}
        for ticket in book_from_holds(**call, payment_id=intent.payment_id).tickets:
            cancel_ticket(ticket_id=ticket.id, by=buyer)

    sent = at_once(*[refunds.send_due] * 4)

    assert sum(sent) == FakeRefund.objects.count() == 4 * ROUNDS
    assert {*Refund.objects.values_list("status", "attempts")} == {("settled", 1)}
    assert {*Payment.objects.values_list("status", flat=True)} == {"refunded"}
    assert books() == {"captured": "400.00", "refunded": "400.00"}
