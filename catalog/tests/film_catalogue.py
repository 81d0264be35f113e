"""Catalogues to search in: the demo's films among many that nobody made."""

from typing import Any

from catalog.demo import programme
from catalog.models import CastMember, Movie
from catalog.services.film_index import index_all_films
from catalog.tests import made_up_films


def make_catalogue(made_up: int, cast: int = 8) -> dict[str, Movie]:
    """Write the films and their index; return them by slug."""
    rows = [*programme.films(), *made_up_films.films(made_up, cast)]
    films = Movie.objects.bulk_create(Movie(**_own(row)) for row in rows)
    CastMember.objects.bulk_create(
        CastMember(movie=film, **part) for film, row in zip(films, rows, strict=True) for part in row["cast"]
    )
    index_all_films()
    return {film.slug: film for film in films}


def _own(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("cast", "poster")}
