"""What is on: the reads behind the home and film pages. Film, cinema and booking tables meet here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from booking.models import SeatClaim
from catalog.models import Cinema, Movie, MovieState, Screening, Seat
from catalog.selectors import film_search, movies, screenings

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


def films(*, tab: str, search: str, cinema: Cinema | None) -> QuerySet[Movie] | film_search.Films:
    """Return the films of a tab, or all that match the search, whatever their tab."""
    if search:
        return film_search.matching(search, among=Movie.objects.visible().exclude(state=MovieState.ENDED))
    return movies.coming_soon() if tab == "coming-soon" else movies.now_showing(cinema)


def cards(shown: Sequence[Movie], cinema: Cinema | None) -> list[FilmCard]:
    """Return the films with their next showings; one query for all."""
    showtimes = screenings.next_showtimes(shown, cinema)
    return [FilmCard(movie, showtimes[movie.pk]) for movie in shown]


def showings_of(movie: Movie, *, now: datetime) -> dict[date, list[Screening]]:
    """Return the film's screenings of the next two weeks by the cinemas' own days, soonest first."""
    days: dict[date, list[Screening]] = {}
    soon = screenings.upcoming(movie_id=movie.pk).filter(start_time__lt=now + timedelta(days=DAYS_AHEAD))
    for screening in soon.with_places():
        days.setdefault(screening.start_time.astimezone(screening.room.cinema.zone).date(), []).append(screening)
    return dict(sorted(days.items()))


def by_house(shown: Sequence[Screening], *, first: str, now: datetime) -> list[House]:
    """Group screenings by cinema, the one with the slug ``first`` on top, and say how full each is."""
    sold = _occupied(shown, now)
    seats = _capacities(shown)
    houses: dict[int, House] = {}
    for screening in shown:
        cinema = screening.room.cinema
        house = houses.setdefault(cinema.pk, House(cinema, []))
        house.showings.append(Showing(screening, _fullness(sold.get(screening.pk, 0), seats.get(screening.room_id, 0))))
    return sorted(houses.values(), key=lambda house: (house.cinema.slug != first, house.cinema.name))


def _occupied(shown: Sequence[Screening], now: datetime) -> dict[int, int]:
    live = Q(state__in=("confirmed", "used")) | Q(state__in=("held", "pending"), expires_at__gt=now)
    return _counts(SeatClaim.objects.filter(live, screening__in=shown), "screening_id")


def _capacities(shown: Sequence[Screening]) -> dict[int, int]:
    return _counts(Seat.objects.filter(is_active=True, room__in={screening.room_id for screening in shown}), "room_id")


def _counts(rows: QuerySet[Any], key: str) -> dict[int, int]:
    return dict(rows.values_list(key).annotate(Count("pk")).order_by())


def _fullness(occupied: int, capacity: int) -> str:
    free = capacity - occupied
    if free <= 0:
        return "Sold out"
    return "Few left" if free <= capacity * FEW_LEFT_SHARE else "Plenty"
