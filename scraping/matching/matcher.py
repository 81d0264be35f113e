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

from scraping.matching.cleaning import LEAVES, Reading, Rest, readings, rest_of, title_words
from scraping.matching.evidence import Evidence, Weighed, weighed
from scraping.matching.films import Film, Name, families_of, keys_of, names_of
from scraping.matching.likeness import alike
from scraping.matching.vocabulary import STOPWORDS

ACCEPT, ASK = 0.88, 0.64
SAME_NAME, SHORT_NAME = 0.90, 0.84
"""A title alone, the same in every letter; one short word alone, which says little."""
SHORT = 4
PARTS = tuple("23456789")
MOST_OF_A_PART = 0.86
MARGIN = 0.08
"""Two films closer than this are not told apart."""
UNDECIDED = 0.78
"""The most that one of several films of a name gets."""
BY_FACTS, BY_PART = 0.70, 0.70
"""A guess from year, director and length, or from the number of a part: for a person to confirm."""
SHORT_FORM = 0.8
BARE_YEAR = 0.97


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
class Matcher:
    """Our films, ready to be found; made once for many titles."""

    films: tuple[Film, ...]
    names: tuple[Name, ...] = field(repr=False)
    by_key: dict[str, set[int]] = field(repr=False)
    known: dict[str, frozenset[str]] = field(repr=False)
    families: dict[tuple[str, ...], tuple[Film, ...]] = field(repr=False)
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
                _keep(best, found)
            self._by_part(reading, best)
        self._by_facts(scraped, best)
        ordered = sorted(best.values(), key=lambda one: (-one.score, one.film.id))
        return decided(ordered, several=_names_several(scraped.title, ordered, self))

    def _near(self, reading: Reading) -> Iterator[Name]:
        """Yield the names that share a word with what was read, typos forgiven."""
        places = {place for key in keys_of(reading.words) for place in self.by_key.get(key, ())}
        return (self.names[place] for place in sorted(places))

    def _candidate(self, scraped: Scraped, reading: Reading, name: Name) -> Candidate:
        likeness, why = alike(reading.words, name, self.known[name.film.id])
        score, reasons = likeness * name.weight * SAME_NAME, [why]
        for leftover in reading.leftovers:
            rest = rest_of(leftover, self.known[name.film.id])
            score *= LEAVES[rest]
            reasons.append(f"Beside it: “{leftover.text}” ({rest}).")
        if reading.bare_year:
            score *= BARE_YEAR
        evidence = _evidence(scraped, reading, name)
        if evidence.confirms and likeness < SHORT_FORM and name.words[: len(reading.words)] == reading.words:
            score *= SHORT_FORM / likeness
            reasons.append("A short form of it, which the facts confirm.")
        if reading.person and not evidence.same_director:
            score *= LEAVES[Rest.UNKNOWN_BEFORE]
        if not evidence.confirms and likeness == 1 and _says_little(name.words):
            score *= SHORT_NAME / SAME_NAME
            reasons.append("One short word, and nothing else confirms it.")
        score = evidence.applied_to(score)
        if name.weight < 1 and not evidence.same_director:
            score = min(score, MOST_OF_A_PART)  # a film of that very name may be one that we do not have
        return Candidate(name.film, score, (*reasons, *evidence.reasons))

    def _by_facts(self, scraped: Scraped, best: dict[str, Candidate]) -> None:
        """Propose a film of another name if year, director and length all agree: its title may be translated."""
        if not (scraped.year and scraped.director and scraped.minutes):
            return
        asked = Evidence(scraped.year, scraped.director, scraped.minutes)
        facts = [(film, weighed(asked, Evidence(film.year, film.director, film.minutes))) for film in self.films]
        if len(same := [film for film, evidence in facts if evidence.all_agree]) == 1:
            _keep(best, Candidate(same[0], BY_FACTS, ("Another title, but year, director and length agree.",)))

    def _by_part(self, reading: Reading, best: dict[str, Candidate]) -> None:
        """Propose the second film that begins so if the site counts: ``Avatar 2``."""
        family = self.families.get(reading.words[:-1])
        if not family or any(one.kind != "brackets" for one in reading.leftovers):
            return
        part = reading.words[-1]
        if part in PARTS and int(part) <= len(family):
            film = family[int(part) - 1]
            why = f"Of our films that begin with these words, “{film.title}” is number {part}."
            _keep(best, Candidate(film, BY_PART, (why,)))


def _evidence(scraped: Scraped, reading: Reading, name: Name) -> Weighed:
    """Weigh what the site says against the film's facts."""
    return weighed(
        Evidence(reading.year or scraped.year, scraped.director or reading.person, scraped.minutes),
        Evidence(name.film.year, name.film.director, name.film.minutes),
        distinctive=sum(word not in STOPWORDS for word in name.words) > 2,
        released_again=reading.released_again,
    )


def _keep(best: dict[str, Candidate], found: Candidate) -> None:
    """Keep the better one of two candidates of a film."""
    if found.film.id not in best or found.score > best[found.film.id].score:
        best[found.film.id] = found


def matcher_of(films: Iterable[Film]) -> Matcher:
    """Make ready the films to match against."""
    kept = tuple(films)
    names = tuple(names_of(kept))
    by_key: dict[str, set[int]] = defaultdict(set)
    known: dict[str, set[str]] = {film.id: {*title_words(film.director)} for film in kept}
    for place, name in enumerate(names):
        known[name.film.id].update(name.words)
        for key in keys_of(name.words):
            by_key[key].add(place)
    newest = max((film.year for film in kept if film.year), default=0)
    words_of = {film: frozenset(words) for film, words in known.items()}
    return Matcher(kept, names, dict(by_key), words_of, families_of(names), newest)


def _says_little(words: Sequence[str]) -> bool:
    return len(words) == 1 and len(words[0]) <= SHORT and not words[0].isdigit()


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
