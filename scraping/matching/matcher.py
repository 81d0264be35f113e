"""Which of our films a scraped title means: a score between 0 and 1, and the reasons in words.

Accepted by itself from ``ACCEPT`` on; between ``ASK`` and ``ACCEPT`` a person is asked; below, it is none of ours.
Year, director and length confirm or contradict; films with one name are told apart by them or not at all.

Words are compared by ``common/words.py``, which the search of the catalogue uses too; a matching library would bring a
second notion of a typo, and none of what decides here: parts, remakes, garnish, evidence.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from cinema_project.common.words import distances, slips, typo_keys
from scraping.matching.cleaning import CUTS, LEAVES, Reading, Rest, numbers_in, readings, rest_of, title_words
from scraping.matching.evidence import Evidence, weighed
from scraping.matching.vocabulary import STOPWORDS

ACCEPT, ASK = 0.88, 0.64
SAME_NAME, SHORT_NAME, NEARLY = 0.90, 0.84, 0.97
"""A title alone, the same in every letter; one short word alone, which says little; what any slip leaves of it."""
SHORT = 4
MARGIN = 0.08
"""Two films closer than this are not told apart."""
UNDECIDED = 0.78
"""The most that one of several films of a name gets."""
BY_FACTS = 0.70
OTHER_PART = 0.45
SHORT_FORM = 0.8
COUNTED = 0.9
GOES_ON = 0.8
BARE_YEAR = 0.97
LIGHT = 0.2
HEAD, TAIL = 0.93, 0.90


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
class Scraped:
    """A film as a site has it; ``year`` may be that of a new release."""

    title: str
    year: int | None = None
    director: str = ""
    minutes: int | None = None


class Verdict(StrEnum):
    ACCEPT = "accept"
    ASK = "ask"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A film that may be meant, how likely (0 to 1), and why."""

    film: Film
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """The answer: ``film`` is set unless the verdict is ``none``; ``candidates`` are the best, for a person to see."""

    verdict: Verdict
    film: Film | None
    score: float
    reasons: tuple[str, ...]
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a film. ``weight`` is less than 1 for a part of its title."""

    film: Film
    words: tuple[str, ...]
    text: str
    what: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Matcher:
    """Our films, ready to be found; made once for many titles."""

    films: tuple[Film, ...]
    names: tuple[Name, ...] = field(repr=False)
    by_key: dict[str, set[int]] = field(repr=False)
    known: dict[str, frozenset[str]] = field(repr=False)
    newest: int
    """The year of the newest film: what is much later in a title is no year of a film."""

    def match(self, scraped: Scraped) -> Match:
        """Say which film is meant, if any."""
        best: dict[str, Candidate] = {}
        for reading in readings(scraped.title):
            if reading.bare_year and reading.year and reading.year > self.newest + 2:
                continue
            for name in self._near(reading):
                found = self._candidate(scraped, reading, name)
                if name.film.id not in best or found.score > best[name.film.id].score:
                    best[name.film.id] = found
        self._by_facts(scraped, best)
        ordered = sorted(best.values(), key=lambda one: (-one.score, one.film.id))
        return decided(ordered, several=_names_several(scraped.title, ordered, self))

    def _near(self, reading: Reading) -> Iterator[Name]:
        """Yield the names that share a word with what was read, typos forgiven."""
        places = {place for key in _keys(reading.words) for place in self.by_key.get(key, ())}
        return (self.names[place] for place in sorted(places))

    def _candidate(self, scraped: Scraped, reading: Reading, name: Name) -> Candidate:
        known = self.known[name.film.id]
        likeness, why = alike(reading.words, name, known)
        score, reasons = likeness * name.weight * SAME_NAME, [why]
        for leftover in reading.leftovers:
            rest = rest_of(leftover, known)
            score *= LEAVES[rest]
            reasons.append(f"Beside it: “{leftover.text}” ({rest}).")
        if reading.bare_year:
            score *= BARE_YEAR
        evidence = weighed(
            Evidence(reading.year or scraped.year, scraped.director or reading.person, scraped.minutes),
            Evidence(name.film.year, name.film.director, name.film.minutes),
            distinctive=len([word for word in name.words if word not in STOPWORDS]) > 2,
            released_again=reading.released_again,
        )
        if evidence.confirms and likeness < SHORT_FORM and name.words[: len(reading.words)] == reading.words:
            score *= SHORT_FORM / likeness
            reasons.append("A short form of it, which the facts confirm.")
        if reading.person and not evidence.same_director:
            score *= LEAVES[Rest.UNKNOWN_BEFORE]
        if not evidence.confirms and likeness == 1 and _says_little(name.words):
            score *= SHORT_NAME / SAME_NAME
            reasons.append("One short word, and nothing else confirms it.")
        return Candidate(name.film, evidence.applied_to(score), (*reasons, *evidence.reasons))

    def _by_facts(self, scraped: Scraped, best: dict[str, Candidate]) -> None:
        """Propose a film of another name if year, director and length all agree: its title may be translated."""
        if not (scraped.year and scraped.director and scraped.minutes):
            return
        asked = Evidence(scraped.year, scraped.director, scraped.minutes)
        facts = [(film, weighed(asked, Evidence(film.year, film.director, film.minutes))) for film in self.films]
        if len(same := [film for film, evidence in facts if evidence.all_agree]) == 1:
            known = best.get(same[0].id)
            if known is None or known.score < BY_FACTS:
                why = "Another title, but year, director and length agree."
                best[same[0].id] = Candidate(same[0], BY_FACTS, (why,))


def matcher_of(films: Iterable[Film]) -> Matcher:
    """Make ready the films to match against."""
    kept = tuple(films)
    names = tuple(_names_of(kept))
    by_key: dict[str, set[int]] = defaultdict(set)
    known: dict[str, set[str]] = {film.id: {*title_words(film.director)} for film in kept}
    for place, name in enumerate(names):
        known[name.film.id].update(name.words)
        for key in _keys(name.words):
            by_key[key].add(place)
    newest = max((film.year for film in kept if film.year), default=0)
    return Matcher(kept, names, dict(by_key), {film: frozenset(words) for film, words in known.items()}, newest)


def _names_of(films: Sequence[Film]) -> Iterator[Name]:
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


def _keys(words: Iterable[str]) -> set[str]:
    told = [*words]
    telling = [word for word in told if word not in STOPWORDS] or told
    return {key for word in [*telling, "".join(told)] for key in typo_keys(word, 1)}


def _says_little(words: Sequence[str]) -> bool:
    return len(words) == 1 and len(words[0]) <= SHORT and not words[0].isdigit()


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


def decided(ordered: Sequence[Candidate], *, several: bool = False) -> Match:
    """Make an answer of the candidates, the best first.

    :param several: more than one film is named, as of a double bill
    """
    if not ordered or ordered[0].score < ASK:
        most = ordered[0].score if ordered else 0.0
        return Match(Verdict.NONE, None, round(most, 3), ("No film of ours.",), tuple(ordered[:5]))
    best = ordered[0]
    score, reasons = best.score, list(best.reasons)
    rivals = [one for one in ordered[1:] if best.score - one.score < MARGIN and one.score >= ASK]
    if rivals:
        score = min(score, UNDECIDED)
        others = ", ".join(f"{one.film.title} ({one.film.year})" for one in rivals)
        reasons.append(f"It could as well be {others}.")
    if several:
        score = min(score, UNDECIDED)
        reasons.append("Several films are named.")
    verdict = Verdict.ACCEPT if score >= ACCEPT else Verdict.ASK
    return Match(verdict, best.film, round(score, 3), tuple(reasons), tuple(ordered[:5]))


def _names_several(title: str, ordered: Sequence[Candidate], matcher: Matcher) -> bool:
    """Say whether a plus or slash joins what are names of two films."""
    pieces = [title_words(piece) for piece in title.replace("/", "+").split(" + ") if piece]
    if len(pieces) < 2 or not ordered:
        return False
    named = {
        name.film.id
        for piece in pieces
        for name in matcher.names
        if name.weight == 1 and name.words and piece[-len(name.words) :] == name.words
    }
    return len(named) > 1
