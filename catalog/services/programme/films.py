"""Films of a programme, with cast and posters."""

import hashlib
import io
from pathlib import Path

from PIL import Image

from catalog.models import CastMember, Movie
from catalog.services.checks import check_fields, free_slug
from catalog.services.film_index import index_films
from catalog.services.movies import check_state
from catalog.services.programme.places import changed
from catalog.services.programme.rows import MovieRow, PartRow, Raw, Row
from catalog.services.programme.run import Run, refusal

LARGEST_POSTER = 5 * 1024 * 1024
FORMATS = {"WEBP": "webp", "JPEG": "jpg", "PNG": "png"}
Part = tuple[str, str, str, str | None, bool, int]


def import_films(run: Run) -> None:
    """Make or update the films of the run. Their posters are read and checked, and wait in ``run.posters``."""
    films = _Films()
    run.movies = [movie for movie in films.all if movie.archived_at is None]
    run.each("movie", films.step)
    index_films(films.changed)


class _Films:
    """The films' step: it knows every film, read once for all."""

    def __init__(self) -> None:
        self.changed: set[int] = set()
        self.all = list(Movie.objects.prefetch_related("cast_members"))
        self.slugs = {movie.slug: movie for movie in self.all}
        self.tmdb_ids = {movie.tmdb_id: movie for movie in self.all if movie.tmdb_id}

    def step(self, run: Run, raw: Raw, row: Row) -> None:
        assert isinstance(row, MovieRow)
        there = self._same(run, row)
        movie = there or Movie(slug=row.slug or free_slug(Movie(), row.title, set(self.slugs)), state=row.state)
        given = row.model_dump(exclude_unset=True, exclude={"cast", "poster", "slug"})
        check_state(movie, given.get("state", movie.state))
        if row.poster:
            given["poster"] = _poster(run, movie.slug, row.poster)
        different = changed(movie, given)
        check_fields(movie)
        self._claim(movie)
        if different:
            movie.save(update_fields=[*different, "updated_at"] if there else None)
        recast = row.cast is not None and _recast(movie, row.cast, new=there is None)
        if there is None:
            run.movies.append(movie)
        if different or recast:
            self.changed.add(movie.pk)
        run.count(raw, "created" if there is None else "updated" if different or recast else "unchanged")

    def _same(self, run: Run, row: MovieRow) -> Movie | None:
        if row.slug in self.slugs:
            return self.slugs[row.slug]
        if row.tmdb_id in self.tmdb_ids:
            return self.tmdb_ids[row.tmdb_id]
        named = [movie for movie in run.movies if movie.title.casefold() == row.title.casefold()]
        found = [movie for movie in named if not row.slug and not row.tmdb_id and _year_fits(row, movie)]
        if len(found) > 1:
            raise refusal("/title", f"Several films are named {row.title}: add the slug.")
        return found[0] if found else None

    def _claim(self, movie: Movie) -> None:
        if movie.archived_at is not None:
            raise refusal("/title", f"{movie.title} is archived: bring it back in the admin, or use another slug.")
        if movie.tmdb_id and self.tmdb_ids.setdefault(movie.tmdb_id, movie) is not movie:
            other = self.tmdb_ids[movie.tmdb_id]
            raise refusal("/tmdb_id", f"{other.title} has this number already: each film has its own.")
        self.slugs[movie.slug] = movie


def films_named(words: str, movies: list[Movie]) -> list[Movie]:
    """Return the films that a screening may mean: by slug, title, or title and year as in ``Faust (1926)``."""
    wanted = words.casefold()
    return [movie for movie in movies if wanted == movie.slug or wanted in _titles(movie)]


def _titles(movie: Movie) -> set[str]:
    title = movie.title.casefold()
    return {title, f"{title} ({movie.release_date.year})"} if movie.release_date else {title}


def _year_fits(row: MovieRow, movie: Movie) -> bool:
    return row.release_date is None or bool(movie.release_date and movie.release_date.year == row.release_date.year)


def _recast(movie: Movie, cast: list[PartRow], *, new: bool) -> bool:
    parts = [
        CastMember(movie=movie, **part.model_dump(exclude={"order"}), order=index if part.order is None else part.order)
        for index, part in enumerate(cast)
    ]
    for part in parts:
        check_fields(part, but={"character_name"})
    if not new and sorted(map(_part, movie.cast_members.all()), key=repr) == sorted(map(_part, parts), key=repr):
        return False
    CastMember.objects.filter(movie=movie).delete()
    CastMember.objects.bulk_create(parts)
    return True


def _part(part: CastMember) -> Part:
    url = part.profile_image_url
    return part.actor_name, part.character_name, part.role, url, part.is_lead, part.order


def _poster(run: Run, slug: str, name: str) -> str:
    """Check a poster and return the name it will have; the same picture always has the same name."""
    path = (run.base / name).resolve()
    if not path.is_relative_to(run.base.resolve()) or not path.is_file():
        raise refusal("/poster", f"There is no file {name}: name it from the folder of the programme file.")
    if path.stat().st_size > LARGEST_POSTER:
        raise refusal("/poster", f"{name} is larger than 5 MB: make the picture smaller.")
    content = path.read_bytes()
    stored = f"posters/{slug[:75]}-{hashlib.sha256(content).hexdigest()[:8]}.{_ending(content, path)}"
    run.posters[stored] = content
    return stored


def _ending(content: bytes, path: Path) -> str:
    try:
        with Image.open(io.BytesIO(content), formats=list(FORMATS)) as image:
            image.verify()
            return FORMATS[str(image.format)]
    except (OSError, SyntaxError, Image.DecompressionBombError):
        raise refusal("/poster", f"{path.name} is not a WebP, JPEG or PNG picture.") from None
