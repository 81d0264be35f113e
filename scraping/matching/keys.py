"""The name under which a decision on a title is remembered: its words, without what is certainly garnish."""

from cinema_project.common.words import fold
from scraping.matching.cleaning import Reading, Rest, readings, rest_of, title_words

LONGEST = 300
NOTHING_KNOWN: frozenset[str] = frozenset()


def title_key(raw: str, year: int | None = None) -> tuple[str, int]:
    """Return the key of a title as a site writes it, and the film's year as the site says it, 0 for none.

    A series' name, an event, a year without brackets, and the number of a first part stay: they may say that another
    film is meant, and a decision on one is none on the other.
    """
    plain = [reading for reading in readings(raw) if _is_plain(reading)]
    said = year or next((reading.year for reading in plain if reading.year), 0)
    whole = {reading.words for reading in plain}
    words = [one for one in whole if one and (*one, "1") not in whole]
    shortest = min(words, key=lambda one: (len(one), one), default=title_words(raw))
    return (" ".join(shortest) or fold(raw) or raw.strip())[:LONGEST], said or 0


def plain_title(raw: str) -> str:
    """Return a title as we would write it: without garnish, and not in capitals alone."""
    plain = [reading.text for reading in readings(raw) if _is_plain(reading) and reading.words]
    shortest = min(plain, key=len, default=raw.strip())
    words = [word.capitalize() for word in shortest.split()] if shortest.isupper() else shortest.split()
    return " ".join(words)[:255]


def _is_plain(reading: Reading) -> bool:
    if reading.bare_year or reading.person:
        return False
    return all(rest_of(leftover, NOTHING_KNOWN) is Rest.GARNISH for leftover in reading.leftovers)
