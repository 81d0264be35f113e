"""Payments whose outcome never came are asked about, booked or given back; what a crash left is put right."""

import signal
from datetime import timedelta

import pytest

from booking import tasks
from booking.models import Booking, FakeCharge, Payment, PaymentIntent, ProviderEvent
from booking.payments import fake
from booking.services import events, settling
from booking.services.intents import begin_checkout, begin_payment
from booking.services.reconciling import reconcile, unbalanced
from booking.services.refunds import send_due
from booking.services.reservations import release_holds
from booking.services.tickets import book_from_holds, book_seats
from booking.services.unclaimed import give_back_lapsed
from booking.tests import make
from booking.tests.auditing import audit
from booking.tests.make import NOON
from booking.tests.paying import begun, books, pay, payments, refused, take_money
from booking.tests.sale import open_sale, run_inside
from cinema_project.common.database import query
from cinema_project.common.errors import Unavailable
from cinema_project.tests.processes import spawn
from cinema_project.tests.product import ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def screening(noon, verify):
    return make.screening(price="10.00")


@pytest.fixture
def seats(screening):
    return make.seats_of(screening)[:2]


@pytest.fixture
def buyer():
    return make.user()


@pytest.fixture
def intent(buyer, screening, seats):
    return begun(buyer, screening, *seats)


def status(intent):
    return PaymentIntent.objects.get(pk=intent.pk).status


def states(screening):
    return [state for _, state in make.states(screening)]


def test_a_payment_nobody_told_us_about_is_booked_after_a_minute(screening, intent, noon):
    pay(intent, "never")
    assert tasks.reconcile_payments() == 0
    noon.travel(60)

    assert tasks.reconcile_payments() == 1

    assert (status(intent), states(screening)) == ("paid", ["confirmed", "confirmed"])
    assert books() == {"captured": "20.00", "live": "20.00"}
    noon.travel(3600)
    assert reconcile() == 0


def test_a_payment_for_waiting_tickets_confirms_them(screening, seats, buyer, noon):
    call = {"buyer": buyer, "screening_id": screening.pk, "seat_ids": seats}
    book_seats(**call)
    intent = begin_payment(**call)
    take_money(intent)
    noon.travel(60)

    reconcile()

    assert (states(screening), Payment.objects.get().status) == (["confirmed", "confirmed"], "claimed")


def test_r33_money_that_comes_late_is_kept_then_given_back(screening, intent, noon, seats):
    pay(intent, "late")
    for _ in range(8):
        noon.travel(60)
        reconcile()

    assert payments() == [(intent.payment_id, "captured", seats, "20.00")]
    assert (status(intent), states(screening)) == ("paid", ["held", "held"])
    noon.travel(15 * 60)
    assert (give_back_lapsed(), send_due()) == (1, 1)
    assert books() == {"captured": "20.00", "refunded": "20.00"}


def test_pauses_between_questions_double(intent, noon):
    moments = []
    for _ in range(50):
        noon.travel(60)
        if reconcile():
            moments.append((PaymentIntent.objects.get().ask_at - NOON) / timedelta(minutes=1))

    assert moments == [2, 4, 8, 16, 32, 64]


def test_after_an_hour_a_payment_is_given_up_and_no_money_can_come(screening, intent, noon):
    noon.travel(3600)

    assert reconcile() == 1

    take_money(intent)
    assert (status(intent), FakeCharge.objects.get().captured_at) == ("closed", None)
    assert FakeCharge.objects.get().closed_at is not None


def test_money_that_came_at_the_last_moment_counts(screening, intent, noon, monkeypatch):
    noon.travel(3600)
    monkeypatch.setattr(fake.FakeProvider, "cancel", lambda _self, reference: take_money(intent))

    reconcile()

    assert (status(intent), books()) == ("paid", {"captured": "20.00", "unclaimed": "20.00"})


def test_a_replaced_payment_is_asked_about_as_well(screening, seats, buyer, intent, noon):
    query("UPDATE booking_seatclaim SET price = 8")
    other = begin_payment(buyer=buyer, screening_id=screening.pk, seat_ids=seats)
    take_money(intent)
    take_money(other)
    noon.travel(60)

    assert reconcile() == 2

    assert sorted(status for _, status, _, _ in payments()) == ["captured", "claimed"]
    assert books() == {"captured": "36.00", "live": "16.00", "unclaimed": "20.00"}


def test_two_payments_of_the_same_seats_buy_once_and_one_goes_back(screening, seats, buyer, intent, noon):
    hosted = begin_checkout(buyer=buyer, screening_id=screening.pk, seat_ids=seats)
    pay(intent)
    pay(hosted)
    noon.travel(60)
    reconcile()
    noon.travel(900)

    tasks.send_refunds()

    assert books() == {"captured": "40.00", "live": "20.00", "refunded": "20.00"}


def test_a_silent_provider_holds_up_nobody(screening, intent, noon, monkeypatch, buyer):
    other = begun(make.user(), screening, make.seats_of(screening)[4])
    take_money(intent)
    take_money(other)
    honest = fake.FakeProvider.look_up

    def look_up(self, reference):
        if reference == intent.payment_id:
            raise Unavailable("The bank is closed.")
        return honest(self, reference)

    monkeypatch.setattr(fake.FakeProvider, "look_up", look_up)
    noon.travel(60)

    assert reconcile() == 2

    assert (status(intent), status(other)) == ("open", "paid")
    monkeypatch.undo()
    noon.travel(60)
    reconcile()
    assert status(intent) == "paid"


