"""Makes what searches look into (models/search.py) from films and their cast; also for migrations."""

from collections.abc import Callable, Collection, Container, Iterator
from typing import Any

from django.apps.registry import Apps

from catalog.models import Movie
from catalog.models.search import TextField
from cinema_project.common.words import fold, keys_of, run_together, typo_keys, words_of

AT_ONCE = 200
ROWS_AT_ONCE = 2000
WORDS_AT_ONCE = 500
"""A word has at most 36 keys, and SQLite takes 32,766 values in a statement."""


def rewrite(registry: Apps, ids: Collection[int] | None = None) -> int:
    """Index the films of these ids anew, or all; return how many there were.

    :param registry: where the models are found: a migration has its own
    """
    films = registry.get_model("catalog", "Movie")._base_manager.order_by("pk").prefetch_related("cast_members")
    wanted = sorted(ids) if ids is not None else list(films.values_list("pk", flat=True))
    if ids is None:
        for name in ("FilmText", "FilmWord", "WordKey"):
            registry.get_model("catalog", name).objects.all().delete()
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        # The lock: of two who index a film at once the second must see what the first wrote.
        locked = list(films.filter(pk__in=some).select_for_update())
        for name in ("FilmText", "FilmWord"):  # also those of films that are gone
            registry.get_model("catalog", name).objects.filter(movie__in=some).delete()
        _write(locked, registry)
    return len(wanted)


def _write(films: list[Any], registry: Apps) -> None:
    texts, words, keys = (registry.get_model("catalog", name) for name in ("FilmText", "FilmWord", "WordKey"))
    texts.objects.bulk_create(
        [texts(movie=film, field=field, folded=folded) for film in films for field, folded in folded_fields(film)],
        batch_size=ROWS_AT_ONCE,
    )
    found = {film.pk: weighed_words(film) for film in films}
    joined = {film.pk: joined_words(film, found[film.pk]) for film in films}
    words.objects.bulk_create(
        [
            words(movie_id=pk, word=word, weight=weight)
            for pk, own in found.items()
            for word, weight in (own | joined[pk]).items()
        ],
        batch_size=ROWS_AT_ONCE,
    )
    _know({word for of in found.values() for word in of}, keys_of, keys)
    _know({word for of in joined.values() for word in of}, typo_keys, keys)


def _know(words: set[str], keys_for: Callable[[str], frozenset[str]], keys: Any) -> None:
    """Add the keys of new words, always in one order: two who add the same do not wait for each other crosswise."""
    in_order = sorted(words)
    new: set[tuple[str, str]] = set()
    for start in range(0, len(in_order), WORDS_AT_ONCE):
        some = in_order[start : start + WORDS_AT_ONCE]
        wanted = {(key, word) for word in some for key in keys_for(word)}
        there = keys.objects.filter(key__in={key for key, _ in wanted}, word__in=some).values_list("key", "word")
        new |= wanted - set(there)
    rows = [keys(key=key, word=word) for key, word in sorted(new)]
    keys.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE, ignore_conflicts=True)


def folded_fields(film: Movie) -> Iterator[tuple[str, str]]:
    """Yield each field that can be searched for a part of it, and its folded text."""
    for field in TextField.values:
        value = _value(film, field)
        lines = value if isinstance(value, list) else [value or ""]
        yield field, "\n".join(map(fold, lines))


def weighed_words(film: Movie) -> dict[str, float]:
    """Return the words by which the film is found, with their weights."""
    sources = [
        (_weight(film.title), words_of(film.title)),
        (_weight(film.original_title) - 0.02, words_of(film.original_title)),
        (0.72, words_of(film.director or "")),
        (0.7, [word for name in _value(film, TextField.CAST) for word in words_of(name)]),
        (0.6, [word for genre in film.genre for word in words_of(str(genre))]),
        (0.5, [str(film.release_date)[:4]] if film.release_date else []),
    ]
    # The first source counts that has the word.
    return {word: weight for weight, words in reversed(sources) for word in words}


def joined_words(film: Movie, but: Container[str]) -> dict[str, float]:
    """Return what a title becomes when spaces are forgotten. Nobody means it by its beginning alone."""
    titles = (film.original_title, film.title)
    joined = {word: _weight(title) for title in titles for word in run_together(words_of(title))}
    return {word: weight for word, weight in joined.items() if word not in but}


def _weight(title: str) -> float:
    """Of two titles that have a word, the shorter one is meant."""
    return 1 - min(len(words_of(title)), 10) / 100


def _value(film: Movie, field: str) -> Any:
    if field == TextField.CAST:
        return list(dict.fromkeys(member.actor_name for member in film.cast_members.all()))
    if field == TextField.GENRE:
        return [str(genre) for genre in film.genre]
    return getattr(film, field)
