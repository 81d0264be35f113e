"""Runs that a person starts and watches: begun or gone on with, worked on to the end, and summed up."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from cinema_project.common import clock
from scraping.engine.finishing import counted, seen_in, tally_of
from scraping.engine.leasing import seconds_to_next
from scraping.models import Item, MarketTheatre, Run, Unit
from scraping.schemas import ScraperRunSchema
from scraping.selectors.runs import Progress, failures_of, progress_of
from scraping.services.execution import work_on
from scraping.services.planning import PLANNERS
from scraping.services.runs import AlreadyRunning, UnknownRun, cancel_run, replayable, start_run, unfinished_run
from scraping.services.seats import LISTINGS, SEATS, why_nothing
from scraping.sources.registry import get_source
from scraping.tix.layouts import CAVEAT

LOOK_SECONDS = 0.5
STATUS: dict[str, str] = {
    Run.State.SUCCEEDED: "success",
    Run.State.PARTIAL: "partial",
    Run.State.EMPTY_SUSPECT: "partial",
    Run.State.CANCELLED: "partial",
}
"""What others call how a run ended; all else is ``failed``."""
STOPPED = "Stopped; the same command goes on with it, or a worker that runs."
CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Begun:
    run: Run
    is_continued: bool


def begin_or_continue(*, source: str, options: Mapping[str, Any]) -> Begun:
    """Begin a run, or go on with one of today that was stopped or killed: what it has fetched is not fetched again.

    :raises AlreadyRunning: if another is under way that was begun before today
    """
    morning = _morning()
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


def _morning() -> datetime:
    zone = ZoneInfo(settings.TIX_TIME_ZONE)
    return clock.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _give_up_old(run_id: int, morning: datetime) -> bool:
    """Call off a run of another day that nobody works on; tell whether it is over."""
    return not cancel_run(run_id=run_id).is_live if Run.objects.get(pk=run_id).created_at < morning else False


def foreseen(*, source: str, options: Mapping[str, Any]) -> dict[str, int | None]:
    """Return which run would be gone on with, if any, and how many pages are there to begin with; nothing is begun.

    :raises DomainError: if a run could not be planned
    """
    unfinished = unfinished_run(source=source, options=options, since=_morning())
    if unfinished is not None:
        return {"run": unfinished.pk, "pages": Unit.objects.filter(run=unfinished, state__in=Unit.OPEN).count()}
    plan = PLANNERS.get(source, get_source(source).plan)
    return {"run": None, "pages": len(list(plan({**options, "at": clock.now().isoformat()})))}


def foreseen_replay(*, run_id: int) -> dict[str, int | None]:
    """Return how many pages of a run would be parsed again.

    :raises UnknownRun: if there is no such run
    """
    if not Run.objects.filter(pk=run_id).exists():
        raise UnknownRun(f"There is no run {run_id}.")
    return {"run": None, "pages": replayable(run_id).count()}


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
    """Return what a run over listings came to, as ``ScraperRunSchema`` has it, and what it could not read."""
    ids = _found(run)
    failed = failures_of(run.pk)
    cities = {unit["unit"].split(":")[1] for unit in failed if unit["unit"].count(":") >= 1}
    lost = MarketTheatre.objects.filter(source=run.source, city__in=cities)
    missed = {*lost.values_list("upstream_id", flat=True)} - ids.get("theatre", set())
    found = len(ids.get("theatre", ()))
    read = Unit.objects.filter(run=run, key__startswith="movies:", state=Unit.State.DONE).count()
    told = _outcome(run)
    schema = ScraperRunSchema(
        status=told["status"],
        date=run.created_at.astimezone(ZoneInfo(settings.TIX_TIME_ZONE)).date(),
        movies=len(_films(ids.get("listing", ()))),
        theatres_total=found + len(missed),
        theatres_success=found,
        theatres_failed=len(missed),
        cities=read,
        presales=len(_films(ids.get("presale", ()))),
        error=told["words"] if told["status"] == "failed" else None,
        timestamp=run.finished_at or clock.now(),
    )
    return schema.model_dump(mode="json") | told | {"failed": failed}


def _films(listings: Iterable[str]) -> set[str]:
    return {name.partition(":")[2] for name in listings}


def _outcome(run: Run) -> dict[str, Any]:
    """Return what is said of every run; one that is not over was stopped."""
    return {
        "run": run.pk,
        "status": "partial" if run.is_live else STATUS.get(run.state, "failed"),
        "words": STOPPED if run.is_live else run.words,
        **{name: _counts(run).get(name, 0) for name in ("created", "updated", "unchanged")},
    }


def _counts(run: Run) -> dict[str, Any]:
    """Return what a run came to, or has come to so far."""
    return counted(tally_of(run)) if run.is_live else run.counts


def seats_summary(run: Run) -> dict[str, Any]:
    """Return what a run over seats came to."""
    looks = sum(_counts(run).get("records", {}).values())
    told = _outcome(run)
    if run.finished_at and not run.counts.get("units"):
        told["words"] = why_nothing(run.created_at, run.options)
    elif looks:
        told["words"] = f"{told['words']} {CAVEAT}"
    return told | {"looks": looks, "failed": failures_of(run.pk)}


def plain_summary(run: Run) -> dict[str, Any]:
    """Return what a run of any source came to; ``records`` by kind."""
    return _outcome(run) | {"records": _counts(run).get("records", {}), "failed": failures_of(run.pk)}


def _found(run: Run) -> dict[str, set[str]]:
    """Return the ids of what a run found, by kind; ``presale`` are listings of films that are sold in advance."""
    found: dict[str, set[str]] = {}
    numbers = sorted(seen_in(run))
    for at in range(0, len(numbers), CHUNK):
        items = Item.objects.filter(pk__in=numbers[at : at + CHUNK])
        for kind, name in items.values_list("kind", "external_id"):
            found.setdefault(kind, set()).add(name)
        early = items.filter(kind="listing", data__is_presale=True)
        found.setdefault("presale", set()).update(early.values_list("external_id", flat=True))
    return found


SUMMARIES: dict[str, Callable[[Run], dict[str, Any]]] = {LISTINGS: summary, SEATS: seats_summary}
"""How runs of these sources are summed up; those of others by ``plain_summary``."""
