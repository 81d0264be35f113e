"""Cities, films and days: what TIX lists before any showing (shapes: facts 2.1, observed)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from scraping.tix.places import JAKARTA, chain_named
from scraping.tix.reading import Node, Parsed, Refused, WrongShape, each, once, opened

MILLISECONDS_FROM = 100_000_000_000
"""A stamp above is in milliseconds, one below in seconds: as seconds it would lie beyond the year 5000."""
FIRST_YEAR, LAST_YEAR = 1888, 2200


@dataclass(frozen=True, slots=True)
class City:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class ListedFilm:
    """A film as the list of one city has it.

    ``schedule_id`` asks for days and showings, ``movie_id`` for the film's own facts.
    """

    schedule_id: str
    movie_id: str
    title: str
    city: str
    genres: tuple[str, ...] = ()
    poster_url: str = ""
    age_category: str = ""
    country: str = ""
    chains: tuple[str, ...] = ()
    is_presale: bool = False
    score: float | None = None


@dataclass(frozen=True, slots=True)
class FilmFacts:
    """A film's own page: what tells it from another of the same title. ``minutes`` is its length."""

    schedule_id: str
    movie_id: str
    title: str
    director: str = ""
    minutes: int | None = None
    release_date: date | None = None
    country: str = ""
    age_category: str = ""
    genres: tuple[str, ...] = ()
    poster_url: str = ""
    cast: tuple[str, ...] = ()
    synopsis: str = ""


def parse_cities(payload: bytes | Any) -> Parsed[City]:
    """Read ``/v1/cities``; names in capitals.

    :raises Refused, WrongShape: if it is no list of cities
    """
    read = each(opened(payload).required_items(), lambda node: City(node.get("id").identifier(), _capitals(node)))
    return once(read, lambda city: city.id)


def _capitals(node: Node) -> str:
    return node.get("name").text().upper()


def parse_movies(payload: bytes | Any, *, city: str) -> Parsed[ListedFilm]:
    """Read ``/v1/movies`` of a city. A film without either of its two ids is put aside: nothing could be asked for it.

    :raises Refused, WrongShape: if it is no list of films
    """
    read = each(opened(payload).required_items(), lambda node: _listed(node, city))
    return once(read, lambda film: film.schedule_id)


def _listed(node: Node, city: str) -> ListedFilm:
    return ListedFilm(
        schedule_id=node.get("id").identifier(),
        movie_id=node.get("movie_id").identifier(),
        title=node.get("title", "name").text(),
        city=city,
        genres=names_in(node.get("genres"), "name"),
        poster_url=address(node.get("poster_path")),
        age_category=node.get("age_category").optional_text(),
        country=node.get("country").optional_text(),
        chains=tuple(dict.fromkeys(map(chain_named, names_in(node.get("merchant"), "merchant_name")))),
        is_presale=node.get("presale_flag").there and node.get("presale_flag").flag(),
        score=optional_score(node.get("rating_score")),
    )


def parse_movie(payload: bytes | Any) -> FilmFacts:
    """Read ``/v1/movies/{movie_id}``; a length or day of 0 is one that nobody entered.

    :raises Refused, WrongShape: if it is no film
    """
    node = opened(payload)
    minutes = node.get("duration")
    return FilmFacts(
        schedule_id=node.get("id").identifier(),
        movie_id=node.get("movie_id").identifier(),
        title=node.get("name", "title").text(),
        director=node.get("director").optional_text(),
        minutes=(minutes.whole() or None) if minutes.there else None,
        release_date=optional_day(node.get("release_date")),
        country=node.get("country").optional_text(),
        age_category=node.get("age_category").optional_text(),
        genres=names_in(node.get("genres"), "name"),
        poster_url=address(node.get("poster_path")),
        cast=names_in(node.get("casts"), "name") or _separated(node.get("actor")),
        synopsis=node.get("synopsis").optional_text(),
    )


def parse_dates(payload: bytes | Any) -> tuple[date, ...]:
    """Read ``/v1/schedules/date``: the days with a showing. ``DATA_NOT_FOUND`` (with 400) means that there are none.

    :raises Refused, WrongShape: if it is no list of days; one bad day spoils all, for it might be today
    """
    try:
        entries = opened(payload).required_items()
    except Refused as refused:
        if refused.nothing_there:
            return ()
        raise
    days = ((day(node.get("date")), node.get("is_any_schedule").flag()) for node in entries)
    return tuple(sorted({found for found, any_showing in days if any_showing}))


def day(node: Node) -> date:
    """Read ``YYYY-MM-DD``, perhaps followed by a time.

    :raises WrongShape: if it is none
    """
    try:
        return date.fromisoformat(node.text()[:10])
    except ValueError:
        raise node.wrong("a day such as 2026-05-22") from None


def moment(node: Node) -> datetime:
    """Read a stamp in seconds or milliseconds since 1970, as if it were UTC.

    :raises WrongShape: if it is none
    """
    stamp = node.whole()
    seconds = stamp / 1000 if abs(stamp) >= MILLISECONDS_FROM else stamp
    try:
        found = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise node.wrong("a stamp of this age") from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise node.wrong("a stamp of this age")
    return found


def optional_day(node: Node) -> date | None:
    """Return the day of a stamp in Jakarta, ``None`` for 0 or nothing."""
    if not node.there or node.value in (0, "0", ""):
        return None
    return moment(node).astimezone(JAKARTA).date()


def names_in(node: Node, key: str) -> tuple[str, ...]:
    """Return the names in a list of objects, or of plain texts; nothing and empty names are left out."""
    found = (entry.get(key) if isinstance(entry.value, dict) else entry for entry in node.items())
    return tuple(dict.fromkeys(name for entry in found if (name := entry.optional_text())))


def address(node: Node) -> str:
    """Return a web address, or nothing where something else stands: a picture is worth no complaint."""
    found = node.value if isinstance(node.value, str) else ""
    return found.strip() if found.strip().startswith(("https://", "http://")) else ""


def optional_score(node: Node) -> float | None:
    """Return viewers' mean (0 to 10) where there is one, be it a number or an object that has it."""
    inner = node.get("vote_average") if isinstance(node.value, dict) else node
    try:
        score = inner.number() if inner.there else 0
    except WrongShape:
        return None
    return score if 0 < score <= 10 else None


def _separated(node: Node) -> tuple[str, ...]:
    return tuple(name for part in node.optional_text().split(",") if (name := part.strip()))
