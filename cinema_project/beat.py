"""The clock of background work: django-celery-beat's, which here also outlives an outage of the database."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, InterfaceError, connection
from django_celery_beat.schedulers import DatabaseScheduler

logger = logging.getLogger(__name__)

OUTAGE_PAUSE_SECONDS = 1.0


class Scheduler(DatabaseScheduler):
    """Reads what is due from the database, and waits for the database when it is away."""

    def setup_schedule(self) -> None:
        """Read the schedule for the first time."""
        while not self._could(super().setup_schedule):
            self._initial_read = True
            time.sleep(OUTAGE_PAUSE_SECONDS)

    def tick(self, *arguments: Any, **named: Any) -> float:
        """Start what is due; return after how many seconds to look again."""
        pauses: list[float] = []
        self._could(lambda: pauses.append(super(Scheduler, self).tick(*arguments, **named)))
        return pauses[0] if pauses else OUTAGE_PAUSE_SECONDS

    def _could(self, work: Callable[[], None]) -> bool:
        try:
            work()
        except (DatabaseError, InterfaceError):
            logger.warning("The schedule could not be read; beat tries again", exc_info=True)
            connection.close()
            return False
        return True
