"""What was typed against what there is: which words are meant, and which rows they fit best."""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, KeysView
from dataclasses import dataclass

from cinema_project.common.words import BEGINS, WORD, closeness, fold, keys_of, typo_keys

MOST_WORDS = 8
LONGEST_RUN = 3
DOUBTED = 0.6
"""How much a likely typo still counts when what was typed is itself a word, unless that is a ``SHORT`` one."""
SHORT = 3
UNKNOWN = 0.6
"""How much a word that fits nothing weighs against those that do."""
LEAST = 0.25
"""A row that fits less is not what was looked for, and so is one half as good as the best."""
Meant = dict[str, dict[str, float]]
"""Each word that may be meant -> what was typed -> how close that is."""
Hit = tuple[int, str, float]
"""A row, a word of it, and what that word weighs."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The words of a search. ``forms`` says which of them each spelling stands for: ``hitch hiker`` is one, too."""

    text: str
    words: list[str]
    forms: dict[str, set[int]]

    def keys(self) -> dict[str, list[str]]:
        """Return the keys to look up, each with the forms that it comes from."""
        found: dict[str, list[str]] = defaultdict(list)
        for form, places in self.forms.items():
            for key in typo_keys(form, 2 if len(places) == 1 else 1):
                found[key].append(form)
        return found


def typed(text: str) -> Typed:
    """Read a search; of a long one the first eight words."""
    folded = fold(text)
    words = list(dict.fromkeys(WORD.findall(folded)))[:MOST_WORDS]
    forms: dict[str, set[int]] = defaultdict(set)
    for length in range(1, LONGEST_RUN + 1):
        for start in range(len(words) - length + 1):
            forms["".join(words[start : start + length])].update(range(start, start + length))
    return Typed(folded, words, dict(forms))


def meant(asked: Typed, known: Iterable[tuple[str, str]]) -> Meant:
    """Return the words that may be meant.

    :param known: (key, word) of every word that has one of ``asked.keys()``
    """
    forms = asked.keys()
    found: Meant = defaultdict(dict)
    for key, word in known:
        for form in forms.get(key, ()):
            if close := closeness(form, word):
                found[word][form] = close
    trusted = {word: _trusted(asked, word, close_to, found.keys()) for word, close_to in found.items()}
    return {word: close_to for word, close_to in trusted.items() if close_to}


def _trusted(asked: Typed, word: str, close_to: dict[str, float], known: KeysView[str]) -> dict[str, float]:
    """Believe that what was typed is no typo when it is itself a word."""
    forms = {
        form: 1.0 if form == word or form not in known else _doubt(asked, form, close_to[form]) for form in close_to
    }
    return {form: close_to[form] * doubt for form, doubt in forms.items() if doubt}


def _doubt(asked: Typed, form: str, close: float) -> float:
    """Return how much another word than the very one that was typed still counts."""
    if close >= BEGINS and form == asked.words[-1]:
        return 1.0  # still being typed, perhaps
    return DOUBTED if len(form) > SHORT else 0.0


def known_by(asked: Typed, words: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield what ``meant`` wants to know, from words at hand."""
    keys = asked.keys().keys()
    for word in words:
        yield from ((key, word) for key in keys_of(word) & keys)


def scores(asked: Typed, words: Meant, hits: Iterable[Hit]) -> dict[int, float]:
    """Return how well each row fits, from 0 to 1: a rare word tells more than one that many rows have."""
    fits: list[dict[int, float]] = [{} for _ in asked.words]
    means = {word: [(fits[place], close) for place, close in _places(asked, forms)] for word, forms in words.items()}
    for row_id, word, weight in hits:
        for fit, close in means[word]:
            if fit.get(row_id, 0.0) < close * weight:
                fit[row_id] = close * weight
    tells = [1 / (1 + math.log(_sure(fit))) if fit else UNKNOWN for fit in fits]
    found: dict[int, float] = defaultdict(float)
    for fit, tell in zip(fits, tells, strict=True):
        share = tell / sum(tells)
        for row_id, score in fit.items():
            found[row_id] += score * share
    return found


def _places(asked: Typed, close_to: dict[str, float]) -> Iterator[tuple[int, float]]:
    """Yield each word that was typed, by its place, for which another stands, and how close that is."""
    for form, close in close_to.items():
        yield from ((place, close) for place in asked.forms[form])


def scores_of(asked: Typed, hits: Collection[Hit]) -> dict[int, float]:
    """Return how well rows fit whose words are all at hand."""
    words = meant(asked, known_by(asked, {word for _, word, _ in hits}))
    return scores(asked, words, [hit for hit in hits if hit[1] in words])


def best(found: dict[int, float]) -> dict[int, float]:
    """Leave out the rows that fit much less than the best."""
    least = max([LEAST, *(score / 2 for score in found.values())])
    return {row_id: score for row_id, score in found.items() if score >= least}


def _sure(fit: dict[int, float]) -> int:
    """Count the rows that have the very word: those that only resemble it make it no less rare."""
    least = 0.75 * max(fit.values())
    return len([score for score in fit.values() if score > least])
