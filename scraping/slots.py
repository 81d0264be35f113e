"""Which slot of its schedule a run is for: the same for all clocks that start it, however late."""

from datetime import UTC, datetime, timedelta
from typing import Any

from celery.schedules import crontab, schedule

LONGEST_LOOK = timedelta(days=366 * 4)


def latest_slot(beat: Any, now: datetime) -> str:
    """Return the last moment at or before now at which a schedule of Celery was due, as text.

    Of a crontab it is a time of its own zone: an hour that a change of the clocks repeats counts once. Intervals are
    counted from 1970.
    """
    if isinstance(beat, crontab):
        return _latest_of_crontab(beat, now)
    if isinstance(beat, schedule):
        seconds = max(1, int(beat.run_every.total_seconds()))
        since = int(now.timestamp()) // seconds * seconds
        return datetime.fromtimestamp(since, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return now.strftime("%Y-%m-%dT%H:%M")


def _latest_of_crontab(beat: crontab, now: datetime) -> str:
    local = now.astimezone(beat.tz).replace(tzinfo=None)
    day = local.replace(hour=0, minute=0, second=0, microsecond=0)
    until = (local.hour, local.minute)
    while local - day < LONGEST_LOOK:
        if _is_day(beat, day):
            times = ((hour, minute) for hour in beat.hour for minute in beat.minute if (hour, minute) <= until)
            last = max(times, default=None)
            if last is not None:
                return day.replace(hour=last[0], minute=last[1]).strftime("%Y-%m-%dT%H:%M")
        day, until = day - timedelta(days=1), (23, 59)
    return local.strftime("%Y-%m-%dT%H:%M")


def _is_day(beat: crontab, day: datetime) -> bool:
    is_weekday = day.isoweekday() % 7 in beat.day_of_week
    return is_weekday and day.day in beat.day_of_month and day.month in beat.month_of_year
