"""Runs that the clock starts: each slot of a schedule once, however many clocks there are."""

import logging
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django_celery_beat.models import PeriodicTask

from cinema_project.common import clock
from scraping.models import Run, SourceState
from scraping.services.runs import AlreadyRunning, start_run
from scraping.slots import latest_slot

logger = logging.getLogger(__name__)


def start_slot(
    *, source: str, schedule_name: str = "", options: Mapping[str, Any] | None = None, hand_off: bool = True
) -> Run | None:
    """Start the run of a source for the present slot of its schedule.

    Nothing is started while the source is off, is quiet, or has a run under way, or if the slot has its run already.

    :param schedule_name: the periodic task that asks; its schedule says what the slots are
    :param hand_off: let the workers have it
    :return: the new run, or ``None``
    """
    now = clock.now()
    state = SourceState.objects.filter(pk=source).first()
    if state is None or not state.is_on or is_quiet(state, now):
        return None
    try:
        slot = slot_of(schedule_name, now)
        run, is_new = start_run(source=source, slot=slot, options=options, trigger=Run.Trigger.CLOCK, hand_off=hand_off)
    except AlreadyRunning as running:
        logger.info("%s was not started again: %s", source, running)
        return None
    return run if is_new else None


def slot_of(schedule_name: str, now: datetime) -> str:
    """Return the slot that is due now; without a schedule it is the minute."""
    task = PeriodicTask.objects.filter(name=schedule_name).first()
    return latest_slot(task.schedule if task else None, now)


def is_quiet(state: SourceState, now: datetime) -> bool:
    """Tell whether staff want nothing begun at this time of the day."""
    if state.quiet_from is None or state.quiet_until is None:
        return False
    start, end, present = state.quiet_from, state.quiet_until, time(now.hour, now.minute, now.second)
    return start <= present < end if start <= end else present >= start or present < end
