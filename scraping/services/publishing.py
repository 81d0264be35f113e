"""Taking over into our catalogue what staff chose of a scraped film: all of it in one transaction, or nothing."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry

from accounts.models import User
from catalog.models import Movie
from catalog.services.movies import create_movie, update_movie
from cinema_project.common import clock
from cinema_project.common.database import repeat_on, write
from cinema_project.common.errors import Conflict, DomainError
from scraping.models import FilmMatch, MarketFilm, TakenFact
from scraping.services.decisions import ONE_LESSON, confirm, lock_match
from scraping.services.posters import store_poster
from scraping.services.staging import Change, Staged, facts_of, stage, staging_rows

Chosen = Mapping[int, Mapping[str, str]]
"""By match: field, and the token of the change that was shown."""


class ShownIsOld(Conflict):
    """Our film, or what the site says of it, is not what was shown any more. Nothing was written."""

    code = "shown_is_old"


class AlreadyOurs(Conflict):
    """The scraped film is one of ours already."""

    code = "already_ours"


@dataclass(frozen=True, slots=True)
class Published:
    """What was taken over, by title; what was there already counts as nothing.

    :param missing: what could not be had, in sentences
    """

    taken: Mapping[str, list[str]]
    missing: tuple[str, ...] = ()


def publish(*, chosen: Chosen, by: User | None) -> Published:
    """Take over the chosen changes, and no others. Repeating it changes nothing.

    :raises ShownIsOld: if one of them is no longer what was shown; nothing is written
    :raises Invalid: if a value is not valid; nothing is written
    """
    missing, left = [], {match_id: dict(fields) for match_id, fields in chosen.items()}
    for match in staging_rows(left.keys()):
        if "poster" in left[match.pk] and (refusal := _no_poster(match.film)):
            missing.append(refusal)
            del left[match.pk]["poster"]
    return Published(_publish(chosen=left, by=by), tuple(missing))


def _no_poster(film: MarketFilm) -> str:
    """Fetch a film's poster, outside of any transaction; return why there is none."""
    if not film.poster:
        return ""
    try:
        store_poster(film.poster)
    except DomainError as refused:
        return f"{film}: the poster could not be had. {refused.detail}"
    return ""


@write
def _publish(*, chosen: Chosen, by: User | None) -> dict[str, list[str]]:
    ids = sorted(chosen)
    list(FilmMatch.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    movies = FilmMatch.objects.filter(pk__in=ids).values("movie")
    list(Movie.objects.select_for_update().filter(pk__in=movies).order_by("pk"))
    taken: dict[str, list[str]] = {}
    for match_id in ids:
        # Read anew each time: two scraped films may be one of ours.
        staged = stage(staging_rows([match_id]))
        if chosen[match_id] and not staged:
            raise ShownIsOld("This film is none of ours any more: look at it again.")
        for one in staged:
            if changes := _still_wanted(one, chosen[match_id]):
                taken[one.movie.title] = _take(one.movie, one.match.film, changes, by)
    return taken


def _still_wanted(staged: Staged, fields: Mapping[str, str]) -> list[Change]:
    """Return the chosen changes that are not there yet.

    :raises ShownIsOld: if one of them is not the one that was shown
    """
    there = {change.field: change for change in staged.changes}
    said = facts_of(staged.match.film)
    kept = {change.field for change in staged.kept}
    wanted = []
    for name, token in fields.items():
        if name in there and there[name].token == token:
            wanted.append(there[name])
        elif name in there or name in kept or name not in said:
            raise ShownIsOld(f"{staged.movie}: {name} is not what it was when you looked. Look at it again.")
    return wanted


def _take(movie: Movie, film: MarketFilm, changes: Collection[Change], by: User | None) -> list[str]:
    update_movie(movie_id=movie.pk, **{change.field: change.after for change in changes})
    _remember(movie, film, changes, by)
    names = [change.field for change in changes]
    _log(movie, CHANGE, f"Taken from {film.source}: {', '.join(names)}.", by)
    return names


@repeat_on(ONE_LESSON)
@write
def _make(match_id: int, title: str, minutes: int, fields: Collection[str], by: User | None) -> Movie:
    match = lock_match(match_id)
    if match.movie_id is not None:
        raise AlreadyOurs(f"{match.film} is our film {match.movie}.")
    said = {name: value for name, value in facts_of(match.film).items() if name in fields}
    said.pop("duration_minutes", None)
    movie = create_movie(title=title, duration_minutes=minutes, **said)
    movie.refresh_from_db()
    _remember(movie, match.film, [Change(name, None, value) for name, value in said.items()], by)
    if facts_of(match.film).get("duration_minutes") == minutes:
        _remember(movie, match.film, [Change("duration_minutes", None, minutes)], by)
    _log(movie, ADDITION, f"Made of what {match.film.source} lists as “{match.film}”.", by)
    confirm(match_id=match_id, movie_id=movie.pk, by=by)
    return movie


def make_film(
    *, match_id: int, title: str, duration_minutes: int, fields: Collection[str] = (), by: User | None
) -> tuple[Movie, tuple[str, ...]]:
    """Make a new film of ours of a scraped one, coming soon, and confirm that they are the same.

    :param duration_minutes: as staff say it
    :param fields: which other facts to take over
    :return: the film, and in sentences what could not be had
    :raises UnknownMatch: if there is no such match
    :raises AlreadyOurs: if it is a film of ours already, as when this is repeated
    :raises Invalid: if a value is not valid
    """
    wanted, missing = set(fields), []
    if "poster" in wanted:
        for match in staging_rows([match_id]):
            if refusal := _no_poster(match.film):
                missing.append(refusal)
                wanted.discard("poster")
    return _make(match_id, title, duration_minutes, wanted, by), tuple(missing)


def _remember(movie: Movie, film: MarketFilm, changes: Iterable[Change], by: User | None) -> None:
    now = clock.now()
    TakenFact.objects.bulk_create(
        TakenFact(
            movie=movie,
            film=film,
            field=change.field,
            before=change.before,
            after=change.after,
            taken_at=now,
            taken_by=by,
        )
        for change in changes
    )


def _log(movie: Movie, flag: int, words: str, by: User | None) -> None:
    if by is not None:
        LogEntry.objects.log_actions(by.pk, [movie], flag, words, single_object=True)
