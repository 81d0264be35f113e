"""Screenings, for reading."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import F, Prefetch, QuerySet, Window
from django.db.models.functions import RowNumber

from catalog.models import Cinema, Movie, Room, Screening
from catalog.selectors.cinemas import with_capacity
from catalog.selectors.movies import with_cast
from catalog.zones import day_bounds
from cinema_project.common import clock
from cinema_project.common.errors import NotFound


class ScreeningNotFound(NotFound):
    code = "screening_not_found"


def screening(screening_id: int, thing: str = "Screening") -> Screening:
    """Return one screening with film, cast, room and cinema, whatever its state.

    :raises ScreeningNotFound: if there is none; ``thing`` is what the caller's path calls it
    """
    found = detailed(Screening.objects.filter(pk=screening_id)).first()
    if found is None:
        raise ScreeningNotFound(f"{thing} with id {screening_id} not found")
    return found


def screenings() -> QuerySet[Screening]:
    """Return all screenings, past and cancelled ones too, by time."""
    return Screening.objects.with_places().order_by("start_time", "pk")


def detailed(found: QuerySet[Screening]) -> QuerySet[Screening]:
    """Return the screenings with all that the API tells of them: film, cast, room with ``capacity``, cinema."""
    movies = Prefetch("movie", with_cast(Movie.objects.all()))
    rooms = Prefetch("room", with_capacity(Room.objects.select_related("cinema")))
    return found.select_related(None).prefetch_related(movies, rooms)


def upcoming(
    *, cinema: Cinema | None = None, movie: Movie | None = None, day: date | None = None
) -> QuerySet[Screening]:
    """Return the scheduled screenings that have not started, by time, with film, room and cinema.

    :param day: a day on the clocks of each cinema (R53)
    """
    found = Screening.objects.upcoming(clock.now()).with_places().order_by("start_time", "pk")
    if cinema is not None:
        found = found.filter(room__cinema=cinema)
    if movie is not None:
        found = found.filter(movie=movie)
    if day is not None:
        found = found.starting_in(day_spans(day))
    return found


def next_showtimes(
    movies: Iterable[Movie], cinema: Cinema | None = None, per_movie: int = 3
) -> dict[int, list[Screening]]:
    """Return the next few screenings of each film by film id, in one query; a film without any has an empty list."""
    place = Window(RowNumber(), partition_by=F("movie_id"), order_by=[F("start_time"), F("pk")])
    ids = [movie.pk for movie in movies]
    nearest = upcoming(cinema=cinema).filter(movie__in=ids).annotate(place=place).filter(place__lte=per_movie)
    found: dict[int, list[Screening]] = defaultdict(list)
    for one in nearest:
        found[one.movie_id].append(one)
    return {movie_id: found[movie_id] for movie_id in ids}


def day_spans(day: date) -> list[tuple[str, datetime, datetime]]:
    """Return a local day as (zone, first moment, first moment of the next) for each time zone with a cinema."""
    zones = Cinema.objects.order_by().values_list("timezone", flat=True).distinct()
    return [(zone, *day_bounds(day, ZoneInfo(zone))) for zone in zones]


@dataclass(frozen=True, slots=True)
class MovieShowtimes:
    """A film in one cinema; ``price`` is the lowest of its screenings."""

    movie: Movie
    price: Decimal
    showtimes: list[Screening]


def by_movie(found: Iterable[Screening]) -> list[MovieShowtimes]:
    """Group screenings by film, in the order in which the films come first."""
    groups: dict[Movie, list[Screening]] = defaultdict(list)
    for one in found:
        groups[one.movie].append(one)
    return [MovieShowtimes(movie, min(one.price for one in shown), shown) for movie, shown in groups.items()]
