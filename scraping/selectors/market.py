"""What other cinemas show, as staff and programs read it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet

from cinema_project.common import clock
from cinema_project.common.database import LARGEST_ID
from cinema_project.common.errors import NotFound
from scraping.models import MarketFilm, MarketListing, MarketShowtime, MarketTheatre, SeatSnapshot
from scraping.models.market import film_name

MOST_LOOKS = 500
"""Of one showing, the latest."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Where a film is listed now."""

    cities: tuple[str, ...] = ()
    merchants: tuple[str, ...] = ()
    is_presale: bool = False


@dataclass(frozen=True, slots=True)
class FilmOfDay:
    """A film's showings on one day. Clocks are those of the cinemas, prices in rupiah."""

    film_id: int
    title: str
    showings: int
    theatres: int
    first: str
    last: str
    cheapest: int | None
    dearest: int | None


def films(*, city: str = "") -> QuerySet[MarketFilm]:
    """Return the films that are listed now, in a city or anywhere, by title."""
    listings = MarketListing.objects.filter(film=OuterRef("pk"), vanished_at=None)
    if city:
        listings = listings.filter(city=city_key(city))
    return MarketFilm.objects.filter(Exists(listings)).order_by("title", "pk")


def film(film_id: int) -> MarketFilm | None:
    """Return one film, be it listed or not."""
    return MarketFilm.objects.filter(pk=film_id).first()


def listed(film_ids: Iterable[int]) -> dict[int, Listed]:
    """Return where these films are listed now, in one query."""
    rows = MarketListing.objects.filter(film__in=film_ids, vanished_at=None).order_by("film", "city")
    found: dict[int, list[tuple[str, list[str], bool]]] = {}
    for film_id, *row in rows.values_list("film", "city", "merchants", "is_presale"):
        found.setdefault(film_id, []).append((row[0], row[1], row[2]))
    return {
        film_id: Listed(
            tuple(city for city, _, _ in rows_of_film),
            tuple(sorted({chain for _, chains, _ in rows_of_film for chain in chains})),
            any(is_presale for _, _, is_presale in rows_of_film),
        )
        for film_id, rows_of_film in found.items()
    }


def theatres(*, city: str = "") -> QuerySet[MarketTheatre]:
    """Return the cinemas of a city, or all, by city and name."""
    found = MarketTheatre.objects.filter(city=city_key(city)) if city else MarketTheatre.objects.all()
    return found.order_by("city", "name", "pk")


def showtimes(*, city: str = "", day: date | None = None, movie: str = "", chain: str = "") -> QuerySet[MarketShowtime]:
    """Return showings that were not called off, the latest day first, and of a day the earliest first.

    :param day: the day under which the site lists them
    :param movie: the film's ``id`` or ``upstream_id``
    """
    found = MarketShowtime.objects.filter(_narrowed(city, chain), vanished_at=None)
    if day is not None:
        found = found.filter(day=day)
    if movie:
        found = found.filter(film__in=MarketFilm.objects.filter(_called(movie)).values("pk"))
    return found.select_related("film", "theatre").order_by("-day", "starts_at", "pk")


def showtime(showtime_id: int) -> MarketShowtime:
    """Return one showing, be it called off, with its film and cinema.

    :raises NotFound: if there is none
    """
    found = MarketShowtime.objects.select_related("film", "theatre").filter(pk=showtime_id).first()
    if found is None:
        raise NotFound(f"Showtime with id {showtime_id} not found")
    return found


def looks_at(showtime_id: int) -> list[SeatSnapshot]:
    """Return the looks at the seats of a showing, the earliest first; of very many the latest."""
    looks = SeatSnapshot.objects.filter(showtime=showtime_id).defer("layout").order_by("-captured_at", "-pk")
    return list(reversed(looks[:MOST_LOOKS]))


def day_to_show() -> date | None:
    """Return today in the time of the cinemas if anything is known of it, else the latest day; ``None`` for none."""
    known, this_day = MarketShowtime.objects.filter(vanished_at=None), today()
    if known.filter(day=this_day).exists():
        return this_day
    latest: date | None = known.aggregate(latest=Max("day"))["latest"]
    return latest


def today() -> date:
    """Return the day it is on the cinemas' clocks."""
    return clock.now().astimezone(ZoneInfo(settings.TIX_TIME_ZONE)).date()


def films_of_day(day: date, *, city: str = "", chain: str = "") -> list[FilmOfDay]:
    """Return the films of a day with what is shown of each, the most shown first."""
    rows = showings_in(day, day, city=city, chain=chain).values("film_id", "film__title", "film__upstream_id")
    counted = rows.annotate(
        showings=Count("pk"),
        theatres=Count("theatre", distinct=True),
        first=Min("clock"),
        last=Max("clock"),
        cheapest=Min("price"),
        dearest=Max("price"),
    )
    return [
        FilmOfDay(
            row["film_id"],
            film_name(row["film__title"], row["film__upstream_id"]),
            **{name: row[name] for name in ("showings", "theatres", "first", "last", "cheapest", "dearest")},
        )
        for row in counted.order_by("-showings", "film__title", "film_id")
    ]


def showings_by_day(
    first: date, last: date, *, film_ids: Iterable[int], city: str = "", chain: str = ""
) -> dict[tuple[date, int], int]:
    """Return how many showings these films have, by day and film."""
    rows = showings_in(first, last, city=city, chain=chain).filter(film__in=film_ids)
    counted = rows.values_list("day", "film").annotate(showings=Count("pk")).order_by("day", "film")
    return {(day, film_id): number for day, film_id, number in counted}


def showings_in(first: date, last: date, *, city: str = "", chain: str = "") -> QuerySet[MarketShowtime]:
    """Return the showings of these days that were not called off, in no order."""
    found = MarketShowtime.objects.filter(_narrowed(city, chain), day__gte=first, day__lte=last, vanished_at=None)
    return found.order_by()


def showings_by_theatre(day: date, film_id: int, *, city: str = "", chain: str = "") -> QuerySet[MarketShowtime]:
    """Return the showings of a film on a day, cinema by cinema, the earliest first."""
    found = showings_in(day, day, city=city, chain=chain).filter(film=film_id).select_related("theatre")
    return found.order_by("theatre__city", "theatre__name", "theatre", "starts_at", "pk")


def theatres_on_day(day: date, *, city: str = "", chain: str = "") -> int:
    """Return how many cinemas show something on a day."""
    return showings_in(day, day, city=city, chain=chain).aggregate(number=Count("theatre", distinct=True))["number"]


def cities() -> list[str]:
    """Return the cities of which cinemas are known, by name."""
    names = MarketTheatre.objects.exclude(city="").order_by("city").values_list("city", flat=True)
    return list(names.distinct())


def chains() -> list[str]:
    """Return the chains of which cinemas are known, by name."""
    names = MarketTheatre.objects.exclude(merchant="").order_by("merchant").values_list("merchant", flat=True)
    return list(names.distinct())


def city_key(name: str) -> str:
    """Return a city's name as it is stored."""
    return " ".join(name.upper().split())


def _narrowed(city: str, chain: str) -> Q:
    wanted: dict[str, Any] = {}
    if city:
        wanted["theatre__city"] = city_key(city)
    if chain:
        wanted["theatre__merchant"] = chain
    return Q(**wanted)


def _called(movie: str) -> Q:
    is_number = movie.isascii() and movie.isdigit() and len(movie) < len(str(LARGEST_ID))
    return Q(upstream_id=movie) | (Q(pk=int(movie)) if is_number else Q())