def test_money_of_somebody_who_left_goes_back(screening, intent, buyer, noon):
    take_money(intent)
    release_holds(buyer=buyer, screening_id=screening.pk)
    query("UPDATE accounts_user SET closed_at = created_at, is_active = FALSE WHERE id = %s", [buyer.pk])
    noon.travel(60)

    reconcile()

    assert books() == {"captured": "20.00", "unclaimed": "20.00"}


def test_a_payment_the_provider_never_heard_of_is_closed(screening, intent, noon):
    PaymentIntent.objects.update(reference="")
    noon.travel(3600)

    reconcile()

    assert status(intent) == "closed"


def test_what_was_booked_before_a_crash_is_only_noted(screening, seats, buyer, intent, noon):
    take_money(intent)
    book_from_holds(buyer=buyer, screening_id=screening.pk, seat_ids=seats, payment_id=intent.payment_id)
    noon.travel(60)

    reconcile()

    assert (status(intent), Booking.objects.count()) == ("paid", 1)


def test_money_kept_for_other_seats_buys_those_held_when_the_message_comes(screening, seats, buyer, intent):
    take_money(intent)
    others = {"buyer": buyer, "screening_id": screening.pk, "seat_ids": make.seats_of(screening)[3:4]}
    assert refused(book_seats, **others, payment_id=intent.payment_id)[0] == "payment_mismatch"

    settling.settle(payment_id=intent.payment_id)

    assert payments() == [(intent.payment_id, "claimed", seats, "20.00")]
    assert states(screening) == ["confirmed", "confirmed"]


def test_in_trust_intents_are_noted_or_forgotten(screening, seats, buyer, noon, settings):
    settings.PAYMENTS_MODE = "trust"
    used = begun(buyer, screening, *seats)
    forgotten = begun(make.user(), screening, make.seats_of(screening)[4])
    book_from_holds(buyer=buyer, screening_id=screening.pk, seat_ids=seats, payment_id=used.payment_id)
    noon.travel(3600)

    reconcile()

    assert (used.provider, status(used), status(forgotten)) == ("trust", "paid", "closed")


@pytest.mark.breaks_invariants
def test_p8_the_alarm_is_raised_when_the_money_does_not_add_up(screening, intent, seats, buyer, caplog):
    take_money(intent)
    book_from_holds(buyer=buyer, screening_id=screening.pk, seat_ids=seats, payment_id=intent.payment_id)
    assert unbalanced() == []

    query("UPDATE booking_payment SET amount = amount + 0.01")

    assert tasks.check_ledger() == ["EUR"]
    assert "ALERT: the money does not add up in EUR" in caplog.text


def test_messages_are_forgotten_when_they_cannot_come_again(noon):
    for days in (29, 31):
        seen = {"kind": "x", "received_at": NOON - timedelta(days=days)}
        ProviderEvent.objects.create(provider="fake", event_id=str(days), **seen)

    assert (events.prune(), ProviderEvent.objects.get().event_id) == (1, "29")


DIES = """
from booking.models import PaymentIntent
from booking.services import settling
import sys, time
def hang(*_, **__):
    print("the money is there, nothing is booked", flush=True)
    time.sleep(60)
settling._buy = hang
settling.settle(payment_id=PaymentIntent.objects.get().pk)
"""
BEGIN = """
from accounts.models import User
from booking.payments import fake
from booking.models import FakeCharge
from booking.services.intents import begin_payment
from booking.services.reservations import hold_seats
call = {{"buyer": User.objects.get(pk={buyer}), "screening_id": {screening}, "seat_ids": {seats}}}
hold_seats(**call)
intent = begin_payment(**call)
fake.pay(FakeCharge.objects.get(pk=intent.pk), "paid")
"""


@pytest.mark.timeout(180)
def test_a_process_killed_between_money_and_tickets_loses_neither(product):
    product.settings |= {"PAYMENTS_MODE": "verify", "PAYMENT_PROVIDER": "fake", "EMBEDDED_WORKER": "false"}
    world = open_sale(product, people=1)
    [screening], seats = world.screenings, world.seats[:2]
    run_inside(product, BEGIN.format(buyer=world.people[0].id, screening=screening, seats=seats))
    log = product.folder / "dies.log"
    dying = spawn(["python", "manage.py", "shell", "-v", "0", "-c", DIES], log=log, env=product.environment(), cwd=ROOT)
    dying.wait_until(lambda: "nothing is booked" in dying.output())
    dying.child.send_signal(signal.SIGKILL)
    dying.child.wait()
    assert product.query("SELECT COUNT(*) FROM booking_payment") == [(0,)]
    product.clock.travel(61)

    run_inside(product, "from booking import tasks; tasks.reconcile_payments()")

    assert product.query("SELECT status FROM booking_payment") == [("claimed",)]
    assert product.query("SELECT DISTINCT state FROM booking_seatclaim") == [("confirmed",)]
    assert audit(product) == []
