"""What staff decide of scraped films, and what is learned of it: the same title is matched like that from then on."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from accounts.models import User
from catalog.models import Movie
from catalog.selectors.movies import MovieNotFound
from cinema_project.common import clock
from cinema_project.common.database import LARGEST_ID, repeat_on, write
from cinema_project.common.errors import Conflict, Invalid, NotFound
from scraping.models import FilmMatch, TitleLesson
from scraping.services.matches import match_films

ONE_LESSON = "one_lesson_of_a_title"


class UnknownMatch(NotFound):
    code = "unknown_match"


class UnknownLesson(NotFound):
    code = "unknown_lesson"


class DecidedMeanwhile(Conflict):
    """Somebody else decided of this film since it was shown."""

    code = "decided_meanwhile"


class NothingDecided(Invalid):
    code = "nothing_decided"


class FollowsLesson(Conflict):
    """The film follows what was decided of its title."""

    code = "follows_lesson"


@repeat_on(ONE_LESSON)
@write
def confirm(*, match_id: int, movie_id: int, by: User | None, seen: str = "") -> FilmMatch:
    """Say that a scraped film is this one of ours, whatever the matcher thinks. Twice is as good as once.

    :param seen: the ``version`` of the match that was shown; empty decides in any case
    :raises UnknownMatch: if there is no such match
    :raises DecidedMeanwhile: if somebody decided otherwise since it was shown
    :raises MovieNotFound: if there is no such film, or it is archived
    """
    match = _shown_match(match_id, seen, movie_id)
    if not Movie.objects.visible().filter(pk=min(movie_id, LARGEST_ID)).exists():
        raise MovieNotFound(f"Movie with id {movie_id} not found")
    return _decide(match, movie_id, by)


@repeat_on(ONE_LESSON)
@write
def reject(*, match_id: int, by: User | None, seen: str = "") -> FilmMatch:
    """Say that a scraped film is none of ours. Twice is as good as once. Takes and raises the same as ``confirm``."""
    return _decide(_shown_match(match_id, seen, None), None, by)


@repeat_on(ONE_LESSON)
@write
def reopen(*, match_id: int, by: User | None) -> FilmMatch:
    """Take back what was decided of a film, and what was learned of that; the matcher has it again.

    :raises UnknownMatch: if there is no such match
    :raises FollowsLesson: if nobody decided of this very film
    """
    match = lock_match(match_id)
    if match.lesson_id is not None:
        raise FollowsLesson(f"It follows a lesson: revoke “{match.lesson}”, or decide of this film itself.")
    if match.is_own_decision:
        was = match.movie_id
        _forget(match)
        if not _decided_alike(match).filter(Q(movie_id=was)).exists():
            _revoke([lesson for lesson in _lessons_of(match) if lesson.movie_id == was], by)
        _match_alike(match)
        match.refresh_from_db()
    return match


@write
def revoke_lesson(*, lesson_id: int, by: User | None) -> TitleLesson:
    """Learn otherwise: films that only followed this lesson are matched anew. Twice is as good as once.

    :raises UnknownLesson: if there is none
    """
    lesson = TitleLesson.objects.select_for_update().filter(pk=min(lesson_id, LARGEST_ID)).first()
    if lesson is None:
        raise UnknownLesson(f"There is no lesson {lesson_id}.")
    if lesson.revoked_at is None:
        _revoke([lesson], by)
        match_films(film_ids=_followers(lesson))
        lesson.refresh_from_db()
    return lesson


def lock_match(match_id: int) -> FilmMatch:
    """Queue for a match.

    :raises UnknownMatch: if there is none
    """
    rows = FilmMatch.objects.select_for_update(of=("self",)).select_related("film")
    match = rows.filter(pk=min(match_id, LARGEST_ID)).first()
    if match is None:
        raise UnknownMatch(f"There is no match {match_id}.")
    return match


def _shown_match(match_id: int, seen: str, movie_id: int | None) -> FilmMatch:
    match = lock_match(match_id)
    if seen and match.is_own_decision and match.version != seen and match.movie_id != movie_id:
        raise DecidedMeanwhile("Somebody else decided of this film meanwhile: look at it again.")
    return match


def _decide(match: FilmMatch, movie_id: int | None, by: User | None) -> FilmMatch:
    state = FilmMatch.State.CONFIRMED if movie_id else FilmMatch.State.REJECTED
    if match.is_own_decision and (match.state, match.movie_id) == (state, movie_id):
        return match
    match.state, match.movie_id, match.lesson = state, movie_id, None
    match.decided_at, match.decided_by = clock.now(), by
    match.save(update_fields=["state", "movie", "lesson", "decided_at", "decided_by"])
    _learn(match, by)
    _match_alike(match)
    return match


def _learn(match: FilmMatch, by: User | None) -> None:
    """Remember a decision for its title; where films of one title are decided in several ways, nothing is learned."""
    live = _lessons_of(match)
    contradicted = _decided_alike(match).exclude(Q(movie_id=match.movie_id, state=match.state)).exists()
    if not contradicted and any(lesson.movie_id == match.movie_id for lesson in live):
        return
    _revoke(live, by)
    if not contradicted:
        TitleLesson.objects.create(
            title=match.title_key,
            year=match.year,
            written=match.film.title,
            movie_id=match.movie_id,
            learned_at=clock.now(),
            learned_from=by,
        )


def _lessons_of(match: FilmMatch) -> list[TitleLesson]:
    live = TitleLesson.objects.filter(title=match.title_key, year=match.year, revoked_at=None)
    return list(live.select_for_update().order_by("pk"))


def _alike(match: FilmMatch) -> QuerySet[FilmMatch]:
    return FilmMatch.objects.filter(title_key=match.title_key, year=match.year).exclude(pk=match.pk)


def _decided_alike(match: FilmMatch) -> QuerySet[FilmMatch]:
    """Return what was decided of other films of this title, each by itself."""
    return _alike(match).filter(state__in=FilmMatch.BY_STAFF, lesson=None)


def _match_alike(match: FilmMatch) -> None:
    """Match again what has this title and was not decided by itself; also this film, if it is not."""
    itself = [] if match.is_own_decision else [match.film_id]
    others = _alike(match).exclude(state__in=FilmMatch.BY_STAFF, lesson=None)
    if concerned := [*itself, *others.values_list("film_id", flat=True)]:
        match_films(film_ids=concerned)


def _forget(match: FilmMatch) -> None:
    match.state, match.movie, match.lesson = FilmMatch.State.WAITING, None, None
    match.decided_at, match.decided_by = None, None
    match.save(update_fields=["state", "movie", "lesson", "decided_at", "decided_by"])


def _revoke(lessons: Collection[TitleLesson], by: User | None) -> None:
    TitleLesson.objects.filter(pk__in=[lesson.pk for lesson in lessons]).update(revoked_at=clock.now(), revoked_by=by)


def _followers(lesson: TitleLesson) -> list[int]:
    return list(FilmMatch.objects.filter(lesson=lesson).values_list("film_id", flat=True))
