"""What the house asks of whoever takes payments, and what it hears from them. Nothing here knows of seats.

A provider talks to other computers: it is never called while a lock is held (R61).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from cinema_project.common.errors import Conflict, Invalid, Unavailable


class ProviderUnavailable(Unavailable):
    """The provider did not answer, or not in a way that can be understood."""

    code = "payment_provider_unavailable"


class PaymentDeclined(Conflict):
    code = "payment_declined"


class SignatureInvalid(Invalid):
    """A message that claims to be the provider's, and is not, or is too old."""

    code = "signature_invalid"


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be paid. ``payment_id`` is ours, and makes a repeated order the same one.

    ``payer`` is the id of the user who pays; the two addresses are where a page of the provider leads back to.
    """

    payment_id: str
    payer: str
    price: Money
    description: str
    return_address: str = ""
    back_address: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    """An order that the provider knows: its own name for it, and how the payer goes on from here."""

    reference: str
    client_secret: str = ""
    address: str = ""


class Standing(StrEnum):
    """How a payment or a refund stands with the provider."""

    OPEN = "open"
    DONE = "done"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Charge:
    """A payment as the provider sees it: ``done`` once the money is there, ``closed`` if it never will be."""

    standing: Standing
    price: Money
    payer: str


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A refund as the provider sees it: ``closed`` if it was refused, with the provider's ``reason``."""

    standing: Standing
    reference: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """A message of the provider. It is taken as a hint where to look, never as the truth about money.

    ``payment_id`` is empty where it is about nothing of ours.
    """

    id: str
    kind: str
    payment_id: str = ""
    refund_reference: str = ""


class PaymentProvider(Protocol):
    """Whoever takes payments. Each call may raise :class:`ProviderUnavailable`."""

    name: str

    def create_intent(self, order: Order) -> Started:
        """Begin a payment that the client finishes with the ``client_secret``."""

    def open_checkout(self, order: Order) -> Started:
        """Begin a payment on a page of the provider's, at ``address``."""

    def charge(self, reference: str, method: str) -> None:
        """Take the money of an intent by a method that the client names; whether it is there, ``look_up`` tells.

        :raises PaymentDeclined: if that does not work out
        """

    def look_up(self, reference: str) -> Charge:
        """Tell what became of a payment."""

    def cancel(self, reference: str) -> bool:
        """See to it that an open payment is not made any more; tell whether that is so now, as far as this call knows.

        One that was made stays, and so does one that is under way, as a bank's transfer of several days.
        """

    def refund(self, reference: str, price: Money, key: str) -> GivenBack:
        """Give money of a payment back, once for each ``key`` however often it is asked."""

    def parse_event(self, body: bytes, headers: Mapping[str, str]) -> Event:
        """Read a message, if it is really the provider's.

        :raises SignatureInvalid: if it is not
        """
