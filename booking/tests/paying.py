"""Money for tests: payments at the test bank, and what the house's books say."""

from datetime import timedelta

import pytest

from booking.models import FakeCharge, Payment, PaymentIntent
from booking.payments import fake
from booking.payments.fake_outcomes import choose
from booking.selectors.ledger import ledger
from booking.services.intents import begin_payment
from booking.services.reservations import hold_seats
from cinema_project.common.errors import DomainError


def begun(buyer, screening, *seat_ids) -> PaymentIntent:
    """Hold the seats and begin their payment."""
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=list(seat_ids))
    return begin_payment(buyer=buyer, screening_id=screening.pk, seat_ids=list(seat_ids))


def pay(intent: PaymentIntent, outcome: str = "paid") -> None:
    """Choose what happens at the bank; ``late`` means after five minutes and a second."""
    charge = FakeCharge.objects.get(pk=intent.payment_id)
    choose(charge=charge, outcome=outcome, late=timedelta(seconds=301))


def take_money(intent: PaymentIntent) -> None:
    """Let the bank have the money and tell nobody."""
    fake.pay(FakeCharge.objects.get(pk=intent.payment_id), "paid")


def paid(buyer, screening, *seat_ids) -> PaymentIntent:
    """Hold the seats and pay for them, so that only the booking is missing."""
    intent = begun(buyer, screening, *seat_ids)
    take_money(intent)
    return intent


def refused(service, *args, **given) -> tuple[str, dict]:
    """Return what a refused call says: code and further members."""
    with pytest.raises(DomainError) as error:
        service(*args, **given)
    return error.value.code, error.value.extra


def payments() -> list[tuple[str, str, list[int], str]]:
    """Return ``(payment_id, status, seats, amount)`` of every payment."""
    return [(p.payment_id, p.status, p.seat_ids, str(p.amount)) for p in Payment.objects.order_by("captured_at", "pk")]


def books(currency: str = "EUR") -> dict[str, str]:
    """Return the account of a currency, without what is zero."""
    account = ledger().get(currency)
    names = ("captured", "live", "refunded", "due", "unclaimed")
    return {name: str(getattr(account, name)) for name in names if account and getattr(account, name)}
