"""Films found by what people type: titles, names and genres, with typos, without accents, in any order."""

from collections.abc import Iterable, Iterator, Sequence
from typing import overload

from django.db.models import QuerySet

from catalog.models import Movie
from catalog.models.search import FilmText, FilmWord, TextField, WordKey
from catalog.selectors import ranking

IN_TITLE = 0.3
"""What the typed text standing in a title as it is adds to the score."""
PART_FROM = 4
"""So long a text is also looked for inside the words of titles, a shorter one only when no word begins with it."""


class Films(Sequence[Movie]):
    """Films in a given order; only those of a slice are read."""

    def __init__(self, ids: Sequence[int]) -> None:
        self.ids = ids

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[Movie]:
        return iter(self[:])

    @overload
    def __getitem__(self, part: int) -> Movie: ...
    @overload
    def __getitem__(self, part: slice) -> list[Movie]: ...
    def __getitem__(self, part: int | slice) -> Movie | list[Movie]:
        if isinstance(part, int):
            return self[part : part + 1 or None][0]
        found = Movie.objects.visible().in_bulk(self.ids[part])
        return [found[pk] for pk in self.ids[part] if pk in found]


def matching(text: str, *, among: QuerySet[Movie] | None = None) -> Films:
    """Return the films that the text means, the best match first.

    :param among: the films to look among, by default all that are not archived
    """
    return Films(ids_of(text, among=among))


def ids_of(text: str, *, among: QuerySet[Movie] | None = None) -> list[int]:
    """Return the ids of the same films; four queries, seldom five."""
    among = Movie.objects.visible() if among is None else among
    asked = ranking.typed(text)
    found = ranking.scores(asked, *_hits(asked))
    if not found or len(asked.text) >= PART_FROM:
        for movie_id in _titled(asked.text):
            found[movie_id] = found.get(movie_id, 0.0) + IN_TITLE
    likely = {movie_id for movie_id, score in found.items() if score >= ranking.LEAST}
    best = ranking.best({movie_id: found[movie_id] for movie_id in _by_title(likely, among)})
    return sorted(best, key=lambda movie_id: -round(best[movie_id], 3))


def _by_title(ids: set[int], among: QuerySet[Movie]) -> list[int]:
    if not ids:
        return []
    return [*among.filter(pk__one_of=ids).order_by("title", "pk").values_list("pk", flat=True)]


def _hits(asked: ranking.Typed) -> tuple[ranking.Meant, Iterable[ranking.Hit]]:
    """Return the words that may be meant, and the films that have them."""
    keys = list(asked.keys())
    if not keys:
        return {}, []
    known = list(WordKey.objects.filter(key__one_of=keys).values_list("key", "word"))
    words, hits = _had(asked, known)
    if gone := asked.forms.keys() & words.keys() - {word for _, word, _ in hits}:
        # Keys stay when the last film of a word has lost it. What was typed is no word then, and may be a typo.
        words, hits = _had(asked, [(key, word) for key, word in known if word not in gone])
    return words, hits


def _had(asked: ranking.Typed, known: Iterable[tuple[str, str]]) -> tuple[ranking.Meant, list[ranking.Hit]]:
    words = ranking.meant(asked, known)
    return words, list(FilmWord.objects.filter(word__one_of=words).values_list("movie_id", "word", "weight"))


def _titled(folded: str) -> Iterable[int]:
    """Return the films with the text anywhere in a title, also where no word begins; one letter at its beginning."""
    if not folded:
        return []
    part = {"folded__contains": folded} if len(folded) > 1 else {"folded__startswith": folded}
    titles = FilmText.objects.filter(field__in=(TextField.TITLE, TextField.ORIGINAL_TITLE), **part)
    return titles.values_list("movie_id", flat=True).distinct()
