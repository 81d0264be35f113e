"""What somebody who is typing may be after: titles and names, found as films are, typos and all."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from catalog.models import CastMember, Movie
from catalog.selectors import film_search, ranking
from cinema_project.common.words import fold, words_of

MOST = 8
FILMS = 30
"""Titles and names are taken from so many films, those that fit best."""
WEIGHTS = {"movie": 1.0, "person": 0.9}
BEGINS, INSIDE = 0.6, 0.3
"""What the typed text adds to the score where a title or name begins with it, or has it in the middle."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A title, or the name of a person, with the films that have it, the best match first."""

    kind: str
    text: str
    movie_ids: list[int]


def suggestions(text: str) -> list[Suggestion]:
    """Return at most ``MOST`` titles and names that may be meant, the likeliest first; six queries at most."""
    asked = ranking.typed(text)
    ids = film_search.ids_of(text, among=Movie.objects.visible())[:FILMS]
    films: dict[tuple[str, str], list[int]] = defaultdict(list)
    spellings: dict[tuple[str, str], set[str]] = defaultdict(set)
    for movie_id, kind, name, spelling in _named(ids):
        films[kind, name].append(movie_id)
        spellings[kind, name].add(spelling)
    names = list(films)
    best = ranking.best(_scores(asked, [(WEIGHTS[name[0]], spellings[name]) for name in names]))
    order = sorted(best, key=lambda place: (-round(best[place], 3), names[place]))
    return [Suggestion(*names[place], list(dict.fromkeys(films[names[place]]))) for place in order[:MOST]]


def _named(ids: Sequence[int]) -> Iterator[tuple[int, str, str, str]]:
    """Yield what the films are named, and who is in them: (film, kind, name, how it may be typed)."""
    films = Movie.objects.filter(pk__in=ids).values_list("pk", "title", "original_title", "director")
    titles = {movie_id: (title, original_title) for movie_id, title, original_title, _ in films}
    people = {movie_id: [director] if director else [] for movie_id, _, _, director in films}
    parts = CastMember.objects.filter(movie__in=ids).order_by("order", "pk")
    for movie_id, name in parts.values_list("movie_id", "actor_name"):
        people.setdefault(movie_id, []).append(name)
    for movie_id in filter(titles.__contains__, ids):
        title, original_title = titles[movie_id]
        yield movie_id, "movie", title, title
        yield movie_id, "movie", title, original_title
        yield from ((movie_id, "person", name, name) for name in people[movie_id])


def _scores(asked: ranking.Typed, names: Sequence[tuple[float, set[str]]]) -> dict[int, float]:
    """Return how well each name fits, by its place."""
    hits = [
        (place, word, weight)
        for place, (weight, spellings) in enumerate(names)
        for spelling in spellings
        for word in words_of(spelling)
    ]
    found = ranking.scores_of(asked, hits)
    for place, (weight, spellings) in enumerate(names):
        found[place] = found.get(place, 0.0) + weight * max(_whole(asked.text, fold(one)) for one in spellings)
    return found


def _whole(typed: str, name: str) -> float:
    if name.startswith(typed):
        return BEGINS
    return INSIDE if len(typed) > 1 and typed in name else 0.0
