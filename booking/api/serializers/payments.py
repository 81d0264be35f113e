"""JSON of payments."""

from typing import Any

from booking.api.serializers.seats import money
from booking.models import PaymentIntent
from booking.realtime import wire_time
from booking.selectors.ledger import Account
from booking.selectors.payments import PaymentView

Json = dict[str, Any]


def intent_json(intent: PaymentIntent) -> Json:
    """Return a payment that was begun, as the client that pays needs it."""
    return {
        "payment_id": intent.payment_id,
        "client_secret": intent.client_secret,
        "amount": money(intent.amount),
        "currency": intent.currency,
        "provider": intent.provider,
    }


def payment_json(view: PaymentView) -> Json:
    """Return a payment as its payer sees it."""
    payment = view.payment
    return {
        "payment_id": payment.payment_id,
        "status": view.status,
        "amount": money(payment.amount),
        "currency": payment.currency,
        "screening_id": payment.screening_id,
        "tickets": view.ticket_ids,
        "captured_at": wire_time(payment.captured_at),
        "refunds": [
            {"amount": money(refund.amount), "status": refund.status, "at": wire_time(refund.at)}
            for refund in view.refunds
        ],
    }


def account_json(account: Account) -> Json:
    """Return the account of one currency."""
    return {
        "captured": money(account.captured),
        "live": money(account.live),
        "refunded": money(account.refunded),
        "due": money(account.due),
        "unclaimed": money(account.unclaimed),
    }
