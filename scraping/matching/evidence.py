"""What confirms or contradicts a title: year, director, length."""

import re
from dataclasses import dataclass

from scraping.matching.cleaning import title_words

SAME_YEAR, NEXT_YEAR, SAME_DIRECTOR, SAME_LENGTH = 0.06, 0.03, 0.08, 0.05
EARLIER, LATER, LATER_DISTINCTIVE, OTHER_DIRECTOR, OTHER_LENGTH = 0.3, 0.6, 0.8, 0.45, 0.7
CLOSE, FAR, FAR_SHARE = 3, 20, 0.15
"""Minutes: the same film; another one, if it is this share of the length, too (cuts and trailers differ by less)."""
MOST = 0.99


@dataclass(frozen=True, slots=True)
class Evidence:
    """Facts as one side has them; ``None`` and nothing where it says none."""

    year: int | None = None
    director: str = ""
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the facts add to a score, what they leave of it, and why."""

    bonus: float
    factor: float
    reasons: tuple[str, ...]
    same_year: bool = False
    same_director: bool = False
    same_length: bool = False

    @property
    def confirms(self) -> bool:
        return self.bonus > 0

    @property
    def all_agree(self) -> bool:
        return self.same_year and self.same_director and self.same_length

    def applied_to(self, score: float) -> float:
        return min(score * self.factor + self.bonus * score, MOST)


def weighed(said: Evidence, ours: Evidence, *, distinctive: bool = False, released_again: bool = False) -> Weighed:
    """Compare what a site says with what we know.

    :param distinctive: the title is long enough to count for something against a year that differs
    :param released_again: the site says that the film is shown anew, so its year may be the present one
    """
    parts = [
        _year(said.year, ours.year, distinctive=distinctive, released_again=released_again),
        _director(said.director, ours.director),
        _length(said.minutes, ours.minutes),
    ]
    factor = 1.0
    for _, left, _ in parts:
        factor *= left
    same_year, same_director, same_length = (bonus > 0 for bonus, _, _ in parts)
    reasons = tuple(sentence for _, _, sentence in parts if sentence)
    return Weighed(sum(bonus for bonus, _, _ in parts), factor, reasons, same_year, same_director, same_length)


def _year(said: int | None, ours: int | None, *, distinctive: bool, released_again: bool) -> tuple[float, float, str]:
    if not said or not ours:
        return 0.0, 1.0, ""
    if said == ours:
        return SAME_YEAR, 1.0, f"The year {said} agrees."
    if abs(said - ours) == 1:
        return NEXT_YEAR, 1.0, f"The years {said} and {ours} are next to each other."
    if said < ours:
        return 0.0, EARLIER, f"The year {said} is before the film was made ({ours})."
    if released_again:
        return 0.0, 1.0, f"The year {said} may be that of a new release."
    return 0.0, LATER_DISTINCTIVE if distinctive else LATER, f"The year {said} is not {ours}."


def _director(said: str, ours: str) -> tuple[float, float, str]:
    if not said.strip() or not ours.strip():
        return 0.0, 1.0, ""
    if any(_same_person(one, other) for one in _people(said) for other in _people(ours)):
        return SAME_DIRECTOR, 1.0, f"The director {ours} agrees."
    return 0.0, OTHER_DIRECTOR, f"The director {said} is not {ours}."


def _people(names: str) -> list[tuple[str, ...]]:
    return [words for name in re.split(r",|/|;|\s&\s|\sand\s", names) if (words := title_words(name))]


def _same_person(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Compare two names: the same words in any order, or the same last one where only that, or an initial, is given."""
    if {*one} == {*other} or "".join(one) == "".join(other):
        return True
    shorter, longer = sorted((one, other), key=len)
    if shorter[-1] != longer[-1]:
        return False
    return len(shorter) == 1 or shorter[0][0] == longer[0][0]


def _length(said: int | None, ours: int | None) -> tuple[float, float, str]:
    if not said or not ours:
        return 0.0, 1.0, ""
    apart = abs(said - ours)
    if apart <= CLOSE:
        return SAME_LENGTH, 1.0, f"{said} minutes agree."
    if apart > FAR and apart > FAR_SHARE * ours:
        return 0.0, OTHER_LENGTH, f"{said} minutes are not {ours}."
    return 0.0, 1.0, ""
