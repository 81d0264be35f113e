"""R39: refunds are tried again with growing pauses for a day; then people are told, and may try again."""

import logging
from datetime import timedelta

import pytest
from django.urls import reverse

from booking import tasks
from booking.models import ClaimState, FakeRefund, Payment, Refund
from booking.payments import registry
from booking.payments.fake import FakeProvider
from booking.payments.provider import GivenBack, ProviderUnavailable, Standing
from booking.services import refunds
from booking.services.tickets import book_from_holds, cancel_ticket
from booking.tests import make
from booking.tests.make import NOON
from booking.tests.paying import books, paid, payments, refused
from cinema_project.common.errors import IllegalTransition

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("noon", "verify")]
DAY = timedelta(hours=24)


class MoodyBank(FakeProvider):
    """Does what it is told when asked for a refund, one after the other; then it works."""

    moods: list[object] = []
    asked: list[tuple[str, str]] = []

    def refund(self, reference, price, key):
        self.asked.append((str(price), key))
        mood = self.moods.pop(0) if self.moods else None
        if isinstance(mood, Exception):
            raise mood
        return mood or super().refund(reference, price, key)


@pytest.fixture
def bank(monkeypatch):
    MoodyBank.moods, MoodyBank.asked = [], []
    monkeypatch.setitem(registry.PROVIDERS, "fake", "booking.tests.test_refunds.MoodyBank")
    registry.provider_named.cache_clear()
    yield MoodyBank
    registry.provider_named.cache_clear()


@pytest.fixture
def screening():
    return make.screening(price="10.00")


@pytest.fixture
def tickets(screening):
    """Two paid tickets of one sale."""
    buyer, seats = make.user(), make.seats_of(screening)[:2]
    intent = paid(buyer, screening, *seats)
    booked = book_from_holds(
        buyer=buyer, screening_id=screening.pk, seat_ids=seats, payment_id=intent.payment_id
    ).tickets
    return [(ticket.id, buyer) for ticket in booked]


@pytest.fixture
def refund(bank, tickets):
    """The refund of the first of them."""
    ticket_id, buyer = tickets[0]
    cancel_ticket(ticket_id=ticket_id, by=buyer)
    return Refund.objects.get()


def now(refund):
    refund.refresh_from_db()
    return refund.status, refund.attempts, refund.last_error


def test_a_refund_is_asked_for_by_amount_and_by_a_key_of_its_own(bank, tickets):
    for ticket_id, buyer in tickets:
        cancel_ticket(ticket_id=ticket_id, by=buyer)

    assert (refunds.send_due(), refunds.send_due()) == (2, 0)

    [[payment_id, *_]] = payments()
    assert bank.asked == [("10.00 EUR", f"refund-{payment_id}-{ticket_id}") for ticket_id, _ in tickets]
    assert list(FakeRefund.objects.order_by("key").values_list("key", flat=True)) == sorted(k for _, k in bank.asked)
    assert list(Refund.objects.values_list("status", "settled_at")) == [("settled", NOON)] * 2
    assert Payment.objects.get().status == "refunded"


def test_r39_failing_twice_and_then_succeeding(bank, refund, noon):
    bank.moods = [ProviderUnavailable("The bank is closed."), GivenBack(Standing.CLOSED, reason="Try again.")]
    story = []

    for pause in (0, 60, 120):
        noon.travel(pause)
        assert refunds.send_due() == 1
        assert refunds.send_due() == 0
        story.append((*now(refund), Payment.objects.get().status))

    assert story == [
        ("sent", 1, "The bank is closed.", "claimed"),
        ("sent", 2, "Try again.", "claimed"),
        ("settled", 3, "", "part_refunded"),
    ]


