"""What a scraped film could tell one of ours: shown field by field first, and taken over only where staff say so.

Nothing of a site goes into our catalogue by itself, and nothing but films does at all: no cinema, room, seat or
screening is ever written here. What is in a field of ours stays, unless it was itself taken over and the site has
changed it since.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from django.db.models.fields.files import FieldFile

from catalog.models import Movie
from scraping.models import FilmMatch, FilmPage, MarketFilm, TakenFact
from scraping.services.posters import poster_name

EMPTY: tuple[Any, ...] = (None, "", [])
LONGEST_RATING = 10
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One field: what it has, and what it would have. ``token`` names exactly this change."""

    field: str
    before: Any
    after: Any

    @property
    def token(self) -> str:
        return hashlib.blake2b(orjson.dumps([self.field, self.before, self.after]), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Staged:
    """A film of ours beside a scraped one.

    :param changes: what could be taken over
    :param kept: what the site says otherwise, and what stays: it is staff's own, or comes from elsewhere
    """

    match: FilmMatch
    movie: Movie
    changes: tuple[Change, ...]
    kept: tuple[Change, ...]


def stage(matches: Iterable[FilmMatch]) -> list[Staged]:
    """Compare films of ours with the scraped ones that they are matched with; nothing is fetched or written.

    :param matches: with ``film``, its ``page`` and ``movie`` at hand; those without a film of ours are left out
    """
    ours = [match for match in matches if match.movie is not None and match.movie.archived_at is None]
    taken = _taken({match.movie_id for match in ours if match.movie_id})
    return [_staged(match, taken) for match in ours]


def staging_rows(ids: Collection[int]) -> Sequence[FilmMatch]:
    """Return these matches with all that ``stage`` needs, in the order in which they are locked."""
    rows = FilmMatch.objects.filter(pk__in=ids).select_related("film", "film__page", "movie")
    return list(rows.order_by("movie_id", "pk"))


def facts_of(film: MarketFilm) -> dict[str, Any]:
    """Return what a site says of a film, by the fields of ours, as JSON keeps it; what it does not say is left out."""
    page: FilmPage | None = getattr(film, "page", None)
    said: dict[str, Any] = {
        "poster": poster_name(film.poster) if film.poster else "",
        "genre": list(film.genres),
        "rating": film.age_category if len(film.age_category) <= LONGEST_RATING else "",
        "country": film.country,
    }
    if page is not None:
        said |= {
            "description": page.synopsis,
            "director": page.director,
            "release_date": plain(page.released),
            "duration_minutes": page.minutes,
        }
    return {name: value for name, value in said.items() if value not in EMPTY}


def plain(value: Any) -> Any:
    """Return a value of a film as JSON keeps it."""
    if isinstance(value, FieldFile):
        return value.name or ""
    return value.isoformat() if isinstance(value, date) else value


def _taken(movie_ids: Collection[int]) -> dict[tuple[int, str], Any]:
    """Return what was taken over last, by film of ours and field."""
    rows = TakenFact.objects.filter(movie__in=movie_ids).order_by("pk")
    return {(movie, field): after for movie, field, after in rows.values_list("movie_id", "field", "after")}


def _staged(match: FilmMatch, taken: Mapping[tuple[int, str], Any]) -> Staged:
    movie = match.movie
    assert movie is not None
    changes, kept = [], []
    for name, said in facts_of(match.film).items():
        present = plain(getattr(movie, name))
        change = Change(name, present, said)
        if present == said:
            continue
        if _may_change(movie, name, present, taken):
            changes.append(change)
        else:
            kept.append(change)
    return Staged(match, movie, tuple(changes), tuple(kept))


def _may_change(movie: Movie, name: str, present: Any, taken: Mapping[tuple[int, str], Any]) -> bool:
    if name == "poster" and not present:
        return not movie.image_url
    return present in EMPTY or ((movie.pk, name) in taken and taken[movie.pk, name] == present)
