"""What the clock calls."""

import logging
from typing import Any

from celery import Task, shared_task

from cinema_project.common.errors import DomainError
from scraping.models import SourceState
from scraping.services import events, execution, schedules, starting, tokens, upkeep

logger = logging.getLogger(__name__)


@shared_task(bind=True)
def start_slot(
    self: Task, *, source: str, options: dict[str, Any] | None = None, **_later_arguments: object
) -> int | None:
    """Start the run of a source for this slot of the schedule that calls."""
    run = starting.start_slot(source=source, schedule_name=_schedule_of(self), options=options)
    return None if run is None else run.pk


def _schedule_of(task: Task) -> str:
    """Return the name of the schedule that calls, empty for anybody else."""
    name = (task.request.headers or {}).get("periodic_task_name") or task.request.get("periodic_task_name")
    return str(name or "")


@shared_task(bind=True)
def gather_events(self: Task, **_later_arguments: object) -> dict[str, int]:
    """Read the sources of events for this slot of the schedule that calls, and store what is new."""
    summary = events.gather(schedule_name=_schedule_of(self))
    return {"sent": summary.sent, "skipped": summary.skipped, "failed": len(summary.failed)}


@shared_task
def tend_runs(**_later_arguments: object) -> int:
    """Hand over runs that wait for a worker, or whose workers died."""
    return execution.tend()


@shared_task
def forget_old_runs(**_later_arguments: object) -> dict[str, int]:
    """Delete what is too old to be of use."""
    return upkeep.forget_old()


@shared_task
def refresh_token(**_later_arguments: object) -> bool:
    """Get a new token for looking at seats, if that is switched on; tell whether there is one."""
    if not SourceState.objects.filter(pk=tokens.SEATS, is_on=True).exists():
        return False
    try:
        return tokens.refresh_token().is_usable
    except DomainError as refused:
        logger.warning("No new token: %s", refused)
        return False


@shared_task
def start_due_jobs(**_later_arguments: object) -> int:
    """Make the scheduled media jobs that are due."""
    return schedules.start_due()


@shared_task
def sweep_media_files(**_later_arguments: object) -> int:
    """Remove files of videos that nobody waits for."""
    return upkeep.sweep_media_files()
