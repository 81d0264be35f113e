"""Schedules: jobs that the clock makes, each slot once, however many clocks there are."""

import math
from datetime import datetime, timedelta
from typing import Any

from cinema_project.common import clock
from cinema_project.common.database import write
from cinema_project.common.errors import NotFound, invalid_fields
from scraping.engine.leasing import locked
from scraping.models import Run, ScheduledJob, SchedulerBeat
from scraping.models.jobs import SHORTEST_INTERVAL, USUAL_VIDEOS
from scraping.services.jobs import check_wanted, create_job

LONGEST_INTERVAL, LONGEST_LABEL = 525_600, 100
MOST_AT_ONCE = 20
BEAT = "media jobs"
COPIED = ("mode", "value", "limit", "no_watermark", "drive_folder_id")


class ScheduleNotFound(NotFound):
    code = "scheduled_job_not_found"

    def __init__(self, schedule_id: Any) -> None:
        super().__init__(f"Scheduled job with id {schedule_id} not found")


def found_schedule(schedule_id: Any) -> ScheduledJob:
    """Return a schedule.

    :raises ScheduleNotFound: if there is none
    """
    schedule = ScheduledJob.objects.filter(pk=schedule_id).first()
    if schedule is None:
        raise ScheduleNotFound(schedule_id)
    return schedule


@write
def create_schedule(
    *,
    label: str,
    mode: str,
    value: str,
    interval_minutes: int,
    limit: int = USUAL_VIDEOS,
    no_watermark: bool = True,
    drive_folder_id: str = "",
    enabled: bool = True,
) -> ScheduledJob:
    """Make a schedule, whose first slot is one interval from now.

    :raises Invalid: if a value is not valid
    """
    value = check_wanted(mode=mode, value=value, limit=limit, drive_folder_id=drive_folder_id)
    _check(label, interval_minutes)
    now = clock.now()
    return ScheduledJob.objects.create(
        label=label.strip(),
        mode=mode,
        value=value,
        limit=limit,
        no_watermark=no_watermark,
        drive_folder_id=drive_folder_id,
        interval_minutes=interval_minutes,
        enabled=enabled,
        created_at=now,
        updated_at=now,
        next_run_at=now + timedelta(minutes=interval_minutes) if enabled else None,
    )


@write
def update_schedule(*, schedule_id: Any, **changes: Any) -> ScheduledJob:
    """Change a schedule. A new interval counts from its last slot, or from now.

    :raises ScheduleNotFound: if there is none
    :raises Invalid: if a value is not valid
    """
    schedule = _locked(schedule_id)
    was_on, before = schedule.enabled, schedule.interval_minutes
    for name, value in changes.items():
        setattr(schedule, name, value)
    wanted = {name: getattr(schedule, name) for name in ("mode", "value", "limit", "drive_folder_id")}
    schedule.value = check_wanted(**wanted)
    _check(schedule.label, schedule.interval_minutes)
    schedule.label = schedule.label.strip()
    now = schedule.updated_at = clock.now()
    if not schedule.enabled:
        schedule.next_run_at = None
    elif not was_on or schedule.interval_minutes != before:
        begin = schedule.last_run_at if was_on and schedule.last_run_at else now
        schedule.next_run_at = max(now, begin + timedelta(minutes=schedule.interval_minutes))
    schedule.save()
    return schedule


@write
def toggle_schedule(*, schedule_id: Any) -> ScheduledJob:
    """Switch a schedule on or off. On again, its next slot is one interval from now.

    :raises ScheduleNotFound: if there is none
    """
    schedule = _locked(schedule_id)
    return update_schedule(schedule_id=schedule_id, enabled=not schedule.enabled)


@write
def delete_schedule(*, schedule_id: Any) -> None:
    """Delete a schedule; the jobs that it made stay.

    :raises ScheduleNotFound: if there is none
    """
    _locked(schedule_id).delete()


def start_due() -> int:
    """Make the jobs of all slots that are due; return how many. Of missed slots the last one counts, once.

    A schedule whose last job still runs waits for that one.
    """
    note_beat()
    return sum(_start(schedule_id) for schedule_id in _due())


def _due() -> list[Any]:
    due = ScheduledJob.objects.filter(enabled=True, next_run_at__lte=clock.now())
    return list(due.order_by("next_run_at", "pk").values_list("pk", flat=True)[:MOST_AT_ONCE])


@write
def _start(schedule_id: Any) -> bool:
    """Make the job of a schedule that is due, unless another clock is about it."""
    now = clock.now()
    due = ScheduledJob.objects.filter(pk=schedule_id, enabled=True, next_run_at__lte=now)
    schedule = locked(due).first()
    if schedule is None or schedule.next_run_at is None or _has_live_job(schedule):
        return False
    interval = timedelta(minutes=schedule.interval_minutes)
    slot = schedule.next_run_at + interval * math.floor((now - schedule.next_run_at) / interval)
    create_job(schedule=schedule, slot=slot, **{name: getattr(schedule, name) for name in COPIED})
    schedule.last_run_at, schedule.next_run_at = now, slot + interval
    schedule.total_runs += 1
    schedule.save(update_fields=["last_run_at", "next_run_at", "total_runs"])
    return True


def _has_live_job(schedule: ScheduledJob) -> bool:
    return schedule.jobs.filter(run__state__in=Run.LIVE).exists()


@write
def note_beat() -> None:
    """Note that the clock has looked."""
    now = clock.now()
    if not SchedulerBeat.objects.filter(pk=BEAT).update(at=now):
        SchedulerBeat.objects.bulk_create([SchedulerBeat(name=BEAT, at=now)], ignore_conflicts=True)


def last_beat() -> datetime | None:
    """Return when the clock looked last."""
    return SchedulerBeat.objects.filter(pk=BEAT).values_list("at", flat=True).first()


def _locked(schedule_id: Any) -> ScheduledJob:
    schedule = ScheduledJob.objects.select_for_update().filter(pk=schedule_id).first()
    if schedule is None:
        raise ScheduleNotFound(schedule_id)
    return schedule


def _check(label: str, interval_minutes: int) -> None:
    errors = []
    if not 1 <= len(label.strip()) <= LONGEST_LABEL:
        errors.append({"pointer": "/name", "detail": f"name must have 1 to {LONGEST_LABEL} characters."})
    if not SHORTEST_INTERVAL <= interval_minutes <= LONGEST_INTERVAL:
        sentence = f"interval_minutes must be from {SHORTEST_INTERVAL} to {LONGEST_INTERVAL}."
        errors.append({"pointer": "/interval_minutes", "detail": sentence})
    if errors:
        raise invalid_fields(errors)
