"""Runs that a person starts and watches: begun or gone on with, worked on to the end, and summed up."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from cinema_project.common import clock
from scraping.engine.finishing import seen_in
from scraping.engine.leasing import seconds_to_next
from scraping.models import Item, MarketTheatre, Run, Unit
from scraping.selectors.runs import Progress, failures_of, progress_of
from scraping.services.execution import work_on
from scraping.services.runs import AlreadyRunning, cancel_run, start_run, unfinished_run

LOOK_SECONDS = 0.5
STATUS: dict[str, str] = {
    Run.State.SUCCEEDED: "success",
    Run.State.PARTIAL: "partial",
    Run.State.EMPTY_SUSPECT: "partial",
}
"""What others call how a run ended; all else is ``failed``."""
CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Begun:
    run: Run
    is_continued: bool


def begin_or_continue(*, source: str, options: Mapping[str, Any]) -> Begun:
    """Begin a run, or go on with one of today that was stopped or killed: what it has fetched is not fetched again.

    :raises AlreadyRunning: if another is under way that was begun before today
    """
    zone = ZoneInfo(settings.TIX_TIME_ZONE)
    morning = clock.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    unfinished = unfinished_run(source=source, options=options, since=morning)
    if unfinished is not None:
        return Begun(unfinished, True)
    try:
        run, _ = start_run(source=source, options=options, trigger=Run.Trigger.COMMAND, hand_off=False)
    except AlreadyRunning as running:
        if not _give_up_old(running.extra["run_id"], morning):
            raise
        run, _ = start_run(source=source, options=options, trigger=Run.Trigger.COMMAND, hand_off=False)
    return Begun(run, False)


def _give_up_old(run_id: int, morning: datetime) -> bool:
    """Call off a run of another day that nobody works on; tell whether it is over."""
    return not cancel_run(run_id=run_id).is_live if Run.objects.get(pk=run_id).created_at < morning else False


def work_to_the_end(run_id: int, *, stop: threading.Event, tell: Callable[[Progress], None]) -> Run:
    """Work on a run until it ends or somebody sets ``stop``; what waits for its turn is waited for."""
    told = _Told(run_id, tell)
    run = work_on(run_id=run_id, stop=stop, progress=told)
    while run.is_live and not stop.is_set():
        stop.wait(min(seconds_to_next(run_id) or LOOK_SECONDS, LOOK_SECONDS))
        run = work_on(run_id=run_id, stop=stop, progress=told)
    told(0)
    return run


class _Told:
    """Tells how far a run is, at most twice a second."""

    def __init__(self, run_id: int, tell: Callable[[Progress], None]) -> None:
        self._run_id, self._tell = run_id, tell
        self._at = 0.0

    def __call__(self, number: int) -> None:
        now = clock.now().timestamp()
        if not number or now - self._at >= LOOK_SECONDS:
            self._at = now
            self._tell(progress_of(self._run_id))


def summary(run: Run) -> dict[str, Any]:
    """Return what a run over listings came to: cities, films and cinemas that it found, and what it could not read."""
    ids = _found(run)
    failed = failures_of(run.pk)
    cities = {unit["unit"].split(":")[1] for unit in failed if unit["unit"].count(":") >= 1}
    lost = MarketTheatre.objects.filter(source=run.source, city__in=cities)
    missed = {*lost.values_list("upstream_id", flat=True)} - ids.get("theatre", set())
    found = len(ids.get("theatre", ()))
    read = Unit.objects.filter(run=run, key__startswith="movies:", state=Unit.State.DONE).count()
    return {
        "status": STATUS.get(run.state, "failed"),
        "cities": read,
        "movies": len({name.partition(":")[2] for name in ids.get("listing", ())}),
        "theatres_total": found + len(missed),
        "theatres_success": found,
        "theatres_failed": len(missed),
        **{name: run.counts.get(name, 0) for name in ("created", "updated", "unchanged")},
        "failed": failed,
        "run": run.pk,
        "words": run.words,
    }


def seats_summary(run: Run) -> dict[str, Any]:
    """Return what a run over seats came to."""
    return {
        "status": STATUS.get(run.state, "failed"),
        "looks": sum(run.counts.get("records", {}).values()),
        **{name: run.counts.get(name, 0) for name in ("created", "updated", "unchanged")},
        "failed": failures_of(run.pk),
        "run": run.pk,
        "words": run.words,
    }


def _found(run: Run) -> dict[str, set[str]]:
    """Return the ids of what a run found, by kind."""
    found: dict[str, set[str]] = {}
    numbers = sorted(seen_in(run))
    for at in range(0, len(numbers), CHUNK):
        rows = Item.objects.filter(pk__in=numbers[at : at + CHUNK]).values_list("kind", "external_id")
        for kind, name in rows:
            found.setdefault(kind, set()).add(name)
    return found
