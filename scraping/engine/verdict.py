"""What a run got, judged against what it got before, in plain words. No database here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from scraping.models import Run
from scraping.sources.base import Rules

BASELINE_RUNS = 14
USUAL_SHARE = 0.2
"""A field that fewer records had is not missed."""
LOST_SHARE, NEW_SHARE = 0.7, 0.2
"""A field is lost when its share falls below this part of the usual one; new, when it rises from none to that."""
FEWEST_RECORDS = 5
Coverage = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Tally:
    """What the units of a run add up to.

    :param units: by state
    :param records: by kind, things found
    :param reasons: why units were given up, the most frequent first, and how many
    :param notes: what a person should know of pages that were read
    """

    units: Mapping[str, int]
    created: int
    updated: int
    unchanged: int
    quarantined: int
    requests: int
    records: Mapping[str, int]
    coverage: Coverage
    reasons: Sequence[tuple[str, int]] = ()
    notes: Sequence[str] = ()

    @property
    def found(self) -> int:
        return self.created + self.updated + self.unchanged

    @property
    def bad_units(self) -> int:
        return self.units.get("dead", 0) + self.units.get("quarantined", 0)


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier run that may be compared."""

    records: Mapping[str, int]
    coverage: Coverage


@dataclass(slots=True)
class Verdict:
    """The judgement.

    :param is_complete: every unit was read and nothing looks suspect: what was not named has vanished
    """

    state: str
    name: str
    is_complete: bool
    words: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)


def judge(tally: Tally, rules: Rules, whole: Collection[str], before: Sequence[Before]) -> Verdict:
    """Judge a run that has nothing left to do.

    :param whole: kinds of which it should have named all there are
    :param before: the last runs of this source with the same options, the latest first
    """
    alarms = [*tally.notes, *drift(tally.coverage, [run.coverage for run in before])]
    done = tally.units.get("done", 0)
    if not done and tally.bad_units:
        return Verdict(Run.State.FAILED, "failed", False, [_nothing_read(tally)], alarms)
    missing = shortfalls(tally, rules, whole, before)
    if missing:
        words = ["Suspiciously little was found; nothing is taken for vanished.", *missing]
        return Verdict(Run.State.EMPTY_SUSPECT, "empty", False, words, [*missing, *alarms])
    if tally.bad_units:
        return Verdict(Run.State.PARTIAL, "partial", False, [_partly(tally), _counts(tally), *_why(tally)], alarms)
    if not tally.found:
        return Verdict(
            Run.State.SUCCEEDED,
            "empty",
            True,
            ["There is nothing, as before." if before else "There is nothing."],
            alarms,
        )
    same = not (tally.created or tally.updated)
    words = ["Nothing has changed."] if same else []
    return Verdict(Run.State.SUCCEEDED, "unchanged" if same else "changed", True, [*words, _counts(tally)], alarms)


def shortfalls(tally: Tally, rules: Rules, whole: Collection[str], before: Sequence[Before]) -> list[str]:
    """Say of which kinds too few were found: fewer than the source must have, or far fewer than usual."""
    wrong = []
    for kind in sorted({*whole, *(kind for run in before for kind in run.records)}):
        found = tally.records.get(kind, 0)
        usual = median(run.records.get(kind, 0) for run in before) if before else 0
        floor = rules.least.get(kind, 0) if kind in whole else 0
        if found < floor:
            wrong.append(f"Only {found} of kind {kind}; at least {floor} are to be expected.")
        elif usual and found < usual * (1 - rules.share_lost):
            wrong.append(f"Only {found} of kind {kind}; usually there are {usual:g}.")
    return wrong


def drift(coverage: Coverage, before: Sequence[Coverage]) -> list[str]:
    """Say which fields were lost, and which are new, against the runs before."""
    said = []
    for kind, counted in sorted(coverage.items()):
        if counted["records"] < FEWEST_RECORDS:
            continue
        known = [one[kind] for one in before if one.get(kind, {}).get("records", 0) >= FEWEST_RECORDS]
        if not known:
            continue
        names = {*counted["filled"], *(name for one in known for name in one["filled"])}
        for name in sorted(names):
            sentence = _drifted(name, _share(counted, name), sum(_share(one, name) for one in known) / len(known))
            if sentence:
                said.append(f"{kind}: {sentence}")
    return said


def _share(counted: Mapping[str, Any], name: str) -> float:
    return counted["filled"].get(name, 0) / counted["records"]


def _drifted(name: str, now: float, usual: float) -> str:
    if usual >= USUAL_SHARE and now < usual * LOST_SHARE:
        return f"{name} fell from {usual:.0%} to {now:.0%}; look where the site has it now, and mend the parser."
    if not usual and now >= NEW_SHARE:
        return f"{name} is new, {now:.0%} have it; see whether it is of use."
    return ""


def _nothing_read(tally: Tally) -> str:
    why = f" {tally.reasons[0][0]}" if tally.reasons else ""
    return f"None of {_plural(tally.bad_units, 'unit')} could be read.{why}"


def _partly(tally: Tally) -> str:
    whole = sum(tally.units.values())
    return f"{tally.bad_units} of {_plural(whole, 'unit')} could not be read, so nothing is taken for vanished."


def _why(tally: Tally) -> list[str]:
    return [f"{_plural(number, 'time')}: {reason}" for reason, number in tally.reasons[:3]]


def _counts(tally: Tally) -> str:
    words = f"{tally.created} created, {tally.updated} updated, {tally.unchanged} unchanged"
    if tally.quarantined:
        words += f", {tally.quarantined} in quarantine: look at them, mend the parser, and replay the run"
    return f"{words}; {_plural(tally.requests, 'request')}."


def _plural(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
