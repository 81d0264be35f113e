"""Our films, and every name under which a site may list them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cinema_project.common.words import typo_keys
from scraping.matching.cleaning import CUTS, numbers_in, title_words
from scraping.matching.vocabulary import STOPWORDS

HEAD, TAIL = 0.93, 0.90
"""What a part of a title counts: its beginning, its end."""


@dataclass(frozen=True, slots=True)
class Film:
    """One of our films, as far as it matters here. ``minutes`` is its length."""

    id: str
    title: str
    original_title: str = ""
    year: int | None = None
    director: str = ""
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a film. ``weight`` is less than 1 for a part of its title."""

    film: Film
    words: tuple[str, ...]
    text: str
    what: str
    weight: float = 1.0


def names_of(films: Sequence[Film]) -> Iterator[Name]:
    """Yield titles and original titles, then what stands before and after a colon where that names one film alone."""
    whole = {title_words(text) for film in films for text in (film.title, film.original_title) if text}
    parts: dict[tuple[str, ...], list[Name]] = defaultdict(list)
    for film in films:
        yield Name(film, title_words(film.title), film.title, "the title")
        if film.original_title and film.original_title != film.title:
            yield Name(film, title_words(film.original_title), film.original_title, "the original title")
        for text in {film.title, film.original_title}:
            for part in _parts(film, text):
                parts[part.words].append(part)
    for words, found in parts.items():
        if words not in whole and len({name.film.id for name in found}) == 1:
            yield found[0]


def _parts(film: Film, text: str) -> Iterator[Name]:
    pieces = [piece for piece in CUTS.split(text) if piece and len(piece) > 1]
    if len(pieces) < 2:
        return
    for cut in range(1, len(pieces)):
        head, tail = " ".join(pieces[:cut]), " ".join(pieces[cut:])
        yield Name(film, title_words(head), head, "the beginning of the title", HEAD)
        if sum(word not in STOPWORDS and not word.isdigit() for word in title_words(tail)) > 1:
            yield Name(film, title_words(tail), tail, "the end of the title", TAIL)


def keys_of(words: Iterable[str]) -> set[str]:
    told = [*words]
    telling = [word for word in told if word not in STOPWORDS] or told
    return {key for word in [*telling, "".join(told)] for key in typo_keys(word, 1)}


def families_of(names: Sequence[Name]) -> dict[tuple[str, ...], tuple[Film, ...]]:
    """Return the films whose titles begin alike, by year: ``Avatar``, then ``Avatar: The Way of Water``.

    A site may call the second one ``Avatar 2``. A family with a number in one of its titles is left out, as is one with
    two films of the same name: there nobody could say what the second is.
    """
    found: dict[tuple[str, ...], dict[str, tuple[Film, tuple[str, ...]]]] = defaultdict(dict)
    for film in {name.film.id: name.film for name in names}.values():
        words = title_words(film.title)
        pieces = [piece for piece in CUTS.split(film.title) if piece and len(piece) > 1]
        found[title_words(pieces[0]) if pieces else words][film.id] = (film, words)
    families: dict[tuple[str, ...], tuple[Film, ...]] = {}
    for head, members in found.items():
        titles = [words for _, words in members.values()]
        if len({*titles}) == len(titles) > 1 and not any(map(numbers_in, titles)):
            families[head] = tuple(sorted((film for film, _ in members.values()), key=lambda film: film.year or 0))
    return families
