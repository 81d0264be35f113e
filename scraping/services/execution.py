"""The work on a run: a slice of it at a time, so that runs and all else take turns."""

import threading
from datetime import timedelta

from django.conf import settings

from cinema_project.common import clock
from cinema_project.common.database import write
from cinema_project.common.errors import DomainError
from scraping.engine import finishing, leasing, planning
from scraping.engine.states import move
from scraping.engine.worker import Job, Progress, Worker
from scraping.models import Run, SourceState
from scraping.services import runs
from scraping.services.handlers import handler_of
from scraping.services.ledgers import LEDGERS
from scraping.services.planning import PLANNERS
from scraping.services.sinks import sinks_of
from scraping.sources.base import Source
from scraping.sources.registry import get_source

PATIENCE = timedelta(seconds=30)
"""How long a run that was handed over may wait for a worker, before it is handed over again."""

ROOM_PAUSE = timedelta(seconds=2)


def work_on(
    *,
    run_id: int,
    seconds: float | None = None,
    stop: threading.Event | None = None,
    progress: Progress | None = None,
) -> Run:
    """Work on a run until it ends, the time is up, or nothing is due for a while; return it as it stands then.

    Any number may work on one run. Whoever is killed loses nothing but time.

    :param seconds: how long; the setting SCRAPE_SLICE_SECONDS if nothing is said
    :param stop: set to leave in good order
    :raises UnknownRun: if there is none
    """
    run = Run.objects.filter(pk=run_id).first()
    if run is None:
        raise runs.UnknownRun(f"There is no run {run_id}.")
    try:
        source = get_source(run.source)
        if run.state == Run.State.QUEUED:
            planning.begin(run_id=run_id, source=source, plan=PLANNERS.get(run.source, source.plan))
    except (DomainError, ValueError) as error:
        finishing.fail(run_id=run_id, reason=f"It could not be planned: {error}", ledger=LEDGERS.get(run.source))
        return Run.objects.get(pk=run_id)
    run.refresh_from_db()
    if run.state in (Run.State.RUNNING, Run.State.CANCELLING):
        Worker(_job(run, source, seconds, stop or threading.Event(), progress)).work()
        leave(run_id=run_id)
    return Run.objects.get(pk=run_id)


def _job(run: Run, source: Source, seconds: float | None, stop: threading.Event, progress: Progress | None) -> Job:
    state = SourceState.objects.filter(pk=source.name).first()
    asked = source.rules.per_second
    slower = state.per_second if state is not None else None
    return Job(
        run.pk,
        source,
        sinks_of(source),
        stop,
        per_second=asked if slower is None else slower,
        seconds=settings.SCRAPE_SLICE_SECONDS if seconds is None else seconds,
        trusted=tuple(source.trusted),
        minds_robots=state is None or not state.ignores_robots,
        replay=run.replay_of_id is not None,
        progress=progress,
        handle=handler_of(source.name),
        ledger=LEDGERS.get(source.name),
    )


@write
def leave(*, run_id: int) -> None:
    """Say when a run that is not over should be taken up again: nobody may be working on it any more."""
    now, due = clock.now(), leasing.next_due(run_id)
    Run.objects.filter(pk=run_id, finished_at=None).update(due_at=due or now, worked_until=None)


@write
def tend() -> int:
    """Hand over runs that wait for a worker, or whose workers died; return how many."""
    now = clock.now()
    move(Run, Run.State.QUEUED, due_at__lte=now, state=Run.State.SCHEDULED)
    waiting = Run.objects.filter(state__in=Run.LIVE, due_at__lte=now).exclude(worked_until__gte=now)
    found = list(leasing.locked(waiting.order_by("due_at", "pk"))[:20])
    for run in found:
        Run.objects.filter(pk=run.pk).update(due_at=now + PATIENCE)
        runs.hand_over(run.pk, now)
    return len(found)


@write
def hand_on(*, run_id: int) -> bool:
    """Hand a run over to the next worker if there is something to do now; tell whether it was."""
    now = clock.now()
    waiting = Run.objects.filter(pk=run_id, state__in=Run.LIVE, due_at__lte=now)
    if not waiting.update(due_at=now + PATIENCE):
        return False
    runs.hand_over(run_id, now)
    return True


@write
def put_off(*, run_id: int) -> None:
    """Let a run wait a moment for which this process has no room now."""
    Run.objects.filter(pk=run_id, state__in=Run.LIVE).update(due_at=clock.now() + ROOM_PAUSE)
