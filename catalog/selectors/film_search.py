"""Films found by what people type: titles, names and genres, with typos, without accents, in any order."""

from collections.abc import Sequence
from typing import overload

from django.db.models import QuerySet

from catalog.models import Movie
from catalog.models.search import FilmText, FilmWord, TextField, WordKey
from catalog.selectors import ranking
from catalog.selectors.movies import visible_movies
from catalog.words import fold

IN_TITLE = 0.3
"""What the typed text standing in a title as it is adds to the score."""


class Films(Sequence[Movie]):
    """Films in a given order; only those of a slice are read, with their cast."""

    def __init__(self, ids: Sequence[int]) -> None:
        self.ids = ids

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, part: int) -> Movie: ...
    @overload
    def __getitem__(self, part: slice) -> list[Movie]: ...
    def __getitem__(self, part: int | slice) -> Movie | list[Movie]:
        if isinstance(part, int):
            return self[part : part + 1 or None][0]
        found = visible_movies().in_bulk(self.ids[part])
        return [found[pk] for pk in self.ids[part] if pk in found]


def matching(text: str, *, among: QuerySet[Movie] | None = None) -> Films:
    """Return the films that the text means, the best match first.

    :param among: the films to look among, by default all that are not archived
    """
    return Films(ids_of(text, among=Movie.objects.visible() if among is None else among))


def ids_of(text: str, *, among: QuerySet[Movie]) -> list[int]:
    """Return the ids of the films that the text means, the best match first; three queries at most."""
    asked = ranking.typed(text)
    if not asked.text:
        return []
    wanted = among.order_by().values("pk")
    keys = asked.keys()
    words = ranking.meant(asked, WordKey.objects.filter(key__in=list(keys)).values_list("key", "word")) if keys else {}
    titles: dict[int, str] = {}
    hits = []
    if words:
        rows = FilmWord.objects.filter(word__in=list(words), movie__in=wanted)
        for movie_id, word, weight, title in rows.values_list("movie_id", "word", "weight", "movie__title"):
            titles[movie_id] = title
            hits.append(ranking.Hit(movie_id, word, weight))
    found = ranking.scores(asked, words, hits)
    for movie_id, title in _titled(asked.text, wanted):
        titles[movie_id] = title
        found[movie_id] = found.get(movie_id, 0.0) + IN_TITLE
    return sorted(ranking.best(found), key=lambda pk: (-round(found[pk], 3), fold(titles[pk]), pk))


def _titled(folded: str, wanted: QuerySet[Movie, dict[str, int]]) -> QuerySet[FilmText, tuple[int, str]]:
    """Return the films with the text anywhere in a title, also where no word begins; one letter at its beginning."""
    part = {"folded__contains": folded} if len(folded) > 1 else {"folded__startswith": folded}
    titles = FilmText.objects.filter(field__in=(TextField.TITLE, TextField.ORIGINAL_TITLE), **part)
    return titles.filter(movie__in=wanted).values_list("movie_id", "movie__title").distinct()
