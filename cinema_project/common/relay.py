"""Delivers the outbox: at once when this process has something, else by looking ten times a second."""

import logging
import threading
import time

from django.db import close_old_connections, connection

from cinema_project.common import idempotency, outbox

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.1
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
            # Only a full batch is followed at once: what came meanwhile gathers for the next look.
            while not stop.is_set() and outbox.anything_due() and outbox.deliver_due() == outbox.BATCH:
                pass
            pause = LOOK_SECONDS
        except Exception:  # an outage, mostly of the database: this thread outlives them all
            logger.exception("The relay could not deliver; it tries again")
            connection.close()
            pause = OUTAGE_PAUSE_SECONDS
        outbox.wake.wait(pause)
        outbox.wake.clear()
