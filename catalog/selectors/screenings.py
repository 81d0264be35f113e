"""Screenings, for reading."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from catalog.models import Cinema, Movie, Screening
from catalog.models.screenings import ScreeningQuerySet
from catalog.zones import day_bounds
from cinema_project.common import clock
from cinema_project.common.errors import NotFound

NEXT_SHOWTIMES = 10
"""So many of a film go along with it."""


class ScreeningNotFound(NotFound):
    code = "screening_not_found"


def screening(screening_id: int, thing: str = "Screening") -> Screening:
    """Return one screening with film, room and cinema, whatever its state.

    :raises ScreeningNotFound: if there is none; ``thing`` is what the caller's path calls it
    """
    found = Screening.objects.with_places().filter(pk=screening_id).first()
    if found is None:
        raise ScreeningNotFound(f"{thing} with id {screening_id} not found")
    return found


def screenings() -> QuerySet[Screening]:
    """Return all screenings, past and cancelled ones too, by time."""
    return Screening.objects.order_by("start_time", "pk")


def upcoming(now: datetime | None = None, **of: int) -> ScreeningQuerySet:
    """Return the scheduled screenings that have not started, by time.

    :param now: for whoever has asked the clock already
    :param of: what they must be of, such as ``movie_id`` or ``room__cinema_id``
    """
    return Screening.objects.upcoming(now or clock.now(), **of).order_by("start_time", "pk")


def next_showtimes(
    movies: Iterable[Movie], cinema: Cinema | None = None, per_movie: int = 3
) -> dict[int, list[Screening]]:
    """Return the next few screenings of each film by film id, in one query; a film without any has an empty list."""
    place = Window(RowNumber(), partition_by=F("movie_id"), order_by=[F("start_time"), F("pk")])
    ids = [movie.pk for movie in movies]
    of = {"room__cinema_id": cinema.pk} if cinema else {}
    nearest = upcoming(None, **of).with_places().filter(movie__in=ids)
    found: dict[int, list[Screening]] = defaultdict(list)
    for one in nearest.annotate(place=place).filter(place__lte=per_movie):
        found[one.movie_id].append(one)
    return {movie_id: found[movie_id] for movie_id in ids}


def know_showtimes(movies: Sequence[Movie]) -> None:
    """Give each film ``showtimes``, its next few screenings, in one query."""
    found = next_showtimes(movies, per_movie=NEXT_SHOWTIMES)
    for movie in movies:
        movie.showtimes = found[movie.pk]


def day_spans(day: date) -> list[tuple[str, datetime, datetime]]:
    """Return a local day as (zone, first moment, first moment of the next) for each time zone with a cinema."""
    zones = Cinema.objects.order_by().values_list("timezone", flat=True).distinct()
    return [(zone, *day_bounds(day, ZoneInfo(zone))) for zone in zones]


def by_movie(found: Iterable[Screening]) -> dict[int, list[Screening]]:
    """Group screenings by the number of the film, in the order in which the films come first."""
    groups: dict[int, list[Screening]] = defaultdict(list)
    for one in found:
        groups[one.movie_id].append(one)
    return groups
