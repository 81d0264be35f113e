"""How full other cinemas are: by film, chain and hour, weighted by seats, at most and at least.

A showing counts if its seats were seen shortly before it began; the others are counted apart, for a look hours before
says little, and none says nothing. Showings that have yet to begin are not in question.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Substr

from cinema_project.common import clock
from cinema_project.common.errors import invalid_fields
from scraping.models import MarketShowtime
from scraping.models.market import film_name
from scraping.selectors.market import showings_in, today
from scraping.tix.layouts import percent

CLOSE = timedelta(minutes=15)
"""How long before the start a look tells how full the showing was: seats are looked at every 15 minutes."""
MOST_DAYS = 92
WEEK = 7
SEEN = Q(looked_at__gte=F("starts_at") - CLOSE, looked_at__lte=F("starts_at"))


class By(StrEnum):
    """What showings are put together by."""

    MOVIE = "movie"
    MERCHANT = "merchant"
    HOUR = "hour"


@dataclass(frozen=True, slots=True)
class Fill:
    """How full some showings were.

    :param key: the film's number, the chain, or the hour of the start (``19``) on the cinemas' clocks
    :param observed: how many of the ``showings`` were seen shortly before they began; the seats are those of these
    :param taken_since: of the ``unavailable`` seats those that somebody took while we watched
    """

    key: str
    name: str
    showings: int
    observed: int
    seats_total: int
    unavailable: int
    taken_since: int

    @property
    def upper_bound(self) -> float:
        """Percent, one decimal."""
        return percent(self.unavailable, self.seats_total)

    @property
    def lower_bound(self) -> float:
        return percent(self.taken_since, self.seats_total)


def period(first: date | None = None, last: date | None = None) -> tuple[date, date]:
    """Return the first and the last of the days that are asked for: a week, and up to today, unless told otherwise.

    :raises Invalid: if there are none between them, or too many
    """
    if last is None:
        last = today() if first is None else _later(first, WEEK - 1)
    if first is None:
        first = _later(last, 1 - WEEK)
    if not 0 <= (last - first).days < MOST_DAYS:
        sentence = f"first must not be after last, nor more than {MOST_DAYS - 1} days before it."
        raise invalid_fields([{"pointer": "/first", "detail": sentence}])
    return first, last


def _later(day: date, days: int) -> date:
    """Return a day so many days later, or the last there is."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def fill_by(by: By, first: date, last: date, *, city: str = "", chain: str = "") -> list[Fill]:
    """Return how full the showings of these days were, by hour in its order, else where most seats were taken first.

    One query, whatever there is of showings.
    """
    begun = showings_in(first, last, city=city, chain=chain).filter(starts_at__lte=clock.now())
    found = [_fill(by, row) for row in _grouped(begun, by)]
    if by is By.HOUR:
        return sorted(found, key=lambda fill: fill.key)
    return sorted(found, key=lambda fill: (-fill.unavailable, -fill.showings, fill.name, fill.key))


def together(fills: list[Fill]) -> Fill:
    """Return all of them as one."""
    sums = {name: sum(getattr(fill, name) for fill in fills) for name in NUMBERS}
    return Fill("", "all", **sums)


NUMBERS = ("showings", "observed", "seats_total", "unavailable", "taken_since")
_KEYS: dict[By, tuple[str, ...]] = {
    By.MOVIE: ("film_id", "film__title", "film__upstream_id"),
    By.MERCHANT: ("theatre__merchant",),
    By.HOUR: ("hour",),
}


def _grouped(showings: QuerySet[MarketShowtime], by: By) -> QuerySet[Any, dict[str, Any]]:
    if by is By.HOUR:
        showings = showings.annotate(hour=Substr("clock", 1, 2))
    # The sums have names of their own: those of the columns would stand in each other's way.
    sums = {f"{name}_seen": Sum(name, filter=SEEN, default=0) for name in NUMBERS[2:]}
    return showings.values(*_KEYS[by]).annotate(number=Count("pk"), observed=Count("pk", filter=SEEN), **sums)


def _fill(by: By, row: dict[str, Any]) -> Fill:
    key, *names = (row[name] for name in _KEYS[by])
    name = film_name(*names) if by is By.MOVIE else _named(by, key)
    sums = {name: row[f"{name}_seen"] for name in NUMBERS[2:]}
    return Fill(str(key), name, row["number"], row["observed"], **sums)


def _named(by: By, key: str) -> str:
    return f"{key}:00 to {key}:59" if by is By.HOUR else key or "unknown"
