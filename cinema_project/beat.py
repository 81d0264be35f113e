"""The clock of background work: django-celery-beat's, which here also outlives an outage of the database."""

import logging
import time
from collections.abc import Callable
from typing import Any

from celery import Celery
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

logger = logging.getLogger(__name__)

OUTAGE_PAUSE_SECONDS = 1.0
START_SECONDS = 5


def follow_settings() -> None:
    """Give the tasks of ``settings.INTERVALS`` the seconds that stand there; all others are as the admin has them."""
    for name, seconds in settings.INTERVALS.items():
        task = PeriodicTask.objects.filter(name=name).select_related("interval").first()
        if task is None or (task.interval and (task.interval.every, task.interval.period) == (seconds, "seconds")):
            continue
        every = IntervalSchedule.objects.filter(every=seconds, period=IntervalSchedule.SECONDS).first()
        task.interval = every or IntervalSchedule.objects.create(every=seconds, period=IntervalSchedule.SECONDS)
        task.crontab = task.solar = task.clocked = None
        task.save()


def begin(app: Celery) -> None:
    """Send the tasks of ``settings.TASKS_AT_START`` that are not switched off."""
    wanted = PeriodicTask.objects.filter(task__in=settings.TASKS_AT_START, enabled=True)
    for name in wanted.values_list("task", flat=True):
        try:
            app.send_task(name, countdown=START_SECONDS)
        except Exception:  # without the broker; the schedule calls it later all the same
            logger.warning("%s could not be begun with", name, exc_info=True)


class Scheduler(DatabaseScheduler):
    """Reads what is due from the database, and waits for the database when it is away."""

    def setup_schedule(self) -> None:
        """Read the schedule for the first time, with the intervals of the settings; begin with what must not wait."""
        while not (self._could(follow_settings) and self._could(super().setup_schedule)):
            self._initial_read = True
            time.sleep(OUTAGE_PAUSE_SECONDS)
        self._could(lambda: begin(self.app))

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
