"""Matches as staff see them."""

from dataclasses import dataclass
from typing import Any

from catalog.models import Movie
from catalog.selectors import film_search
from scraping.models import FilmMatch, TitleLesson

MOST_FOUND = 10
WEB = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class Guess:
    """A film of ours that the matcher thinks of, with its score (0 to 1) and why."""

    movie: Movie
    score: float
    reasons: tuple[str, ...]

    @property
    def percent(self) -> int:
        return round(100 * self.score)


@dataclass(frozen=True, slots=True)
class Review:
    """A scraped film beside those of ours that may be meant.

    :param said: what the site says of it, by name
    :param poster: its address at the site
    :param cities: how many cities list it now
    :param lesson: what would be followed, or is, for its title
    :param waiting: how many others wait for review
    """

    match: FilmMatch
    said: dict[str, Any]
    poster: str
    cities: int
    guesses: tuple[Guess, ...]
    found: tuple[Movie, ...]
    lesson: TitleLesson | None
    waiting: int


def review(match_id: int, *, search: str = "") -> Review | None:
    """Return what staff need to decide of a film, ``None`` if there is no such match; seven queries.

    :param search: finds other films of ours by title
    """
    rows = FilmMatch.objects.select_related("film", "film__page", "movie", "lesson", "decided_by")
    match = rows.filter(pk=match_id).first()
    if match is None:
        return None
    others = FilmMatch.objects.filter(state=FilmMatch.State.WAITING).exclude(pk=match.pk)
    lessons = TitleLesson.objects.filter(title=match.title_key, year=match.year, revoked_at=None)
    return Review(
        match,
        _said(match),
        match.film.poster if match.film.poster.startswith(WEB) else "",
        match.film.listings.filter(vanished_at=None).count(),
        _guesses(match),
        tuple(film_search.matching(search)[:MOST_FOUND]) if search.strip() else (),
        lessons.select_related("movie").first(),
        others.count(),
    )


def next_waiting(after: int) -> int | None:
    """Return the number of the next match that waits for review, going round."""
    waiting = FilmMatch.objects.filter(state=FilmMatch.State.WAITING).order_by("pk").values_list("pk", flat=True)
    return waiting.filter(pk__gt=after).first() or waiting.exclude(pk=after).first()


def _said(match: FilmMatch) -> dict[str, Any]:
    film, page = match.film, getattr(match.film, "page", None)
    said = {
        "Site": film.source,
        "Year": match.year or "",
        "Director": page.director if page else "",
        "Minutes": page.minutes if page else "",
        "Genre": ", ".join(map(str, film.genres)),
        "Country": film.country,
        "Age": film.age_category,
    }
    return {name: value for name, value in said.items() if value}


def _guesses(match: FilmMatch) -> tuple[Guess, ...]:
    movies = Movie.objects.in_bulk([one["movie_id"] for one in match.candidates])
    return tuple(
        Guess(movies[one["movie_id"]], one["score"], tuple(one["reasons"]))
        for one in match.candidates
        if one["movie_id"] in movies
    )
