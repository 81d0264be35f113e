"""Was it paid? Asked before a sale, as another computer has to answer (R34, R61)."""

from typing import Any

from django.conf import settings

from booking.claims import Buyer
from booking.models import Payment, PaymentIntent
from booking.payments.provider import Money, Standing
from booking.payments.registry import current_provider, provider_named
from cinema_project.common.errors import Conflict, Invalid

LONGEST_PAYMENT_ID = 255


class PaymentIdInvalid(Invalid):
    code = "payment_id_invalid"


class PaymentIdReused(Conflict):
    """It belongs to another booking, or to somebody else; which of the two is nobody's business (R26)."""

    code = "payment_id_reused"

    def __init__(self) -> None:
        super().__init__("This payment_id belongs to another booking.")


class PaymentUnknown(Invalid):
    code = "payment_unknown"


class PaymentNotCaptured(Conflict):
    code = "payment_not_captured"


def check_payment_id(payment_id: Any) -> None:
    """Refuse what can be no ``payment_id`` (R21).

    :raises PaymentIdInvalid: unless it is 1 to 255 printable ASCII characters, or ``None``
    """
    if payment_id is None:
        return
    printable = isinstance(payment_id, str) and payment_id.isascii() and payment_id.isprintable()
    if not printable or not 1 <= len(payment_id) <= LONGEST_PAYMENT_ID:
        sentence = "payment_id must be 1 to 255 printable ASCII characters."
        raise PaymentIdInvalid(sentence, errors=[{"pointer": "/payment_id", "detail": sentence}])


def prove(*, buyer: Buyer, payment_id: str | None) -> Money | None:
    """Return what was taken for this payment; ``None`` where any id counts as paid, and for a sale without payment.

    Call it before the transaction: it may ask the provider.

    :raises PaymentsNotConfigured: if payments are to be verified and there is nobody to ask
    :raises ProviderUnavailable: if the provider does not answer
    :raises PaymentUnknown: if nobody ever began such a payment
    :raises PaymentNotCaptured: if the money is not there, or not yet
    :raises PaymentIdReused: if it is somebody else's
    """
    if settings.PAYMENTS_MODE == "trust":
        return None
    provider = current_provider()
    check_payment_id(payment_id)
    if payment_id is None:
        return None
    known = Payment.objects.filter(pk=payment_id).values_list("amount", "currency").first()
    if known is not None:
        return Money(*known)  # whose it is, and whether it may still be used, is decided under the lock
    intent = PaymentIntent.objects.filter(pk=payment_id, provider=provider.name).first()
    if intent is None:
        sentence = "There is no such payment: begin one with payments/intents."
        raise PaymentUnknown(sentence, errors=[{"pointer": "/payment_id", "detail": sentence}])
    return captured(intent, buyer.id)


def captured(intent: PaymentIntent, payer_id: int) -> Money:
    """Return what the provider has taken for this intent.

    :raises PaymentNotCaptured: if nothing, or nothing yet
    :raises PaymentIdReused: if somebody else began it, or paid
    """
    if intent.user_id != payer_id:
        raise PaymentIdReused
    charge = provider_named(intent.provider).look_up(intent.reference) if intent.reference else None
    if charge is None or charge.standing != Standing.DONE:
        raise PaymentNotCaptured("This payment has not been made yet.")
    if charge.payer != str(payer_id):
        raise PaymentIdReused
    return charge.price
