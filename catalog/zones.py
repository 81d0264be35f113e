"""Days and wall clocks of a cinema, as moments (R53, R54)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cinema_project.common.errors import Invalid

YEARS = range(1900, 3000)


class NoSuchMoment(Invalid):
    code = "no_such_moment"


def to_moment(value: datetime, zone: ZoneInfo, *, field: str = "") -> datetime:
    """Return the moment in UTC; a value without offset is read on the wall clock of ``zone``.

    :param field: what a refusal points to
    :raises NoSuchMoment: if the clock skips that time, shows it twice, or the year is out of reach
    """
    if value.year not in YEARS:
        raise _refusal(field, f"The year {value.year} cannot be used: choose a year from 1900 to 2999.")
    if value.tzinfo is not None:
        return value.astimezone(UTC)
    first, second = (value.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return first
    shown = f"{value:%Y-%m-%d %H:%M}"
    if first.astimezone(zone).replace(tzinfo=None) != value:
        raise _refusal(field, f"{shown} does not exist in {zone.key}: the clock skips it. Choose another time.")
    example = first.astimezone(zone).isoformat()
    raise _refusal(field, f"{shown} happens twice in {zone.key}: add the offset, such as {example}.")


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first moment of a local day and that of the next, 23 to 25 hours apart.

    :raises NoSuchMoment: if the year is out of reach
    """
    if day.year not in YEARS:
        raise NoSuchMoment(f"{day.isoformat()} cannot be used: choose a year from 1900 to 2999.")
    return _midnight(day, zone), _midnight(day + timedelta(days=1), zone)


def week_end(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment at which the local day of ``now`` and the six days after it are over."""
    return day_bounds(now.astimezone(zone).date() + timedelta(days=6), zone)[1]


def _refusal(field: str, sentence: str) -> NoSuchMoment:
    return NoSuchMoment(sentence, errors=[{"pointer": f"/{field}", "detail": sentence}] if field else [])


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
