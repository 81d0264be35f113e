"""Payments whose outcome never came: a lost message, a browser that was closed, a crash between money and tickets."""

import logging
from datetime import datetime, timedelta

from booking.models import PaymentIntent
from booking.payments.registry import provider_named
from booking.selectors.ledger import ledger
from booking.services.intents import close
from booking.services.settling import settle
from cinema_project.common import clock
from cinema_project.common.database import write

logger = logging.getLogger(__name__)

UNDECIDED = (PaymentIntent.Status.OPEN, PaymentIntent.Status.REPLACED)
SHORTEST_PAUSE = timedelta(minutes=1)
GIVEN_UP_AFTER = timedelta(hours=1)
"""Seats are held for less, extensions included: who pays later than that buys nothing."""


def reconcile() -> int:
    """Ask about every payment that is due to be asked about; return how many. Any number may run."""
    asked = 0
    while (intent := _take_next()) is not None:
        _ask(intent)
        asked += 1
    return asked


def unbalanced() -> list[str]:
    """Return the currencies whose money does not add up (P8), and tell people of each."""
    wrong = {currency: account for currency, account in ledger().items() if not account.adds_up}
    for currency, account in wrong.items():
        logger.error("ALERT: the money does not add up in %s: %s", currency, account)
    return sorted(wrong)


@write
def _take_next() -> PaymentIntent | None:
    """Pick one, to be asked about again later should this process die meanwhile."""
    now = clock.now()
    due = PaymentIntent.objects.filter(status__in=UNDECIDED, ask_at__lte=now).order_by("ask_at", "pk")
    intent = due.select_for_update(skip_locked=True).first()
    if intent is not None:
        intent.ask_at = now + max(SHORTEST_PAUSE, now - intent.created_at)  # pauses that double
        intent.save(update_fields=["ask_at"])
    return intent


def _ask(intent: PaymentIntent) -> None:
    try:
        settled = settle(payment_id=intent.payment_id)
        if settled is not None and settled.status in UNDECIDED and _is_old(settled, clock.now()):
            _give_up(settled)
    except Exception:  # whatever it is, the next payment must not wait for it
        logger.warning("Could not learn what became of payment %s", intent.payment_id, exc_info=True)


def _is_old(intent: PaymentIntent, now: datetime) -> bool:
    return now >= intent.created_at + GIVEN_UP_AFTER


def _give_up(intent: PaymentIntent) -> None:
    """Have it cancelled, so that no money comes for seats that are long gone; unless it came at the last moment.

    What is on its way from a bank cannot be cancelled: that is asked about until it is decided.
    """
    cancelled = not intent.reference or provider_named(intent.provider).cancel(intent.reference)
    now = settle(payment_id=intent.payment_id)
    if cancelled and now is not None and now.status in UNDECIDED:
        close(now)
