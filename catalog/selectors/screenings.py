"""Screenings, for reading."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from catalog.models import Cinema, Movie, Room, Screening
from catalog.selectors.cinemas import with_capacity
from catalog.selectors.movies import know_cast
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


def know_films(screenings: Iterable[Screening]) -> None:
    """Give each screening its film with the cast, each film once: two queries."""
    shown = list(screenings)
    films = Movie.objects.in_bulk({one.movie_id for one in shown})
    know_cast(films.values())
    for one in shown:
        one.movie = films[one.movie_id]


def know_rooms(screenings: Iterable[Screening]) -> None:
    """Give each screening its room with ``capacity`` and cinema, each room once: one query."""
    shown = list(screenings)
    rooms = with_capacity(Room.objects.select_related("cinema")).in_bulk({one.room_id for one in shown})
    for one in shown:
        one.room = rooms[one.room_id]


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


def know_showtimes(movies: Sequence[Movie]) -> None:
    """Give each film ``showtimes``, its next few screenings, each with its room: two queries."""
    found = next_showtimes(movies, per_movie=NEXT_SHOWTIMES)
    know_rooms(one for shown in found.values() for one in shown)
    for movie in movies:
        movie.showtimes = found[movie.pk]


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
    """Group screenings by film, in the order in which the films come first, with all that is told of film and room."""
    groups: dict[Movie, list[Screening]] = defaultdict(list)
    shown = list(found)
    know_films(shown)
    know_rooms(shown)
    for one in shown:
        groups[one.movie].append(one)
    return [MovieShowtimes(movie, min(one.price for one in shown), shown) for movie, shown in groups.items()]
