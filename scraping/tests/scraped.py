"""Scraped films for tests, and films of ours that they may be."""

from datetime import date
from itertools import count
from typing import Any

from catalog.models import Movie
from catalog.tests import make
from cinema_project.common import clock
from scraping.models import FilmMatch, FilmPage, MarketFilm
from scraping.services.matches import match_films

_numbers = count(1)


def scraped(title: str, *, source: str = "tix", page: dict[str, Any] | None = None, **fields: Any) -> MarketFilm:
    """A film as a site lists it; ``page`` is what its own page says."""
    now = clock.now()
    made = {"source": source, "upstream_id": str(next(_numbers)), "first_seen_at": now, "changed_at": now}
    film = MarketFilm.objects.create(title=title, **made, **fields)
    if page is not None:
        FilmPage.objects.create(film=film, changed_at=now, **page)
    return film


def faust(**fields: Any) -> Movie:
    known = {"title": "Faust", "director": "F. W. Murnau", "release_date": date(1926, 10, 14), "duration_minutes": 106}
    return make.movie(**known | fields)


def matched(film: MarketFilm) -> FilmMatch:
    """Match what is due, and return the match of this film as it is stored."""
    match_films()
    return FilmMatch.objects.get(film=film)


def shape(match: FilmMatch) -> tuple[str, int | None]:
    match.refresh_from_db()
    return match.state, match.movie_id
