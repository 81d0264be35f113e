"""What a person may like, worked out from what they thought of other films. Knows no database."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log, log1p, sqrt

Trait = tuple[str, str]
"""A genre or a director: ``("genre", "horror")``."""

DOUBT = {"genre": 4.0, "director": 15.0}
"""So much average opinion is added to a person's own: a few films are no taste yet, and one director proves little."""
SALES, STARS = 0.5, 0.3
"""How much the sales and the rating of a film count beside taste."""
DOUBTED_RATERS = 3
WELL_RATED = 4


@dataclass(frozen=True, slots=True)
class Film:
    """What counts of a film; ``stars`` is its average rating."""

    id: int
    title: str
    genres: tuple[str, ...]
    director: str
    tickets_sold: int = 0
    stars: float = 0
    raters: int = 0

    @property
    def traits(self) -> tuple[Trait, ...]:
        """The film's genres and director, spelled in one way."""
        return _traits(self.genres, self.director)


@lru_cache(maxsize=20_000)
def _traits(genres: tuple[str, ...], director: str) -> tuple[Trait, ...]:
    spelled = dict.fromkeys(("genre", genre.strip().casefold()) for genre in genres)
    by = director.strip().casefold()
    return (*spelled, *([("director", by)] if by else []))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person thinks of a film: above 0 if they like it; ``because`` says how we know."""

    film: Film
    weight: float
    because: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    movie_id: int
    reason: str


def ranked(films: Sequence[Film], verdicts: Sequence[Verdict]) -> list[Recommendation]:
    """Return the films, the likeliest to please first; equals stay in the order in which they come."""
    likings = _likings([*films, *(verdict.film for verdict in verdicts)], verdicts)
    best_first = sorted(films, key=lambda film: -_taste(film, likings) - _renown(film))
    said = _by_trait(verdicts)
    return [Recommendation(film.id, _reason(film, likings, said)) for film in best_first]


def _by_trait(verdicts: Iterable[Verdict]) -> Mapping[Trait, list[Verdict]]:
    said: dict[Trait, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        for trait in verdict.film.traits:
            said[trait].append(verdict)
    return said


def _likings(films: Sequence[Film], verdicts: Sequence[Verdict]) -> dict[Trait, float]:
    """Return for each trait how much more of it the person likes than films have on average, less what they dislike."""
    shares = {trait: count / len(films) for trait, count in Counter(t for film in films for t in film.traits).items()}
    liked = _weights(verdict for verdict in verdicts if verdict.weight > 0)
    disliked = _weights(verdict for verdict in verdicts if verdict.weight < 0)
    return {trait: _lift(trait, share, liked) - _lift(trait, share, disliked) for trait, share in shares.items()}


def _weights(verdicts: Iterable[Verdict]) -> Mapping[Trait | None, float]:
    """Sum the verdicts up by trait; under ``None`` stand all together."""
    weights: dict[Trait | None, float] = defaultdict(float)
    for verdict in verdicts:
        for trait in (None, *verdict.film.traits):
            weights[trait] += abs(verdict.weight)
    return weights


def _lift(trait: Trait, share: float, weights: Mapping[Trait | None, float]) -> float:
    doubt = DOUBT[trait[0]]
    return log((weights[trait] + doubt * share) / ((weights[None] + doubt) * share))


def _taste(film: Film, likings: Mapping[Trait, float]) -> float:
    """Add up what the film has; of many genres each counts less."""
    genres = [likings[trait] for trait in film.traits if trait[0] == "genre"]
    directors = [likings[trait] for trait in film.traits if trait[0] == "director"]
    return sum(genres) / sqrt(len(genres) or 1) + sum(directors)


def _renown(film: Film) -> float:
    above_average = (film.stars - 3) / 2 * film.raters / (film.raters + DOUBTED_RATERS)
    return SALES * log1p(film.tickets_sold) + STARS * above_average


def _reason(film: Film, likings: Mapping[Trait, float], said: Mapping[Trait, list[Verdict]]) -> str:
    """Say it in words: the trait that the person likes most, and where they showed it; else what others do."""
    for trait in sorted(film.traits, key=lambda trait: -likings[trait]):
        about = said.get(trait, [])
        if sum(verdict.weight for verdict in about) > 0:
            clearest = max(about, key=lambda verdict: verdict.weight)
            what = f"More {trait[1]}" if trait[0] == "genre" else f"Also directed by {film.director}"
            return f"{what}: {clearest.because} {clearest.film.title}."
    if film.tickets_sold:
        return "Popular right now."
    return "Well rated by other visitors." if film.raters and film.stars >= WELL_RATED else "New to you."
