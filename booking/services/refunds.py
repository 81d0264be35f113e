"""Giving money back (R39): due, sent, settled. What goes wrong is tried again for a day, then people are told.

A refund is marked as sent before the provider hears of it, and the provider knows it by a key of its own. So the work
may be killed at any moment and done again, or beside itself: money goes back once.
"""

import logging
from datetime import datetime, timedelta

from django.db.models import Q

from booking.models import ClaimState, Payment, PaymentIntent, Refund, SeatClaim
from booking.payments.provider import GivenBack, Money, Standing
from booking.payments.registry import provider_named
from booking.promises import promise_refund_news
from cinema_project.common import clock
from cinema_project.common.database import write
from cinema_project.common.errors import Conflict, IllegalTransition

logger = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=2)
TRIED_FOR = timedelta(hours=24)
NOT_SENT = (Refund.Status.DUE, Refund.Status.SENT)


class RefundSent(Conflict):
    """The money is on its way back, or back already."""

    code = "refund_sent"


def send_due() -> int:
    """Send what is due, and ask about what is under way; return how many refunds. Any number may run."""
    sent = 0
    while (refund := _take_next()) is not None:
        _send(refund)
        sent += 1
    return sent


@write
def retry(*, refund_id: int) -> None:
    """Try a refund again that was given up.

    :raises IllegalTransition: if it was not
    """
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    if refund.status != Refund.Status.FAILED:
        raise IllegalTransition(f"Only a refund that failed can be tried again; this one is {refund.status}.")
    now = clock.now()
    refund.status, refund.attempts, refund.sent_at, refund.next_at = Refund.Status.SENT, 0, now, now
    refund.save(update_fields=["status", "attempts", "sent_at", "next_at"])


@write
def hand_over(*, ticket_id: int, by: int) -> None:
    """Note that the money of a cancelled ticket was given back over the counter, and need not be sent.

    :raises RefundSent: if it is on its way, or back already, or nothing was paid
    """
    waiting = Refund.objects.filter(claim=ticket_id, status__in=(Refund.Status.DUE, Refund.Status.FAILED))
    refund = waiting.select_for_update().first()
    if refund is None:
        raise RefundSent("There is no refund to hand over: it is on its way, or nothing was paid.")
    refund.status, refund.sent_at, refund.actor_id = Refund.Status.SENT, clock.now(), by
    refund.save(update_fields=["status", "sent_at", "actor"])
    _settle(refund.pk, "", by=by)


def ask_about(*, reference: str) -> None:
    """Ask the provider about a refund that is under way, now instead of later: it said that there is news."""
    Refund.objects.filter(reference=reference, status=Refund.Status.SENT).update(next_at=clock.now())


def tell_of_failure(*, reference: str) -> None:
    """Raise the alarm for a refund that counted as made, and then came back: only people can put that right."""
    for refund in Refund.objects.filter(reference=reference, status=Refund.Status.SETTLED):
        logger.error("ALERT: refund %s of %s (%s) came back from the bank", refund.pk, refund, reference)


@write
def _take_next() -> Refund | None:
    """Mark the next one as sent, to be tried again later should this process die meanwhile."""
    now = clock.now()
    waiting = Refund.objects.filter(Q(next_at=None) | Q(next_at__lte=now), status__in=NOT_SENT).order_by("pk")
    refund = waiting.select_for_update(skip_locked=True).first()
    if refund is None:
        return None
    refund.status, refund.attempts, refund.sent_at = Refund.Status.SENT, refund.attempts + 1, refund.sent_at or now
    refund.next_at = _next_attempt(now, refund.sent_at, refund.attempts)
    refund.save(update_fields=["status", "attempts", "sent_at", "next_at"])
    return refund


def _next_attempt(now: datetime, first: datetime, attempts: int) -> datetime:
    """After pauses that double; the last attempt when the day is over."""
    following = now + min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempts - 1, 20))
    end = first + TRIED_FOR
    return min(following, end) if now < end else following


def _send(refund: Refund) -> None:
    try:
        answer = _ask_for(refund)
    except Exception as error:  # whatever it is, the next refund must not wait for it
        logger.warning("Refund %s was not taken", refund.pk, exc_info=True)
        answer = GivenBack(Standing.CLOSED, reason=str(error))
    if answer.standing == Standing.DONE:
        _settle(refund.pk, answer.reference)
    else:
        _wait(refund.pk, answer)


def _ask_for(refund: Refund) -> GivenBack:
    if not refund.amount:
        return GivenBack(Standing.DONE)  # of a ticket that cost nothing: no bank takes such an order
    payment_id = payment_of(refund)
    intent = PaymentIntent.objects.filter(pk=payment_id).first() if payment_id else None
    # Money that no provider of ours took was paid at the counter.
    provider = provider_named(intent.provider if intent else "trust")
    reference = intent.reference if intent else payment_id or ""
    key = f"refund-{payment_id}-{refund.claim_id or 'all'}"
    return provider.refund(reference, Money(refund.amount, refund.currency), key)


def payment_of(refund: Refund) -> str | None:
    """Return the ``payment_id`` of the money that goes back; ``None`` for a sale without one."""
    if refund.payment_id:
        return str(refund.payment_id)
    return SeatClaim.objects.filter(pk=refund.claim_id or 0).values_list("booking__payment", flat=True).get()


@write
def _wait(refund_id: int, answer: GivenBack) -> None:
    """Note why the money is not back yet; a refusal is final after a day."""
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    if refund.status != Refund.Status.SENT:
        return
    refund.reference = answer.reference or refund.reference
    refund.last_error = answer.reason[:1000]
    refused = answer.standing == Standing.CLOSED
    if refused and refund.sent_at and clock.now() >= refund.sent_at + TRIED_FOR:
        refund.status = Refund.Status.FAILED
        logger.error("ALERT: refund %s of %s failed for a day: %s", refund_id, refund, refund.last_error)
    refund.save(update_fields=["status", "reference", "last_error"])


@write
def _settle(refund_id: int, reference: str, *, by: int | None = None) -> None:
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    if refund.status == Refund.Status.SETTLED:
        return
    # Two refunds of one payment may settle at the same time: the later one must see the earlier.
    payment = Payment.objects.filter(pk=payment_of(refund)).select_for_update().first()
    refund.status, refund.settled_at, refund.next_at = Refund.Status.SETTLED, clock.now(), None
    refund.reference, refund.last_error = reference, ""
    refund.save(update_fields=["status", "settled_at", "next_at", "reference", "last_error"])
    if refund.claim_id:
        SeatClaim.objects.filter(pk=refund.claim_id, state=ClaimState.CANCELLED).update(
            state=ClaimState.REFUNDED, actor=by
        )
        _tell(refund)
    if payment is not None:
        kept = SeatClaim.objects.filter(booking__payment=payment, confirmed_at__isnull=False)
        left = kept.exclude(state=ClaimState.REFUNDED).exists()
        payment.status = Payment.Status.PART_REFUNDED if left else Payment.Status.REFUNDED
        payment.save(update_fields=["status"])


def _tell(refund: Refund) -> None:
    """Promise one mail about everything that one cancellation gave back of a booking, when the last of it is back."""
    together = Refund.objects.filter(claim__booking__tickets=refund.claim_id, created_at=refund.created_at)
    if not together.exclude(status=Refund.Status.SETTLED).exists() and together.filter(amount__gt=0).exists():
        promise_refund_news([*together.values_list("pk", flat=True)])
