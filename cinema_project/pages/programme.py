"""What is on: the reads behind the home and film pages. Film, cinema and booking tables meet here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from booking.models import OCCUPYING_STATES, SeatClaim
from catalog.models import Cinema, Movie, MovieState, Screening, ScreeningStatus, Seat

TIMES_ON_A_CARD = 3
DAYS_AHEAD = 14
FEW_LEFT_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class FilmCard:
    """A film and the next times it is shown."""

    movie: Movie
    showings: list[Screening]


@dataclass(frozen=True, slots=True)
class Showing:
    """One screening and how full it is, in words."""

    screening: Screening
    fullness: str


@dataclass(frozen=True, slots=True)
class House:
    """A cinema's screenings of one film on one day."""

    cinema: Cinema
    showings: list[Showing]


def open_cinemas() -> list[Cinema]:
    """Return every cinema that is not archived, by name."""
    return list(Cinema.objects.filter(archived_at=None).order_by("name", "pk"))


def upcoming(now: datetime, cinema: Cinema | None = None) -> QuerySet[Screening]:
    """Return the screenings still to start, with room and cinema."""
    found = Screening.objects.filter(status=ScreeningStatus.SCHEDULED, start_time__gt=now).select_related("room__cinema")
    return found.filter(room__cinema=cinema) if cinema else found


def films(*, tab: str, search: str, cinema: Cinema | None, now: datetime) -> QuerySet[Movie]:
    """Return the films of a tab, or all that match the search."""
    shown = Movie.objects.filter(archived_at=None).exclude(state=MovieState.ENDED)
    if search:
        return shown.filter(Q(title__icontains=search) | Q(original_title__icontains=search)).order_by("title", "pk")
    if tab == "coming-soon":
        return shown.filter(state=MovieState.COMING_SOON).order_by(F("release_date").asc(nulls_last=True), "title", "pk")
    shown = shown.filter(state=MovieState.SHOWING)
    if cinema:
        shown = shown.filter(pk__in=upcoming(now, cinema).values("movie_id"))
    return shown.order_by("title", "pk")


def cards(movies: Sequence[Movie], *, cinema: Cinema | None, now: datetime) -> list[FilmCard]:
    """Return the films with their next three showings; one query for all."""
    nth = Window(RowNumber(), partition_by=[F("movie_id")], order_by=[F("start_time").asc(), F("pk").asc()])
    soonest = upcoming(now, cinema).filter(movie__in=movies).annotate(nth=nth).filter(nth__lte=TIMES_ON_A_CARD)
    showings: dict[int, list[Screening]] = {movie.pk: [] for movie in movies}
    for screening in soonest.order_by("start_time", "pk"):
        showings[screening.movie_id].append(screening)
    return [FilmCard(movie, showings[movie.pk]) for movie in movies]


def showings_of(movie: Movie, *, now: datetime) -> dict[date, list[Screening]]:
    """Return the film's screenings of the next two weeks by the cinemas' own days, soonest first."""
    ahead = upcoming(now).filter(movie=movie, start_time__lt=now + timedelta(days=DAYS_AHEAD))
    days: dict[date, list[Screening]] = {}
    for screening in ahead.order_by("start_time", "pk"):
        days.setdefault(screening.start_time.astimezone(screening.room.cinema.zone).date(), []).append(screening)
    return dict(sorted(days.items()))


def by_house(screenings: Sequence[Screening], *, first: str, now: datetime) -> list[House]:
    """Group screenings by cinema, the one with the slug ``first`` on top, and say how full each is."""
    sold = _occupied(screenings, now)
    seats = _capacities(screenings)
    houses: dict[int, House] = {}
    for screening in screenings:
        cinema = screening.room.cinema
        house = houses.setdefault(cinema.pk, House(cinema, []))
        house.showings.append(Showing(screening, _fullness(sold.get(screening.pk, 0), seats.get(screening.room_id, 0))))
    return sorted(houses.values(), key=lambda house: (house.cinema.slug != first, house.cinema.name))


def _occupied(screenings: Sequence[Screening], now: datetime) -> dict[int, int]:
    live = Q(state__in=("confirmed", "used")) | Q(state__in=OCCUPYING_STATES, expires_at__gt=now)
    return _counts(SeatClaim.objects.filter(live, screening__in=screenings), "screening_id")


def _capacities(screenings: Sequence[Screening]) -> dict[int, int]:
    return _counts(Seat.objects.filter(is_active=True, room__in={screening.room_id for screening in screenings}), "room_id")


def _counts(rows: QuerySet[Any], key: str) -> dict[int, int]:
    return dict(rows.values_list(key).annotate(Count("pk")).order_by())


def _fullness(occupied: int, capacity: int) -> str:
    free = capacity - occupied
    if free <= 0:
        return "Sold out"
    return "Few left" if free <= capacity * FEW_LEFT_SHARE else "Plenty"
