"""What the house sold and took: every number of the reports comes from here.

Money and tickets count while the ticket is confirmed or used: what was given back is in neither. Money is summed in
whole cents, exact on both databases. Days are those of the site's zone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import BigIntegerField, Count, DecimalField, Exists, F, OuterRef, QuerySet, Sum
from django.db.models.functions import Cast, Round, TruncDate

from booking.models import Booking, SeatClaim
from booking.selectors.trending import SOLD_STATES
from cinema_project.common import clock

_PRICE_IN_CENTS = Cast(Round(F("price") * 100, output_field=DecimalField()), BigIntegerField())


@dataclass(slots=True)
class Takings:
    """Tickets, and what they brought in each currency."""

    tickets: int = 0
    by_currency: dict[str, Decimal] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        """What came in in the site's own currency."""
        return self.by_currency.get(settings.SITE_CURRENCY, Decimal("0.00"))

    def add(self, tickets: int, currency: str, cents: int) -> None:
        self.tickets += tickets
        self.by_currency[currency] = self.by_currency.get(currency, Decimal("0.00")) + Decimal(cents).scaleb(-2)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the site and its takings."""

    date: date
    takings: Takings


@dataclass(frozen=True, slots=True)
class FilmSales:
    """How many tickets of a film were sold."""

    movie_id: int
    title: str
    tickets: int


def tickets_that_count() -> QuerySet[SeatClaim]:
    """Return the tickets that count."""
    return SeatClaim.objects.filter(state__in=SOLD_STATES)


def takings() -> Takings:
    """Return all takings ever."""
    return _sum(tickets_that_count())


def takings_by_day(days: int) -> list[Day]:
    """Return the takings of each of the last days, today being the last, by when tickets were confirmed."""
    last = today()
    found = {last - timedelta(days=back): Takings() for back in reversed(range(days))}
    tickets = tickets_that_count().filter(confirmed_at__gte=start_of_period(days), confirmed_at__lt=_midnight(last, 1))
    rows = tickets.annotate(day=TruncDate("confirmed_at", tzinfo=_zone()))
    for day, *row in _grouped(rows, "day"):
        found[day].add(*row)
    return [Day(day, sum_of_day) for day, sum_of_day in found.items()]


def together(days: Sequence[Day]) -> Takings:
    """Return the takings of some days as one."""
    found = Takings(sum(day.takings.tickets for day in days))
    for day in days:
        for currency, amount in day.takings.by_currency.items():
            found.by_currency[currency] = found.by_currency.get(currency, Decimal("0.00")) + amount
    return found


def takings_of_screenings(screening_ids: Sequence[int]) -> dict[int, Takings]:
    """Return the takings of each of these screenings."""
    found = {screening_id: Takings() for screening_id in screening_ids}
    for screening_id, *row in _grouped(tickets_that_count().filter(screening__in=screening_ids), "screening_id"):
        found[screening_id].add(*row)
    return found


def popular_films(limit: int) -> list[FilmSales]:
    """Return the films that sold most tickets ever, by title where two sold the same."""
    movie = ("screening__movie", "screening__movie__title")
    sold = tickets_that_count().order_by().values(*movie).annotate(tickets=Count("pk"))
    rows = sold.order_by("-tickets", "screening__movie__title", "screening__movie")[:limit]
    return [FilmSales(row[movie[0]], row[movie[1]], row["tickets"]) for row in rows]


def bookings_that_count(days: int | None = None) -> int:
    """Return how many bookings have a ticket that counts, confirmed within the last days if they are given."""
    tickets = tickets_that_count().filter(booking=OuterRef("pk"))
    if days is not None:
        tickets = tickets.filter(confirmed_at__gte=start_of_period(days))
    return Booking.objects.filter(Exists(tickets)).count()


def today() -> date:
    """Return the day it is in the site's zone."""
    return clock.now().astimezone(_zone()).date()


def start_of_period(days: int) -> datetime:
    """Return when the first of the last so many days began; one is today."""
    return _midnight(today(), 1 - days)


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def _midnight(day: date, later: int) -> datetime:
    return datetime.combine(day + timedelta(days=later), time(), tzinfo=_zone())


def _sum(tickets: QuerySet[SeatClaim]) -> Takings:
    found = Takings()
    for row in _grouped(tickets):
        found.add(*row)
    return found


def _grouped(tickets: QuerySet[Any], *by: str) -> list[tuple[Any, ...]]:
    """Return ``(*by, number of tickets, currency, cents)``."""
    groups = tickets.order_by().values(*by, "currency").annotate(number=Count("pk"), cents=Sum(_PRICE_IN_CENTS))
    return list(groups.values_list(*by, "number", "currency", "cents"))
