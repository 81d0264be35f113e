"""How alike a title as read and the name of a film are."""

from collections.abc import Sequence

from cinema_project.common.words import distances, slips
from scraping.matching.cleaning import CUTS, numbers_in
from scraping.matching.films import Name
from scraping.matching.vocabulary import STOPWORDS

NEARLY = 0.97
"""The most for titles that are not the same in every letter."""
OTHER_PART, COUNTED, GOES_ON = 0.45, 0.9, 0.8
"""What another number leaves, a number that the name merely lacks, and further words after the whole name."""
LIGHT = 0.2
"""What a little word weighs beside another."""


def alike(read: Sequence[str], name: Name, known: frozenset[str]) -> tuple[float, str]:
    """Return how alike a title as read and a name are (0 to 1), and a sentence."""
    shown = f"{name.what} “{name.text}”"
    if tuple(read) == name.words or "".join(read) == "".join(name.words):
        return 1.0, f"The same as {shown}."
    share = _share_in_common(read, name.words, known)
    if numbers_in(read) != numbers_in(name.words):
        if not _only_counts(read, name):
            return share * OTHER_PART, f"Another part than {shown}."
        return COUNTED, f"The same as {shown}, with the part's number."
    if tuple(read[: len(name.words)]) == name.words and not known.issuperset(read):
        return share * GOES_ON, f"Begins like {shown}, but goes on."
    return min(share, NEARLY), f"{share:.0%} of the words of {shown}."


def _only_counts(read: Sequence[str], name: Name) -> bool:
    """Say whether only the number of a part was put into a title that has none: ``Top Gun 2: Maverick``."""
    added = [word for word in read if word not in name.words]
    named = [word for word in read if word in name.words]
    return len(added) == 1 and added[0].isdigit() and tuple(named) == name.words and bool(CUTS.search(name.text))


def _share_in_common(read: Sequence[str], words: Sequence[str], known: frozenset[str]) -> float:
    """Return the share of words that two titles have in common; little words weigh little.

    A word that another name of the same film has counts neither way: sites write both titles in one line.
    """
    left = list(words)
    common, extra = 0.0, 0.0
    for word in read:
        likeness, other = max(((_likeness(word, other), other) for other in left), default=(0.0, ""))
        if likeness:
            left.remove(other)
            common += likeness * min(_weight(word), _weight(other))
        elif word not in known:
            extra += _weight(word)
    return common / (common + (extra + sum(map(_weight, left))) / 2) if common else 0.0


def _likeness(word: str, other: str) -> float:
    """Return 1 for the same word, a little less for one with a typo, 0 for another word.

    A slip at the very end is no typo but another form, and often another film: Alien and Aliens, Stalker and stalked.
    """
    if word == other:
        return 1.0
    if not word.isalpha() or not other.isalpha() or min(len(word), len(other)) < 5 or word[-1] != other[-1]:
        return 0.0
    slipped, _ = distances(word, other)
    return 1 - 0.08 * slipped if slipped <= min(slips(word), slips(other)) else 0.0


def _weight(word: str) -> float:
    return LIGHT if word in STOPWORDS else 1.0
