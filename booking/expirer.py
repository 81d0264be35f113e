"""Ends holds at their moment, so that open seat maps hear of it within a fraction of a second."""

import logging
import threading

from django.conf import settings
from django.db import close_old_connections, connection

from booking.services.reservations import expire_lapsed, next_expiry
from cinema_project.common import clock

logger = logging.getLogger(__name__)

LONGEST_SLEEP_SECONDS = min(0.25, settings.CLEANUP_SECONDS)  # a shorter hold, or a moved clock, is noticed then
OUTAGE_PAUSE_SECONDS = 1.0


def run(stop: threading.Event) -> None:
    """Expire holds until told to stop. Any number may run: the screening's lock makes them take turns."""
    while not stop.is_set():
        try:
            pause = _expire_and_look_ahead()
        except Exception:  # an outage, mostly of the database: this thread outlives them all
            logger.exception("The expirer could not work; it tries again")
            connection.close()
            pause = OUTAGE_PAUSE_SECONDS
        stop.wait(pause)


def _expire_and_look_ahead() -> float:
    close_old_connections()
    due = next_expiry()
    if due is None:
        return LONGEST_SLEEP_SECONDS
    wait = (due - clock.now()).total_seconds()
    if wait > 0:
        return min(wait, LONGEST_SLEEP_SECONDS)
    expire_lapsed()
    return 0.01
