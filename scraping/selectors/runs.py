"""Runs as staff see them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from cinema_project.common.errors import NotFound
from scraping.models import Attempt, Item, Quarantined, Run, Unit


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    :param by_state: how many units are in each state
    :param found: things found so far
    """

    by_state: Mapping[str, int]
    found: int

    @property
    def units(self) -> int:
        return sum(self.by_state.values())

    @property
    def ended(self) -> int:
        return self.units - sum(self.by_state.get(state, 0) for state in Unit.OPEN)

    @property
    def percent(self) -> int:
        return 100 * self.ended // self.units if self.units else 0


def progress_of(run_id: int) -> Progress:
    """Count the units of a run as they are now; nothing is counted anywhere else."""
    return progress_of_each([run_id])[run_id]


def progress_of_each(run_ids: Collection[int]) -> dict[int, Progress]:
    """Count the units of some runs as they are now, in two queries."""
    states: dict[int, dict[str, int]] = {run_id: {} for run_id in run_ids}
    units = Unit.objects.filter(run__in=run_ids).order_by("run", "state").values_list("run", "state")
    for run_id, state, number in units.annotate(number=Count("pk")):
        states[run_id][state] = number
    read = Attempt.objects.filter(run__in=run_ids, outcome__in=("done", "quarantined")).order_by("run")
    found = dict(read.values_list("run").annotate(number=Sum(F("created") + F("updated") + F("unchanged"))))
    return {run_id: Progress(by_state, found.get(run_id, 0)) for run_id, by_state in states.items()}


def progress_at_end(run: Run) -> Progress:
    """Return how far a run was when it ended, as it was counted then."""
    found = sum(run.counts.get(name, 0) for name in ("created", "updated", "unchanged"))
    return Progress(run.counts.get("units", {}), found)


def runs_of(source: str = "") -> QuerySet[Run]:
    """Return the runs of a source, or of all, the latest first."""
    return Run.objects.filter(Q(source=source) if source else Q()).order_by("-pk")


def run(run_id: int) -> Run:
    """Return one run.

    :raises NotFound: if there is none
    """
    found = Run.objects.filter(pk=run_id).first()
    if found is None:
        raise NotFound(f"Run with id {run_id} not found")
    return found


def failures_of(run_id: int) -> list[dict[str, str]]:
    """Return the units of a run that could not be read, with the reason of each."""
    bad = Unit.objects.filter(run_id=run_id, state__in=(Unit.State.DEAD, Unit.State.QUARANTINED)).order_by("pk")
    unread = {row.unit_key: row.errors for row in Quarantined.objects.filter(run_id=run_id, kind="")}
    return [{"unit": unit.key, "reason": unit.error or _first(unread.get(unit.key))} for unit in bad]


def _first(errors: list[dict[str, str]] | None) -> str:
    return errors[0]["what"] if errors else "It could not be parsed."


def items_of(source: str, kind: str) -> QuerySet[Item]:
    """Return what a source says now."""
    return Item.objects.filter(source=source, kind=kind, vanished_at=None).order_by("pk")


def lineage(item: Item) -> dict[str, Any]:
    """Return where an item has its present words from: run, payload, place in it, and when."""
    return {
        "run": item.run_id,
        "payload": item.payload,
        "path": item.path,
        "observed_at": item.observed_at,
        "changed_at": item.changed_at,
    }
