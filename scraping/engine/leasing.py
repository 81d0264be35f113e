"""Who works on which unit: leases that lapse unless they are renewed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F, Min, Q, QuerySet

from cinema_project.common import clock
from cinema_project.common.database import write
from scraping.engine.states import move
from scraping.models import Attempt, Run, Unit
from scraping.sources import base

LEASED = (
    *("pk", "attempts_made", "failures", "key", "args", "order"),
    *("payload", "payload_at", "payload_status"),
)
"""What a worker is told of a unit, in the order of ``lease_units``."""
MOST_LOSSES = 25
"""A unit that so many workers died with is given up: it may be what kills them."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A unit that a worker may work on until the lease lapses.

    :param payload: of a replay, what to parse again
    """

    unit_id: int
    number: int
    failures: int
    at: datetime
    unit: base.Unit
    payload: str = ""
    payload_at: datetime | None = None
    payload_status: int | None = None


@write
def lease_units(*, run_id: int, worker: str, most: int) -> list[Lease]:
    """Give a worker the next units that are due; each goes to one worker only."""
    now = clock.now()
    give_up_lapsed(run_id=run_id, now=now)
    due = Unit.objects.filter(run_id=run_id, state__in=Unit.WAITING, due_at__lte=now).order_by("order", "pk")
    found = list(locked(due.values_list(*LEASED))[:most])
    taken = {"lease": worker, "leased_until": now + lease_length(), "attempts_made": F("attempts_made") + 1}
    if found:
        move(Unit, Unit.State.LEASED, taken, pk__one_of=[row[0] for row in found])
    return [
        Lease(pk, made + 1, failures, now, base.Unit(key, args, order), *payload)
        for pk, made, failures, key, args, order, *payload in found
    ]


def locked(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Let a transaction have those rows for itself that no other has; SQLite has one writer at a time."""
    return rows.select_for_update(skip_locked=True) if connection.vendor == "postgresql" else rows


def lease_length() -> timedelta:
    return timedelta(seconds=settings.SCRAPE_LEASE_SECONDS)


@write
def renew(*, run_id: int, worker: str) -> str:
    """Prolong all leases of a worker that is alive; return the state of the run. Should it die, it is missed then."""
    until = clock.now() + lease_length()
    Unit.objects.filter(run_id=run_id, state=Unit.State.LEASED, lease=worker).update(leased_until=until)
    Run.objects.filter(pk=run_id, finished_at=None).update(worked_until=until, due_at=until)
    return state_of(run_id)


def state_of(run_id: int) -> str:
    """Return the state of a run, empty if there is none."""
    return Run.objects.filter(pk=run_id).values_list("state", flat=True).first() or ""


def give_up_lapsed(*, run_id: int, now: datetime) -> int:
    """Take units back from workers that died. Inside a transaction; return how many there were."""
    lapsed = list(locked(Unit.objects.filter(run_id=run_id, state=Unit.State.LEASED, leased_until__lt=now)))
    if not lapsed:
        return 0
    Attempt.objects.bulk_create(
        Attempt(
            run_id=run_id,
            unit=unit,
            number=unit.attempts_made,
            worker=unit.lease,
            outcome=Attempt.Outcome.LOST,
            ended_at=now,
            error="The worker was not heard of any more.",
        )
        for unit in lapsed
    )
    free = {"lease": "", "leased_until": None, "losses": F("losses") + 1, "due_at": now}
    deadly = [unit.pk for unit in lapsed if unit.losses + 1 >= MOST_LOSSES]
    error = f"{MOST_LOSSES} workers died while they had it."
    move(Unit, Unit.State.DEAD, {**free, "ended_at": now, "error": error}, pk__in=deadly)
    move(Unit, Unit.State.PENDING, free, pk__in=[unit.pk for unit in lapsed if unit.pk not in deadly])
    return len(lapsed)


@write
def release(*, run_id: int, worker: str, unit_ids: Collection[int] | None = None) -> int:
    """Give units back that were not begun, or not finished; nobody is to blame.

    :param unit_ids: all that the worker has, if none are named
    """
    mine = {"run_id": run_id, "lease": worker} | ({} if unit_ids is None else {"pk__in": list(unit_ids)})
    free = {"lease": "", "leased_until": None, "attempts_made": F("attempts_made") - 1}
    return move(Unit, Unit.State.PENDING, free, state=Unit.State.LEASED, **mine)


def next_due(run_id: int) -> datetime | None:
    """Return when the next unit can be worked on: one that waits, or one whose worker may be dead."""
    open_units = Unit.objects.filter(run_id=run_id, state__in=Unit.OPEN)
    soonest = open_units.aggregate(waiting=Min("due_at", filter=Q(leased_until=None)), lapsing=Min("leased_until"))
    moments = [moment for moment in soonest.values() if moment is not None]
    return min(moments, default=None)


def seconds_to_next(run_id: int) -> float | None:
    """Return in how many seconds there is something to do, ``None`` if there is nothing left."""
    due = next_due(run_id)
    return None if due is None else max(0.0, (due - clock.now()).total_seconds())
