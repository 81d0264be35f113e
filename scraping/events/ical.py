"""Events of iCalendar files, those that repeat included."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
from dateutil.rrule import rrulestr

from scraping.events.told import Told
from scraping.schema_org.values import price_of

AHEAD = timedelta(days=180)
MOST_DATES = 200
CALLED_OFF = "CANCELLED"


def read_calendar(content: bytes, zone: ZoneInfo, now: datetime) -> Iterator[Told]:
    """Yield what a calendar tells; of an event that repeats the dates of the next half year.

    :param zone: of times without one
    :param now: when the calendar was read
    :raises ValueError: if it is none
    """
    by_name: dict[str, Told] = {}
    for event in icalendar.Calendar.from_ical(content).walk("VEVENT"):
        if str(event.get("STATUS", "")).upper() == CALLED_OFF:
            continue
        told = _told(event, zone, now)
        known = by_name.setdefault(told.name, told)
        if known is not told:
            known.dates += told.dates
    yield from by_name.values()


def _told(event: Any, zone: ZoneInfo, now: datetime) -> Told:
    title = str(event.get("SUMMARY", ""))
    return Told(
        name=str(event.get("UID", "")) or title,
        title=title,
        dates=_dates(event, zone, now),
        description=str(event.get("DESCRIPTION", "")),
        kinds=_kinds(event),
        place=str(event.get("LOCATION", "")),
        price=price_of(str(event.get("X-COST", "") or event.get("X-PRICE", ""))),
        picture=_picture(event),
        url=str(event.get("URL", "")),
    )


def _dates(event: Any, zone: ZoneInfo, now: datetime) -> list[datetime]:
    if "DTSTART" not in event:
        return []
    start = _on_the_clock(event.decoded("DTSTART"), zone)
    dates = [start]
    if "RRULE" in event:
        dates += _repeated(event, start, now)
    added = event.get("RDATE", [])
    for listed in added if isinstance(added, list) else [added]:
        dates += [_on_the_clock(one.dt, zone) for one in listed.dts]
    left_out = event.get("EXDATE", [])
    gone = {
        _on_the_clock(one.dt, zone).astimezone(UTC)
        for listed in (left_out if isinstance(left_out, list) else [left_out])
        for one in listed.dts
    }
    return sorted({moment.astimezone(UTC) for moment in dates} - gone)[:MOST_DATES]


def _repeated(event: Any, start: datetime, now: datetime) -> list[datetime]:
    """Return the dates to come, at the same time on the clock of the place, whatever the season."""
    plain = start.replace(tzinfo=None)
    rule = event["RRULE"].to_ical().decode()
    if "UNTIL" in rule and rule.split("UNTIL=", 1)[1].split(";", 1)[0].endswith("Z"):
        rule = rule.replace("Z", "", 1)
    repeated = rrulestr(rule, dtstart=plain)
    zone = start.tzinfo
    since = now.astimezone(zone).replace(tzinfo=None)
    found: list[datetime] = []
    for moment in repeated.xafter(since, inc=True):
        if moment > since + AHEAD or len(found) == MOST_DATES:
            break
        found.append(moment.replace(tzinfo=zone))
    return found


def _on_the_clock(value: date | datetime, zone: ZoneInfo) -> datetime:
    """Return a moment: a day alone begins at midnight."""
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    return value if value.tzinfo else value.replace(tzinfo=zone)


def _kinds(event: Any) -> list[str]:
    listed = event.get("CATEGORIES")
    if listed is None:
        return []
    return [str(one) for part in (listed if isinstance(listed, list) else [listed]) for one in part.cats]


def _picture(event: Any) -> str:
    for name in ("IMAGE", "ATTACH"):
        found = event.get(name)
        for one in found if isinstance(found, list) else [found]:
            kind = getattr(one, "params", {}).get("FMTTYPE", "") if one is not None else ""
            if one is not None and (name == "IMAGE" or str(kind).startswith("image/")):
                return str(one)
    return ""
