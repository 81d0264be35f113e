"""Which of our films the scraped ones are: matched as they come, and again when either side changes.

What staff decided of a film stays; what they decided of a title is followed wherever it appears (``decisions.py``).
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from catalog.models import Movie
from cinema_project.common import clock
from cinema_project.common.bulk import insert
from cinema_project.common.database import write
from scraping.matching.evidence import Evidence, weighed
from scraping.matching.films import Film
from scraping.matching.keys import title_key
from scraping.matching.matcher import Candidate, Match, Matcher, Scraped, Verdict, matcher_of
from scraping.models import FilmMatch, MarketFilm, TitleLesson

BATCH = 200
STATES = {
    Verdict.ACCEPT: FilmMatch.State.ACCEPTED,
    Verdict.ASK: FilmMatch.State.WAITING,
    Verdict.NONE: FilmMatch.State.NEW,
}
FOUND = ("state", "movie_id", "score", "reasons", "candidates", "title_key", "year", "lesson_id")
COLUMNS = (
    *("state", "movie", "score", "reasons", "candidates", "title_key", "year", "lesson"),
    *("facts_hash", "films_hash", "matched_at", "decided_at", "decided_by"),
)
Lessons = Mapping[tuple[str, int], TitleLesson]


@dataclass(frozen=True, slots=True)
class Matched:
    """What a matcher did: films it looked at, how many of them are matched otherwise now, and what they are to us."""

    looked_at: int
    changed: int
    by_state: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class House:
    """Our films, ready to be found, and what tells this catalogue from the one of another day."""

    matcher: Matcher
    films: Mapping[str, Film]
    hash: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A scraped film and the facts that count here."""

    pk: int
    scraped: Scraped
    key: tuple[str, int]
    hash: str


def match_films(*, source: str = "", film_ids: Collection[int] | None = None, again: bool = False) -> Matched:
    """Match the scraped films that are new or changed, or that our catalogue's changes concern.

    Any number may do so at once, and stop at any moment: what is done is done, the rest is due next time.

    :param source: only films of this site
    :param film_ids: only these scraped films
    :param again: also where nothing has changed; what staff decided stays all the same
    """
    house, lessons = our_films(), _live_lessons()
    due = list(_due(_seen(source, film_ids), house, lessons, again=again or film_ids is not None))
    changed, states = 0, Counter[str]()
    for at in range(0, len(due), BATCH):
        now = clock.now()
        rows = [_row(film, house, lessons, now) for film in due[at : at + BATCH]]
        changed += _store(rows)
        states.update(row.state for row in rows)
    return Matched(len(due), changed, dict(states))


def our_films() -> House:
    """Read the films that may be meant: all that are not archived."""
    names = ("pk", "title", "original_title", "release_date", "director", "duration_minutes")
    rows = list(Movie.objects.visible().order_by("pk").values_list(*names))
    films = [
        Film(str(pk), title, original, released and released.year, director or "", minutes)
        for pk, title, original, released, director, minutes in rows
    ]
    return House(matcher_of(films), {film.id: film for film in films}, _hash(rows))


def _live_lessons() -> Lessons:
    lessons = TitleLesson.objects.filter(revoked_at=None).select_related("movie")
    return {(lesson.title, lesson.year): lesson for lesson in lessons}


def _seen(source: str, film_ids: Collection[int] | None) -> Iterator[Seen]:
    films = MarketFilm.objects.exclude(title="").order_by("pk")
    films = films.filter(source=source) if source else films
    films = films if film_ids is None else films.filter(pk__in=film_ids)
    names = ("pk", "title", "page__director", "page__minutes", "page__released")
    for pk, title, director, minutes, released in films.values_list(*names).iterator(1000):
        scraped = Scraped(title, released and released.year, director or "", minutes)
        yield Seen(pk, scraped, title_key(title, scraped.year), _hash([title, scraped.year, director or "", minutes]))


def _hash(value: Any) -> str:
    return hashlib.blake2b(orjson.dumps(value), digest_size=16).hexdigest()


