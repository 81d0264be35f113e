"""Amounts as card networks count them: in the smallest unit of a currency, which is not always a hundredth."""

from decimal import Decimal

from booking.payments.provider import Money
from cinema_project.common.errors import Invalid

# ISO 4217 minor units as Stripe counts them, https://docs.stripe.com/currencies ("Zero-decimal", "Three-decimal").
WITHOUT_DECIMALS = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"]
)
WITH_THREE = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])


class AmountNotPayable(Invalid):
    """There is no coin this small."""

    code = "amount_not_payable"


def to_minor(price: Money) -> int:
    """Return the amount in the smallest unit, cents for most currencies.

    :raises AmountNotPayable: if it has more decimals than its currency
    """
    units = price.amount.scaleb(_decimals(price.currency))
    if units != units.to_integral_value():
        raise AmountNotPayable(f"{price} cannot be paid: {price.currency} has no such small coins.")
    return int(units)


def from_minor(units: int, currency: str) -> Money:
    """Return the money that so many of the smallest unit are; any case of the currency's code will do."""
    code = currency.upper()
    return Money(Decimal(units).scaleb(-_decimals(code)), code)


def _decimals(currency: str) -> int:
    if currency in WITHOUT_DECIMALS:
        return 0
    return 3 if currency in WITH_THREE else 2
