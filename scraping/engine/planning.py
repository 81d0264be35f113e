"""The first units of a run."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cinema_project.common import clock
from cinema_project.common.database import write
from scraping.engine.results import check_unit
from scraping.engine.settling import plan_units
from scraping.engine.states import move
from scraping.models import Run, Unit
from scraping.sources import base

Plan = Callable[[Mapping[str, Any]], Iterable[base.Unit]]


@write
def begin(*, run_id: int, source: base.Source, plan: Plan) -> bool:
    """Plan a run that waits, unless somebody was faster; return whether this call did.

    :raises ValueError: if a unit cannot be stored
    """
    now = clock.now()
    run = Run.objects.select_for_update().get(pk=run_id)
    changes = {"started_at": now, "parser_version": source.version}
    if not move(Run, Run.State.RUNNING, changes, pk=run_id, state=Run.State.QUEUED):
        return False
    if not Unit.objects.filter(run_id=run_id).exists():  # a replay has its units from the start
        plan_units(run_id, checked(plan(told(run))), now)
    return True


def told(run: Run) -> dict[str, Any]:
    """Return what a source is told of a run: its options, and ``at``, the moment it was begun (ISO 8601, UTC)."""
    return {**run.options, "at": run.created_at.isoformat()}


def checked(units: Iterable[base.Unit]) -> Iterable[base.Unit]:
    """Yield units that can be stored.

    :raises ValueError: at one that cannot
    """
    for unit in units:
        check_unit(unit)
        yield unit
