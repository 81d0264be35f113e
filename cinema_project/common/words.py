"""Words as a search compares them: without case, accents and marks, and with room for typos.

Two words that are at most two slips apart share a *key*: what is left when up to two letters of each are taken away.
Keys are looked up as they stand, so a typo costs any database no more than an exact word (docs/decisions/0007).
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations, groupby, pairwise

LONGEST = 40
KEYED = 7
"""Keys are made of so many letters of a word: what follows is compared afterwards."""
SPELLED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "’": "'"})  # noqa: RUF001
CYRILLIC = str.maketrans(
    dict(zip("абвгґдезиіклмнопрстуфъыьэє", [*"abvggdeziiklmnoprstuf", "", "y", "", "e", "e"], strict=True))
    | {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya"}  # noqa: RUF001
)
BEGINS = 0.75
"""The closeness from which on a word begins with what was typed; below it there are typos."""
WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Return the text in small letters without accents, Cyrillic in Latin letters, with single spaces."""
    if text.isascii():  # nothing of what follows has to do with it
        return " ".join(text.replace("\0", " ").lower().split())
    spelled = text.replace("\0", " ").casefold().translate(SPELLED)
    apart = unicodedata.normalize("NFKD", spelled).casefold()  # again: ™ comes apart into capitals
    plain = apart if apart.isascii() else "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(plain.translate(CYRILLIC).split())


@lru_cache(maxsize=20_000)
def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text, then what also counts as one: ``Hitch-Hiker`` as hitchhiker, ``F. W.`` as fw."""
    chunks = [WORD.findall(chunk) for chunk in fold(text).split()]
    parts = [part for chunk in chunks for part in chunk]
    whole = ["".join(chunk) for chunk in chunks if len(chunk) > 1]
    initials = ["".join(run) for single, run in groupby(parts, key=lambda part: len(part) == 1) if single]
    return tuple(dict.fromkeys(word[:LONGEST] for word in [*parts, *whole, *initials]))


def run_together(words: Sequence[str]) -> Iterator[str]:
    """Yield neighbouring words as one, and all of them, as where spaces were forgotten."""
    for first, second in pairwise(words):
        yield (first + second)[:LONGEST]
    if len(words) > 2:
        yield "".join(words)[:LONGEST]


@lru_cache(maxsize=20_000)
def keys_of(word: str) -> frozenset[str]:
    """Return the keys under which a word is found: its beginnings, and those for typos."""
    return typo_keys(word).union(word[:length] for length in range(min(2, len(word)), KEYED + 1))


@lru_cache(maxsize=20_000)
def typo_keys(word: str, most: int = 2) -> frozenset[str]:
    """Return what remains of the word's beginning without any one letter, in longer words without any ``most``."""
    start = word[:KEYED]
    return frozenset(
        "".join(kept)
        for missing in range(min(slips(word), most) + 1)
        for kept in combinations(start, len(start) - missing)
    )


def slips(word: str) -> int:
    """Return how many typos a word may have and still be meant."""
    return 0 if len(word) < 3 else 1 if len(word) < 6 else 2


@lru_cache(maxsize=20_000)
def closeness(typed: str, word: str) -> float:
    """Return how likely the word is meant by what was typed: 1 the same, 0 another."""
    if word == typed:
        return 1.0
    if word.startswith(typed):
        return BEGINS + 0.2 * len(typed) / len(word)
    distance, to_beginning = distances(typed, word)
    if distance <= max(slips(typed), slips(word) if len(typed) > 3 else 0):
        return 1.0 - 0.26 * distance - (0.05 if typed[:1] != word[:1] else 0)
    return 0.45 if len(typed) > 4 and to_beginning == 1 else 0.0


def distances(typed: str, word: str) -> tuple[int, int]:
    """Return the number of slips (a letter more, less, other, or two swapped) to the word, and to a beginning of it."""
    before: list[int] = []
    row = list(range(len(word) + 1))
    for at, letter in enumerate(typed, 1):
        two_before, before, row = before, row, [at]
        for to, other in enumerate(word, 1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != other))
            if at > 1 and to > 1 and letter == word[to - 2] and typed[at - 2] == other:
                cost = min(cost, two_before[to - 2] + 1)
            row.append(cost)
    return row[-1], min(row)
