"""From what a site wrote to what it may mean: a title without its garnish, in every way in which it can be cut."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from cinema_project.common.words import WORD, fold
from scraping.matching.vocabulary import (
    CONNECTIVES,
    EDGES,
    EVENTS,
    NOISE,
    PHRASES,
    RELEASED_AGAIN,
    STRANDS,
)

BRACKETS = re.compile(r"[(\[{（【]([^()\[\]{}（）【】]*)[)\]}）】]")  # noqa: RUF001  # also full-width ones
YEAR = re.compile(r"(?<!\d)(18[89]\d|19\d\d|20\d\d)(?!\d)")
PRESENTED = re.compile(r"\s+(?:presents?|introduces|prasentiert|zeigt)\s*[:,]?\s+", re.IGNORECASE)
CUTS = re.compile(r"\s*[:|]\s*|\s+[-–—]\s+|\s*[–—]\s*|\s+(?P<bill>[+/])\s+|\s+(?P<with>with|w/)\s+", re.IGNORECASE)
POSSESSIVE = re.compile(r"([^:|]{3,40}?)['’]s\s+(.+)")
SIGNS = str.maketrans({"½": " 1/2", "²": " 2", "³": " 3", "&": " and ", "’": "'", "…": " "})
OWNED = re.compile(r"'(?=s\b|\W|$)")
"""An apostrophe that people leave out: ``Pan's`` and ``Pans``, ``Singin'`` and ``Singin``."""
MARKERS = frozenset(("part", "pt", "chapter", "vol", "volume", "episode", "ep", "teil", "partie"))
WRITTEN = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
ROMANS = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
COUNTED = ROMANS | {"i": "1", "v": "5", "x": "10"}
COUNTED |= {word: str(number) for number, word in enumerate(WRITTEN, 1)}
MOST_CUTS, LONGEST = 8, 300


class Rest(StrEnum):
    """What stands beside a title is."""

    GARNISH = "garnish"
    STRAND = "the name of a series"
    BILL = "perhaps a second film"
    COMPANY = "unknown company"
    UNKNOWN_BEFORE = "unknown, before the title"
    UNKNOWN_IN_BRACKETS = "unknown, in brackets"
    UNKNOWN_AFTER = "unknown, after the title: perhaps another part"
    EVENT = "an event, not the film"


LEAVES = {
    Rest.GARNISH: 1.0,
    Rest.STRAND: 0.985,
    Rest.BILL: 0.8,
    Rest.COMPANY: 0.7,
    Rest.UNKNOWN_BEFORE: 0.88,
    Rest.UNKNOWN_IN_BRACKETS: 0.93,
    Rest.UNKNOWN_AFTER: 0.55,
    Rest.EVENT: 0.3,
}
"""What each leaves of the score."""

UNKNOWN = {
    "before": Rest.UNKNOWN_BEFORE,
    "after": Rest.UNKNOWN_AFTER,
    "brackets": Rest.UNKNOWN_IN_BRACKETS,
    "bill": Rest.BILL,
    "with": Rest.COMPANY,
}


@dataclass(frozen=True, slots=True)
class Leftover:
    """A piece that is not part of the title as read."""

    text: str
    words: tuple[str, ...]
    kind: str
    """``before``, ``after``, ``brackets``, ``bill`` (after a plus or slash) or ``with`` (after this word)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read what a site wrote: these words are the title, and the rest is something else."""

    text: str
    words: tuple[str, ...]
    leftovers: tuple[Leftover, ...]
    year: int | None = None
    person: str = ""
    released_again: bool = False
    bare_year: bool = False
    """The year stood in the title without brackets: it might belong to it."""


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    kind: str = "after"


@lru_cache(maxsize=20_000)
def title_words(text: str) -> tuple[str, ...]:
    """Return a title's words, folded; parts in figures: ``Part II``, ``Vol. 2``, ``Chapter Two`` are ``2``."""
    words = WORD.findall(fold(OWNED.sub("", text.translate(SIGNS))))
    found: list[str] = []
    for place, word in enumerate(words):
        following = words[place + 1] if place + 1 < len(words) else ""
        before = words[place - 1] if place else ""
        if word in MARKERS and (following in COUNTED or following.isdigit()):
            continue
        if before in MARKERS and word in COUNTED:
            found.append(COUNTED[word])
        elif place and word in ROMANS:
            found.append(ROMANS[word])
        else:
            found.append(word)
    return tuple(found)


def numbers_in(words: Sequence[str]) -> tuple[int, ...]:
    """Return which part a title names: its numbers below 100, but for a 1, which is often left out."""
    return tuple(
        sorted(int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 3 and word != "1")
    )


def readings(raw: str) -> list[Reading]:
    """Return every way to read what a site wrote, the whole of it first."""
    text = PRESENTED.sub(" presents: ", " ".join(raw[:LONGEST].translate(SIGNS).split()))
    text, brackets, year = _without_brackets(text)
    again = bool(RELEASED_AGAIN.search(" ".join(WORD.findall(fold(raw.translate(SIGNS))))))
    pieces = _pieces(text)
    found = [
        Reading(joined, words, (*brackets, *leftovers), year, "", again)
        for joined, leftovers in _cuts(pieces)
        for words in _stripped(joined)
    ]
    return list(dict.fromkeys([*found, *_with_bare_year(found), *_of_somebody(found)]))


