"""Payments as their payer sees them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from booking.models import Booking, Payment, PaymentIntent, Refund, SeatClaim
from cinema_project.common import clock
from cinema_project.common.errors import NotFound


@dataclass(frozen=True, slots=True)
class RefundView:
    """Money on its way back; ``at`` is when its status became what it is."""

    amount: Decimal
    status: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PaymentView:
    """A payment with the tickets that it bought and what went back of it."""

    payment: Payment
    status: str
    ticket_ids: list[int]
    refunds: list[RefundView]


def history_of(user_id: int) -> list[PaymentView]:
    """Return the user's payments, newest first."""
    now = clock.now()
    payments = list(Payment.objects.filter(user=user_id).order_by("-captured_at", "payment_id"))
    tickets = _tickets_by_payment(user_id)
    refunds = _refunds_by_payment(user_id)
    return [
        PaymentView(payment, payment.status_at(now), tickets[payment.pk], refunds[payment.pk]) for payment in payments
    ]


def payment_of(payment_id: str, user_id: int) -> Payment | None:
    """Return a payment of the user's; ``None`` while it was only begun.

    :raises NotFound: if it is unknown or somebody else's
    """
    named = {"pk": payment_id if payment_id.isprintable() else "", "user": user_id}
    payment = Payment.objects.filter(**named).first()
    if payment is None and not PaymentIntent.objects.filter(**named).exists():
        raise NotFound(f"Payment {payment_id} not found")
    return payment


def is_sold(payment_id: object) -> bool:
    """Tell whether this payment has bought something; what cannot be the name of one has not."""
    if not isinstance(payment_id, str) or not payment_id.isprintable():
        return False
    return Booking.objects.filter(payment=payment_id).exists()


def unclaimed_of(user_id: int, amount: Decimal, currency: str) -> Payment | None:
    """Return money of this amount that the user paid, that bought nothing, and that may still be used (R33)."""
    since = clock.now() - Payment.CLAIMABLE
    kept = Payment.objects.filter(user=user_id, status=Payment.Status.CAPTURED, captured_at__gt=since)
    return kept.filter(amount=amount, currency=currency).order_by("captured_at", "pk").first()


def held_until(payment_id: str) -> datetime | None:
    """Return how long the seats of a payment that was begun are held, or wait for it."""
    intent = PaymentIntent.objects.filter(pk=payment_id).first()
    if intent is None:
        return None
    seats = {"user": intent.user_id, "screening": intent.screening_id, "seat__in": intent.seat_ids}
    ends = SeatClaim.objects.filter(**seats, state__in=("held", "pending")).values_list("expires_at", flat=True)
    return max((end for end in ends if end), default=None)


def _tickets_by_payment(user_id: int) -> dict[str, list[int]]:
    tickets: dict[str, list[int]] = defaultdict(list)
    sold = SeatClaim.objects.filter(booking__payment__user=user_id).order_by("seat_id")
    for payment_id, ticket_id in sold.values_list("booking__payment", "pk"):
        tickets[payment_id].append(ticket_id)
    return tickets


def _refunds_by_payment(user_id: int) -> dict[str, list[RefundView]]:
    found: dict[str, list[RefundView]] = defaultdict(list)
    theirs = Refund.objects.filter(Q(payment__user=user_id) | Q(claim__booking__payment__user=user_id))
    for refund in theirs.select_related("claim__booking").order_by("created_at", "pk"):
        booking = refund.claim.booking if refund.claim else None
        payment_id = booking.payment_id if booking else refund.payment_id
        found[payment_id or ""].append(RefundView(refund.amount, refund.status, refund.since))
    return found
