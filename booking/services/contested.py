"""Sales without a queue, and where many people want the same seats: hints for speed, no answer depends on them.

Each process keeps its own.
"""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, InterfaceError, OperationalError, connection

from cinema_project.common.database import CommitUnknown, Overtaken

R = TypeVar("R")
logger = logging.getLogger(__name__)

LATELY_SECONDS = 2.0
MOST_KEPT = 1000
MOST_OFFERS = 5  # alternatives worked out in that time: a crowd is refused without them
_refused_at: dict[int, float] = {}
_offers: dict[int, tuple[float, int]] = {}


def note(screening_id: int) -> None:
    """Remember that somebody was refused a seat of this screening, or overtaken, just now."""
    if len(_refused_at) >= MOST_KEPT:
        _refused_at.clear()
    _refused_at[screening_id] = time.monotonic()


def lately(screening_id: int) -> bool:
    """Tell whether that was within the last two seconds."""
    return time.monotonic() - _refused_at.get(screening_id, -LATELY_SECONDS) < LATELY_SECONDS


def may_offer(screening_id: int) -> bool:
    """Tell whether there is time to work out alternatives for one more refusal."""
    now = time.monotonic()
    began, count = _offers.get(screening_id, (now, 0))
    if now - began >= LATELY_SECONDS:
        began, count = now, 0
    if len(_offers) >= MOST_KEPT:
        _offers.clear()
    _offers[screening_id] = (began, count + 1)
    return count < MOST_OFFERS


def at_once(screening_id: int, change: Callable[[], R], *, repeatable: bool = True) -> R | None:
    """Try a change that looks without the lock, and writes with a single statement if nothing has changed since.

    Most sales have their screening for themselves: two round trips instead of five.

    :param repeatable: whether the change finds what it wrote before, should its answer have been lost
    :return: ``None`` if somebody came between; then take the lock
    :raises CommitUnknown: if the answer was lost, and the change is not repeatable
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block or lately(screening_id):
        return None
    try:
        return change()
    except Overtaken:
        note(screening_id)
    except CommitUnknown:
        if not repeatable:
            raise
    except (IntegrityError, OperationalError, InterfaceError) as error:
        # Whoever takes the lock learns what it was, and repeats what may be repeated.
        logger.info("Going on under the lock of screening %s: %s", screening_id, error)
    return None