def test_r39_after_a_day_of_growing_pauses_it_failed_and_people_are_told(bank, refund, noon, caplog, screening):
    bank.moods = [GivenBack(Standing.CLOSED, reason="No such account.")] * 100
    pauses = []

    while now(refund)[0] != "failed":
        assert refunds.send_due() == 1
        refund.refresh_from_db()
        pauses.append(refund.next_at - (refund.sent_at + sum(pauses, timedelta(0))))
        noon.at(refund.next_at)

    minutes = [pause / timedelta(minutes=1) for pause in pauses]
    assert minutes[:9] == [1, 2, 4, 8, 16, 32, 64, 120, 120]
    assert refund.sent_at + sum(pauses[:-1], timedelta(0)) == NOON + DAY
    [alert] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert "No such account." in alert.getMessage()
    assert refunds.send_due() == 0
    assert [state for _, state in make.states(screening)] == ["cancelled", "confirmed"]
    assert books() == {"captured": "20.00", "live": "10.00", "due": "10.00"}


def test_r39_what_failed_is_tried_again_by_staff(bank, refund, noon, client):
    Refund.objects.update(status="sent", attempts=20, sent_at=NOON - DAY, last_error="No such account.")
    Refund.objects.update(status="failed")
    client.force_login(make.user(is_staff=True, is_superuser=True))
    ticked = {"action": "try_again", "_selected_action": refund.pk}

    page = client.post(reverse("admin:booking_refund_changelist"), ticked, follow=True)
    again = client.post(reverse("admin:booking_refund_changelist"), ticked, follow=True)

    assert "on its way again" in page.content.decode()
    assert "Only a refund that failed" in again.content.decode()
    assert now(refund)[:2] == ("sent", 0)
    assert refunds.send_due() == 1
    assert now(refund) == ("settled", 1, "")


def test_only_what_failed_is_tried_again(refund):
    with pytest.raises(IllegalTransition):
        refunds.retry(refund_id=refund.pk)


def test_r39_killed_after_the_money_left_it_leaves_once(bank, refund, noon, monkeypatch):
    with monkeypatch.context() as crash:
        crash.setattr(refunds, "_settle", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            refunds.send_due()
    assert (now(refund)[0], FakeRefund.objects.count(), refunds.send_due()) == ("sent", 1, 0)
    noon.travel(60)

    assert refunds.send_due() == 1

    assert (now(refund)[0], FakeRefund.objects.count(), len(bank.asked)) == ("settled", 1, 2)


def test_r39_a_refund_under_way_is_asked_about_for_as_long_as_it_takes(bank, refund, noon):
    bank.moods = [GivenBack(Standing.OPEN, reference="re_1")] * 3
    refunds.send_due()
    noon.travel(3 * 86_400)
    refunds.send_due()
    assert now(refund)[0] == "sent"

    refunds.ask_about(reference="re_1")
    assert refunds.send_due() == 1
    assert now(refund)[0] == "sent"
    refunds.ask_about(reference="re_1")
    refunds.send_due()

    assert now(refund)[0] == "settled"


def test_r39_one_that_fails_holds_up_no_other(bank, tickets):
    bank.moods = [RuntimeError("What?")]
    for ticket_id, buyer in tickets:
        cancel_ticket(ticket_id=ticket_id, by=buyer)

    assert refunds.send_due() == 2

    assert list(Refund.objects.order_by("pk").values_list("status", flat=True)) == ["sent", "settled"]
    assert Payment.objects.get().status == "part_refunded"


def test_the_bank_gives_back_no_more_than_it_took(bank, refund, tickets):
    Refund.objects.update(amount="20.01")

    refunds.send_due()

    assert now(refund) == ("sent", 1, "More than was paid cannot go back.")
    Refund.objects.update(amount="10.00")


def test_the_clock_gives_back_what_nobody_claimed(bank, screening, noon):
    buyer, seats = make.user(), make.seats_of(screening)[:1]
    intent = paid(buyer, screening, *seats)
    noon.travel(300)
    call = {"buyer": buyer, "screening_id": screening.pk, "seat_ids": seats, "payment_id": intent.payment_id}
    refused(book_from_holds, **call)
    noon.travel(899)
    assert tasks.send_refunds() == 0
    noon.travel(1)

    assert tasks.send_refunds(of="a later release") == 1

    assert payments() == [(intent.payment_id, "refunded", seats, "10.00")]
    assert bank.asked == [("10.00 EUR", f"refund-{intent.payment_id}-all")]
    assert ClaimState.REFUNDED not in [state for _, state in make.states(screening)]
    assert tasks.send_refunds() == 0
