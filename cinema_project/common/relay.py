"""Delivers the outbox: at once when this process has something, else by looking every few hundredths of a second."""

import logging
import threading
import time

from django.db import Error, close_old_connections, connection

from cinema_project.common import idempotency, outbox

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.05
OUTAGE_PAUSE_SECONDS = 1.0
PRUNE_SECONDS = 60.0


def run(stop: threading.Event) -> None:
    """Deliver until told to stop. Any number may run: rows are locked while they are delivered."""
    prune_at = time.monotonic()
    while not stop.is_set():
        try:
            close_old_connections()
            if time.monotonic() >= prune_at:
                prune_at = time.monotonic() + PRUNE_SECONDS
                outbox.prune()
                idempotency.prune()
            while not stop.is_set() and outbox.anything_due():
                outbox.deliver_due()
            pause = LOOK_SECONDS
        except Error:
            logger.exception("The database did not answer the relay")
            connection.close()
            pause = OUTAGE_PAUSE_SECONDS
        outbox.wake.wait(pause)
        outbox.wake.clear()
