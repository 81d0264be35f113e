"""A bank that is none: it keeps its books in our database, and on its page one chooses how a payment goes.

For tests and for trying things out without keys. ``settings`` does not allow it in production.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta

import orjson
from django.conf import settings
from django.db.models import Sum
from django.urls import reverse

from booking.payment_models import FakeCharge, FakeRefund
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
from cinema_project.common import clock

SIGNATURE = "Fake-Signature"
TOLERATED_SECONDS = 300


class FakeProvider:
    name = "fake"

    def create_intent(self, order: Order) -> Started:
        charge = _charge(order)
        return Started(charge.payment_id, client_secret=charge.secret)

    def open_checkout(self, order: Order) -> Started:
        charge = _charge(order, return_address=order.return_address)
        return Started(charge.payment_id, charge.secret, reverse("booking:bank_page", args=[charge.secret]))

    def charge(self, reference: str, method: str) -> None:
        """Take the money, unless the method's name says ``declined``."""
        if "declined" in method:
            raise PaymentDeclined("The bank declined this payment. Nothing was taken.")
        pay(_known(reference), "paid")

    def look_up(self, reference: str) -> Charge:
        charge = _known(reference)
        if charge.captured_at and charge.captured_at <= clock.now():
            standing = Standing.DONE
        else:
            standing = Standing.CLOSED if charge.closed_at else Standing.OPEN
        return Charge(standing, Money(charge.amount, charge.currency), charge.payer)

    def cancel(self, reference: str) -> bool:
        now = clock.now()
        undone = FakeCharge.objects.filter(pk=reference).exclude(captured_at__lte=now)
        return bool(undone.update(closed_at=now, captured_at=None))

    def refund(self, reference: str, price: Money, key: str) -> GivenBack:
        charge = _known(reference)
        others = charge.refunds.exclude(pk=key).aggregate(sum=Sum("amount"))["sum"] or 0
        if others + price.amount > charge.amount:
            return GivenBack(Standing.CLOSED, reason="More than was paid cannot go back.")
        FakeRefund.objects.get_or_create(key=key, defaults={"charge": charge, "amount": price.amount})
        return GivenBack(Standing.DONE, reference=key)

    def parse_event(self, body: bytes, headers: Mapping[str, str]) -> Event:
        at, _, given = headers.get(SIGNATURE, "").partition(".")
        signed = at.isascii() and at.isdigit() and hmac.compare_digest(_signature(body, at).encode(), given.encode())
        if not signed or abs(clock.now().timestamp() - int(at)) > TOLERATED_SECONDS:
            raise SignatureInvalid("This message was not signed by the test bank, or too long ago.")
        told = orjson.loads(body)
        return Event(told["id"], told["type"], told["payment_id"])


def pay(charge: FakeCharge, outcome: str, *, after: timedelta = timedelta(0)) -> None:
    """Let the money be there after so long, if nothing was decided before."""
    undecided = FakeCharge.objects.filter(pk=charge.pk, captured_at=None, closed_at=None)
    undecided.update(outcome=outcome, captured_at=clock.now() + after)


def decline(charge: FakeCharge) -> None:
    """Refuse the payment for good, if nothing was decided before."""
    undecided = FakeCharge.objects.filter(pk=charge.pk, captured_at=None, closed_at=None)
    undecided.update(outcome="declined", closed_at=clock.now())


def message_about(charge: FakeCharge) -> bytes:
    """Make the body of a message; each is another one."""
    kind = "payment.declined" if charge.closed_at else "payment.paid"
    return orjson.dumps({"id": f"evt_{secrets.token_hex(8)}", "type": kind, "payment_id": charge.payment_id})


def signed(body: bytes) -> dict[str, str]:
    """Return the header that proves a message, for some minutes."""
    at = str(int(clock.now().timestamp()))
    return {SIGNATURE: f"{at}.{_signature(body, at)}"}


def _signature(body: bytes, at: str) -> str:
    key = hashlib.sha256(f"fake-bank:{settings.SECRET_KEY}".encode()).digest()
    return hmac.new(key, at.encode() + b"." + body, hashlib.sha256).hexdigest()


def _known(reference: str) -> FakeCharge:
    charge = FakeCharge.objects.filter(pk=reference).first()
    if charge is None:
        raise ProviderUnavailable("The test bank does not know this payment.", retry_after=60)
    return charge


def _charge(order: Order, return_address: str = "") -> FakeCharge:
    charge, _ = FakeCharge.objects.get_or_create(
        payment_id=order.payment_id,
        defaults={
            "secret": f"fake_{secrets.token_hex(16)}",
            "payer": order.payer,
            "amount": order.price.amount,
            "currency": order.price.currency,
            "return_address": return_address,
        },
    )
    return charge
