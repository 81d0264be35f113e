"""Payments by Stripe, through its own library: intents for clients of the API, its hosted page for our pages."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any

import stripe
from django.conf import settings

from booking.payments.minor_units import from_minor, to_minor
from booking.payments.provider import (
    Charge,
    Event,
    GivenBack,
    Money,
    Order,
    PaymentDeclined,
    ProviderUnavailable,
    SignatureInvalid,
    Standing,
    Started,
)

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = (3.05, 10)
RETRIES = 1
SESSION = "cs_"  # how the names of hosted pages begin
STANDINGS = {"succeeded": Standing.DONE, "canceled": Standing.CLOSED}
REFUNDS = {"succeeded": Standing.DONE, "failed": Standing.CLOSED, "canceled": Standing.CLOSED}


class StripeProvider:
    name = "stripe"

    @cached_property
    def _stripe(self) -> stripe.StripeClient:
        return stripe.StripeClient(
            settings.STRIPE_SECRET_KEY,
            base_addresses={"api": settings.STRIPE_API_BASE} if settings.STRIPE_API_BASE else {},
            http_client=stripe.RequestsClient(timeout=PATIENCE_SECONDS),
            max_network_retries=RETRIES,
        )

    def create_intent(self, order: Order) -> Started:
        with _translated():
            intent = self._stripe.v1.payment_intents.create(
                {
                    "amount": to_minor(order.price),
                    "currency": order.price.currency.lower(),
                    "description": order.description,
                    "metadata": _ours(order),
                    "automatic_payment_methods": {"enabled": True},
                },
                {"idempotency_key": order.payment_id},
            )
        return Started(intent.id, client_secret=intent.client_secret or "")

    def open_checkout(self, order: Order) -> Started:
        with _translated():
            session = self._stripe.v1.checkout.sessions.create(
                {
                    "mode": "payment",
                    "client_reference_id": order.payment_id,
                    "line_items": [
                        {
                            "quantity": 1,
                            "price_data": {
                                "currency": order.price.currency.lower(),
                                "unit_amount": to_minor(order.price),
                                "product_data": {"name": order.description},
                            },
                        }
                    ],
                    "metadata": _ours(order),
                    "payment_intent_data": {"metadata": _ours(order), "description": order.description},
                    "success_url": order.return_address,
                    "cancel_url": order.back_address,
                },
                {"idempotency_key": order.payment_id},
            )
        return Started(session.id, address=session.url or "")

    def charge(self, reference: str, method: str) -> None:
        with _translated():
            try:
                self._stripe.v1.payment_intents.confirm(
                    reference, {"payment_method": method, "return_url": settings.SITE_URL}
                )
            except stripe.InvalidRequestError as error:
                if error.code != "payment_intent_unexpected_state":  # it was paid before: looking it up will tell
                    raise PaymentDeclined(error.user_message or "This payment method cannot be used.") from error

    def look_up(self, reference: str) -> Charge:
        with _translated():
            return self._session(reference) if reference.startswith(SESSION) else self._intent(reference)

    def _intent(self, reference: str) -> Charge:
        intent = self._stripe.v1.payment_intents.retrieve(reference)
        standing = STANDINGS.get(intent.status, Standing.OPEN)
        amount = intent.amount_received if standing == Standing.DONE else intent.amount
        return Charge(standing, from_minor(amount, intent.currency), _words(intent.metadata).get("payer", ""))

    def _session(self, reference: str) -> Charge:
        session = self._stripe.v1.checkout.sessions.retrieve(reference, {"expand": ["payment_intent"]})
        standing = Standing.OPEN
        if session.payment_status == "paid":
            standing = Standing.DONE
        elif session.status == "expired" or (session.status == "complete" and _failed(session.payment_intent)):
            standing = Standing.CLOSED
        price = from_minor(session.amount_total or 0, session.currency or "")
        return Charge(standing, price, _words(session.metadata).get("payer", ""))

    def cancel(self, reference: str) -> bool:
        with _translated(), suppress(stripe.InvalidRequestError):  # it was paid, is being paid, or cancelled before
            if reference.startswith(SESSION):
                self._stripe.v1.checkout.sessions.expire(reference)
            else:
                self._stripe.v1.payment_intents.cancel(reference)
            return True
        return False

    def refund(self, reference: str, price: Money, key: str) -> GivenBack:
        with _translated():
            paid = self._payment_intent_of(reference)
            found = self._stripe.v1.refunds.list({"payment_intent": paid, "limit": 100}).auto_paging_iter()
            made = [refund for refund in found if _words(refund.metadata).get("key") == key]
            living = [refund for refund in made if REFUNDS.get(refund.status or "") != Standing.CLOSED]
            # Stripe forgets idempotency keys after a day, and answers a failed refund's for ever: hence the search.
            return _given_back(
                living[0]
                if living
                else self._stripe.v1.refunds.create(
                    {"payment_intent": paid, "amount": to_minor(price), "metadata": {"key": key}},
                    {"idempotency_key": f"{key}-{len(made)}"},
                )
            )

    def _payment_intent_of(self, reference: str) -> str:
        if not reference.startswith(SESSION):
            return reference
        intent = self._stripe.v1.checkout.sessions.retrieve(reference).payment_intent
        return intent if isinstance(intent, str) else intent.id if intent else ""

    def parse_event(self, body: bytes, headers: Mapping[str, str]) -> Event:
        secret = settings.STRIPE_WEBHOOK_SECRET
        try:
            event = self._stripe.construct_event(body, headers.get("Stripe-Signature"), secret).to_dict()
        except (stripe.SignatureVerificationError, ValueError, TypeError) as error:
            raise SignatureInvalid("This message was not signed by Stripe, or too long ago.") from error
        about = event["data"]["object"]
        ours = about.get("metadata") or {}
        refund = about["id"] if about.get("object") == "refund" else ""
        return Event(event["id"], event["type"], ours.get("payment_id", ""), refund)


def _ours(order: Order) -> dict[str, str]:
    return {"payment_id": order.payment_id, "payer": order.payer}


def _words(metadata: Any) -> dict[str, str]:
    """Return what we noted on one of Stripe's objects."""
    return metadata.to_dict() if metadata else {}


def _failed(intent: stripe.PaymentIntent | str | None) -> bool:
    """Tell whether a payment that takes days did not work out in the end."""
    return isinstance(intent, stripe.PaymentIntent) and intent.status in ("canceled", "requires_payment_method")


def _given_back(refund: stripe.Refund) -> GivenBack:
    standing = REFUNDS.get(refund.status or "", Standing.OPEN)
    reason = getattr(refund, "failure_reason", None) or ""
    return GivenBack(standing, refund.id, reason or ("" if standing != Standing.CLOSED else "Stripe refused it."))


@contextmanager
def _translated() -> Iterator[None]:
    """Say what Stripe's library says in the words of the house."""
    try:
        yield
    except stripe.CardError as error:
        raise PaymentDeclined(error.user_message or "The bank declined this payment. Nothing was taken.") from error
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise _unavailable() from error
    except stripe.StripeError as error:
        logger.exception("Stripe refused a request")
        raise _unavailable() from error


def _unavailable() -> ProviderUnavailable:
    return ProviderUnavailable("The payment provider does not answer. Please try again in a moment.", retry_after=5)