def _without_brackets(text: str) -> tuple[str, tuple[Leftover, ...], int | None]:
    """Take brackets out: a year in them is the film's, garnish is dropped, the rest may be a name or another title."""
    leftovers: list[Leftover] = []
    year: int | None = None
    for content in BRACKETS.findall(text):
        if found := YEAR.search(content):
            year = int(found[1])
        words = tuple(WORD.findall(fold(YEAR.sub(" ", content).replace(".", "").translate(SIGNS))))
        if words:
            leftovers.append(Leftover(content, words, "brackets"))
    bare = BRACKETS.sub(" ", text).strip()
    return (" ".join(bare.split()), tuple(leftovers), year) if bare else (text, (), None)


def _pieces(text: str) -> list[Piece]:
    pieces: list[Piece] = []
    start, kind = 0, "after"
    for cut in CUTS.finditer(text):
        pieces.append(Piece(text[start : cut.start()], kind))
        start, kind = cut.end(), "bill" if cut["bill"] else "with" if cut["with"] else "after"
    pieces.append(Piece(text[start:], kind))
    return [piece for piece in pieces if WORD.search(piece.text)][:MOST_CUTS]


def _cuts(pieces: list[Piece]) -> Iterator[tuple[str, tuple[Leftover, ...]]]:
    """Yield each run of neighbouring pieces as the title, the longest first, with what stands before and after it."""
    spans = [(start, end) for start in range(len(pieces)) for end in range(start + 1, len(pieces) + 1)]
    for start, end in sorted(spans, key=lambda span: span[0] - span[1]):
        before = [Leftover(piece.text, _plain(piece.text), "before") for piece in pieces[:start]]
        after = [Leftover(piece.text, _plain(piece.text), piece.kind) for piece in pieces[end:]]
        joined = [f"with {piece.text}" if piece.kind == "with" else piece.text for piece in pieces[start:end]]
        yield " ".join(joined), (*before, *after)


def _plain(text: str) -> tuple[str, ...]:
    return tuple(WORD.findall(fold(text.replace(".", ""))))


def _stripped(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of a title as they stand, and without the garnish at its ends."""
    whole = title_words(text)
    yield whole
    folded = " ".join(WORD.findall(fold(OWNED.sub("", text))))
    while (shorter := _shorter(folded)) != folded and shorter:
        folded = shorter
    words = title_words(folded)
    if words != whole:
        yield words
    if len(words) > 1 and words[-1] == "1":
        yield words[:-1]  # the first part is often called so only once there is a second


def _shorter(folded: str) -> str:
    for phrase in PHRASES.finditer(folded):
        if phrase.start() == 0 or phrase.end() == len(folded):
            return (folded[: phrase.start()] + folded[phrase.end() :]).strip()
    words = folded.split()
    if len(words) > 1 and words[-1] in EDGES:
        return " ".join(words[:-1])
    if len(words) > 1 and words[0] in EDGES:
        return " ".join(words[1:])
    return folded


def _with_bare_year(found: list[Reading]) -> Iterator[Reading]:
    """Yield the readings in which a year at the end is no part of the title: ``West Side Story 1961``."""
    for reading in found:
        if len(reading.words) > 1 and YEAR.fullmatch(reading.words[-1]):
            year = reading.year or int(reading.words[-1])
            yield replace(reading, words=reading.words[:-1], year=year, bare_year=True)


def _of_somebody(found: list[Reading]) -> Iterator[Reading]:
    """Yield the readings in which somebody's name comes first: ``John Carpenter's Halloween``."""
    for reading in found:
        if named := POSSESSIVE.fullmatch(reading.text):
            words = title_words(named[2])
            if words and words != reading.words:
                yield replace(reading, text=named[2], words=words, person=named[1])


def rest_of(leftover: Leftover, known: frozenset[str]) -> Rest:
    """Say what a leftover is, beside a film with these words in its names and makers."""
    words = [word for word in leftover.words if word not in known]
    if not words or all(word in CONNECTIVES for word in words):
        return Rest.GARNISH
    if _is_garnish(words):
        return Rest.STRAND if leftover.kind == "before" else Rest.GARNISH
    if EVENTS.intersection(PHRASES.sub(" ", " ".join(words)).split()):
        return Rest.EVENT
    if leftover.kind == "before" and STRANDS.intersection(words):
        return Rest.STRAND
    if STRANDS.issuperset(word for word in words if word not in NOISE):
        return Rest.STRAND
    return UNKNOWN[leftover.kind]


def _is_garnish(words: Sequence[str]) -> bool:
    joined = " ".join(words)
    together = ["".join(pair) for pair in pairwise(words)]
    rest = PHRASES.sub(" ", joined).split()
    return all(word in NOISE or (word.isdigit() and len(word) < 4) for word in rest) or any(
        word in EDGES for word in together
    )
