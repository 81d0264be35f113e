"""Films from TMDB: made, or brought up to date but for what staff edited."""

from dataclasses import dataclass, replace
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry

from accounts.models import User
from catalog.models import Movie, MovieState
from catalog.services.checks import check_fields, save_with_slug
from catalog.services.film_index import index_films
from catalog.services.tmdb_merge import Change, merge, set_cast
from catalog.tmdb import client
from catalog.tmdb.facts import facts_of, state_of
from catalog.tmdb.pictures import name_of, pictures_of, store_picture
from cinema_project.common import clock
from cinema_project.common.database import repeat_on, write
from cinema_project.common.errors import Conflict, DomainError

USUAL_MINUTES = 120
ASSUMED = f"TMDB does not know how long this film is: {USUAL_MINUTES} minutes are assumed. Please put that right."


class FilmArchived(Conflict):
    """The film was taken out of the catalogue."""

    code = "film_archived"


@dataclass(frozen=True, slots=True)
class FilmRead:
    """A film as read from TMDB.

    :param facts: values of the fields of :class:`Movie`, and of ``cast``
    :param pictures: TMDB's paths of the pictures, by our field
    :param kept: pictures that staff chose, so that TMDB's were not fetched
    :param missing: what could not be had, in sentences
    """

    tmdb_id: int
    state: MovieState
    facts: dict[str, Any]
    pictures: dict[str, str]
    kept: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Import:
    """What an import did, or would do.

    :param kept: the fields that staff edited, and that TMDB says otherwise
    :param missing: what could not be had, in sentences
    :param notes: what else staff should look at, in sentences
    """

    movie: Movie
    created: bool
    changes: dict[str, Change]
    kept: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def import_movie(*, tmdb_id: int, by: User | None) -> Import:
    """Make the film of this number, or bring it up to date. Repeating it changes nothing.

    :param by: whom the film's history names; nobody's import is not in it
    :raises FilmArchived: if the film was taken out of the catalogue
    :raises TmdbNotConfigured, TmdbNotFound, TmdbRefused, TmdbUnavailable: if TMDB does not tell of it
    """
    return store_film(film=read_film(tmdb_id=tmdb_id), by=by)


def preview_movie(*, tmdb_id: int) -> Import:
    """Tell what ``import_movie`` would do, and do nothing; raises the same."""
    return _plan(_asked(tmdb_id))


def read_film(*, tmdb_id: int) -> FilmRead:
    """Do the part of an import that takes its time: ask TMDB, fetch and store the pictures. Raises the same."""
    film = _asked(tmdb_id)
    plan = _plan(film)
    for name in film.pictures:
        if name in plan.kept:
            film = replace(_without(film, name), kept=(*film.kept, name))
        elif name in plan.changes:
            film = _with_picture(film, name)
    return film


@repeat_on("catalog_movie_tmdb_id_key")
@write
def store_film(*, film: FilmRead, by: User | None) -> Import:
    """Do the rest of an import: one short transaction.

    :raises FilmArchived: if the film was taken out of the catalogue
    """
    done = _plan(film, lock=True)
    if done.changes:
        _save(done)
        if by is not None:
            words = f"Imported from TMDB: {', '.join(done.changes)}."
            flag = ADDITION if done.created else CHANGE
            LogEntry.objects.log_actions(by.pk, [done.movie], flag, words, single_object=True)
    return done


def _save(done: Import) -> None:
    check_fields(done.movie)
    if done.created:
        save_with_slug(done.movie, done.movie.title)
    else:
        done.movie.save()
    if "cast" in done.changes:
        set_cast(done.movie, done.changes["cast"].after)
    index_films([done.movie.pk])


def _asked(tmdb_id: int) -> FilmRead:
    film = client.film(tmdb_id)
    pictures = pictures_of(film)
    facts = facts_of(film) | {name: name_of(name, path) for name, path in pictures.items()}
    return FilmRead(tmdb_id, state_of(film, clock.now().date()), facts, pictures)


def _with_picture(film: FilmRead, name: str) -> FilmRead:
    try:
        store_picture(name, film.pictures[name])
    except DomainError as refused:
        sentence = f"The {name.removesuffix('_path')} could not be had. {refused.detail}"
        return replace(_without(film, name), missing=(*film.missing, sentence))
    return film


def _without(film: FilmRead, name: str) -> FilmRead:
    return replace(film, facts={other: fact for other, fact in film.facts.items() if other != name})


def _plan(film: FilmRead, *, lock: bool = False) -> Import:
    """Return our film with TMDB's facts put in, not yet saved."""
    movies = Movie.objects.select_for_update() if lock else Movie.objects.all()
    movie = movies.filter(tmdb_id=film.tmdb_id).first()
    if movie is None:
        new = Movie(tmdb_id=film.tmdb_id, state=film.state)
        changes, _ = merge(new, {"duration_minutes": USUAL_MINUTES} | film.facts)
        return Import(new, True, changes, missing=film.missing, notes=_notes_on_new(film))
    if movie.archived_at is not None:
        raise FilmArchived(f"{movie.title} was taken out of the catalogue: bring it back before you import it.")
    changes, kept = merge(movie, film.facts)
    return Import(movie, False, changes, kept=(*kept, *film.kept), missing=film.missing)


def _notes_on_new(film: FilmRead) -> tuple[str, ...]:
    title = film.facts["title"]
    notes = () if "duration_minutes" in film.facts else (ASSUMED,)
    if not Movie.objects.visible().filter(tmdb_id=None, title__iexact=title).exists():
        return notes
    return (*notes, f"There is another film named {title}. To update that one instead, give it number {film.tmdb_id}.")