def _due(found: Iterable[Seen], house: House, lessons: Lessons, *, again: bool) -> Iterator[Seen]:
    films = list(found)
    few = len(films) <= BATCH
    matches = FilmMatch.objects.filter(film_id__in=[film.pk for film in films]) if few else FilmMatch.objects.all()
    known = {match.film_id: match for match in matches.select_related("lesson").defer("candidates", "reasons")}
    for film in films:
        match = known.get(film.pk)
        if match is None or match.facts_hash != film.hash or (again and not match.is_own_decision):
            yield film
        elif match.lesson is not None:
            if match.lesson.revoked_at is not None:
                yield film
        elif not match.is_own_decision and (match.films_hash != house.hash or film.key in lessons):
            yield film


def _row(film: Seen, house: House, lessons: Lessons, now: datetime) -> FilmMatch:
    """Return what a scraped film is to us, not yet stored."""
    found = house.matcher.match(film.scraped)
    row = FilmMatch(
        film_id=film.pk,
        state=STATES[found.verdict].value,
        score=found.score,
        reasons=list(found.reasons),
        candidates=[_told(one) for one in found.candidates],
        title_key=film.key[0],
        year=film.key[1],
        facts_hash=film.hash,
        films_hash=house.hash,
        matched_at=now,
    )
    if found.verdict is Verdict.ACCEPT and found.film is not None:
        row.movie_id = int(found.film.id)
    if film.key in lessons:
        _follow(row, lessons[film.key], film.scraped, found, house)
    return row


def _told(candidate: Candidate) -> dict[str, Any]:
    film = candidate.film
    return {
        "movie_id": int(film.id),
        "title": film.title,
        "year": film.year,
        "score": round(candidate.score, 3),
        "reasons": list(candidate.reasons),
    }


def _follow(row: FilmMatch, lesson: TitleLesson, scraped: Scraped, found: Match, house: House) -> None:
    """Do as staff did with this title, unless the facts of this film speak against it."""
    ours = house.films.get(str(lesson.movie_id)) if lesson.movie_id else None
    learned = f"{lesson.movie}" if lesson.movie else "none of ours"
    if ours is not None:
        said = Evidence(scraped.year, scraped.director, scraped.minutes)
        against = weighed(said, Evidence(ours.year, ours.director, ours.minutes))
        if against.factor < 1:
            row.state, row.movie_id = FilmMatch.State.WAITING.value, None
            row.reasons = [f"Staff decided of this title: {learned}. Its facts say otherwise.", *against.reasons]
            return
    row.state = (FilmMatch.State.CONFIRMED if lesson.movie_id else FilmMatch.State.REJECTED).value
    row.movie_id, row.lesson, row.decided_at = lesson.movie_id, lesson, lesson.learned_at
    row.reasons = [f"Staff decided of this title: {learned}.", *found.reasons]


@write
def _store(rows: list[FilmMatch]) -> int:
    """Store what was found, but for what staff decided meanwhile; return how many rows that changed."""
    wanted = [row.movie_id for row in rows if row.movie_id]
    there = {*Movie.objects.filter(pk__in=wanted).values_list("pk", flat=True), None}
    rows = [row for row in rows if row.movie_id in there]  # the others are due again: our films have changed
    matches = FilmMatch.objects.filter(film_id__in=[row.film_id for row in rows])
    known = {*matches.values_list("film_id", flat=True)}
    new = [row for row in rows if row.film_id not in known]
    insert(new, may_be_there=True)
    stored = {match.film_id: match for match in matches.select_for_update().order_by("film_id")}
    different = [match for row in rows if (match := _brought_up_to_date(stored[row.film_id], row))]
    FilmMatch.objects.bulk_update([match for match, _ in different], COLUMNS, batch_size=BATCH)
    return len(new) + sum(is_other for _, is_other in different)


def _brought_up_to_date(stored: FilmMatch, row: FilmMatch) -> tuple[FilmMatch, bool] | None:
    """Put into a stored match what was found, unless a person decided of it; tell whether it is another match now."""
    if stored.is_own_decision and (stored.title_key, stored.year) == (row.title_key, row.year):
        if stored.facts_hash == row.facts_hash:
            return None
        stored.facts_hash = row.facts_hash
        return stored, False
    is_other = any(getattr(stored, name) != getattr(row, name) for name in FOUND)
    if not is_other and (stored.facts_hash, stored.films_hash) == (row.facts_hash, row.films_hash):
        return None
    row.pk = stored.pk
    return row, is_other
