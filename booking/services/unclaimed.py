"""Money without seats (R33): kept for its payer for fifteen minutes, then given back in full."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial

import orjson

from booking.claims import lock_screening
from booking.models import Payment, Refund
from booking.promises import promise_return_news
from cinema_project.common import clock
from cinema_project.common.database import query, write
from cinema_project.common.errors import Busy, Conflict, DomainError, Unavailable

CLAIMABLE = Payment.CLAIMABLE
GONE = "This payment is being given back, as it was not used in time. Please pay again."
INSERT = (
    "INSERT INTO booking_payment (payment_id, user_id, screening_id, seat_ids, amount, currency, status, captured_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)
OR_TAKE = (
    "ON CONFLICT (payment_id) DO UPDATE SET status = EXCLUDED.status, screening_id = EXCLUDED.screening_id,"
    " seat_ids = EXCLUDED.seat_ids, amount = EXCLUDED.amount, currency = EXCLUDED.currency"
    " WHERE booking_payment.status = 'captured' AND booking_payment.user_id = EXCLUDED.user_id"
    " AND booking_payment.captured_at > %s"
)
"""After the INSERT of a payment: if it is there already and unclaimed, since after that moment, it is taken up."""


class PaymentRefunded(Conflict):
    """The money was given back, or is about to be."""

    code = "payment_refunded"


@dataclass(frozen=True, slots=True)
class Paid:
    """Money and what it was meant to buy."""

    payment_id: str
    user_id: int
    screening_id: int
    seat_ids: Sequence[int]
    amount: Decimal
    currency: str


def keep_if_refused(refusal: DomainError, paid: Paid) -> None:
    """Have the money of a refused sale stored together with the refusal, whose answer then says so.

    A refusal that only asks for patience is none: the sale may yet be made.
    """
    if not isinstance(refusal, (Busy, Unavailable)):
        refusal.aftermath = partial(_keep, refusal, paid)


@write
def _keep(refusal: DomainError, paid: Paid) -> None:
    if keep(paid):
        refusal.extra["refund"] = "scheduled"


@write
def keep(paid: Paid) -> bool:
    """Store money that bought no seats; tell whether it is there now, and unclaimed."""
    if not lock_screening(paid.screening_id):
        return False  # it was deleted meanwhile, as nobody had ever claimed a seat of it
    query(f"{INSERT} ON CONFLICT (payment_id) DO NOTHING", [*_values(paid), Payment.Status.CAPTURED, clock.now()])
    kept = Payment.objects.filter(pk=paid.payment_id, user_id=paid.user_id, status=Payment.Status.CAPTURED)
    return kept.exists()


@write
def take(paid: Paid, now: datetime) -> None:
    """Store a payment that buys something at this moment; if it is there already, unclaimed, take it up.

    :raises PaymentRefunded: if it is there, and cannot be taken
    """
    values = [*_values(paid), Payment.Status.CLAIMED, now, now - CLAIMABLE]
    if not query(f"{INSERT} {OR_TAKE} RETURNING user_id", values):
        raise PaymentRefunded(GONE)


def _values(paid: Paid) -> list[object]:
    seats = orjson.dumps(sorted(paid.seat_ids)).decode()
    return [paid.payment_id, paid.user_id, paid.screening_id, seats, paid.amount, paid.currency]


def check_claimable(status: str, captured_at: datetime | None) -> None:
    """Let money that bought nothing yet be used, while it may be.

    :raises PaymentRefunded: from fifteen minutes on, whether or not anybody has begun to give it back
    """
    if status != Payment.Status.CAPTURED or captured_at is None or clock.now() >= captured_at + CLAIMABLE:
        raise PaymentRefunded(GONE)


def give_back_lapsed() -> int:
    """Make a refund of all money that nobody claimed in time; return of how many payments.

    Its payer sees it as due since that time, and cannot use it, whether or not this has run.
    """
    lapsed = Payment.objects.filter(status=Payment.Status.CAPTURED, captured_at__lte=clock.now() - CLAIMABLE)
    return sum(_give_back(payment_id) for payment_id in lapsed.order_by("captured_at").values_list("pk", flat=True))


@write
def give_back_now(*, payment_id: str, user_id: int) -> bool:
    """Give unclaimed money back before its time, as its payer wishes; tell whether there was any."""
    return bool(_give_back(payment_id, user_id=user_id))


@write
def _give_back(payment_id: str, **narrowed: int) -> int:
    unclaimed = Payment.objects.filter(pk=payment_id, status=Payment.Status.CAPTURED, **narrowed)
    payment = unclaimed.select_for_update().first()
    if payment is None:
        return 0  # it was used, or somebody else was faster
    payment.status = Payment.Status.REFUND_DUE
    payment.save(update_fields=["status"])
    due = {"amount": payment.amount, "currency": payment.currency, "created_at": clock.now()}
    Refund.objects.create(payment=payment, **due)
    promise_return_news(payment_id)
    return 1
