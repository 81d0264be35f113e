"""Events found elsewhere go into the catalogue: those that were not processed yet, batch by batch."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from catalog.selectors.events import every_uuid
from catalog.services.events.uploading import KNOWN, BatchNotStored, Outcome, Together, Verdict, upload
from cinema_project.common import clock
from cinema_project.common.errors import Unavailable, Upstream
from scraping.events.memory import memory
from scraping.events.records import KIND, ScrapedEvent
from scraping.models import Item, Run, SourceState, Unit
from scraping.services.execution import hand_on, work_on
from scraping.services.runs import AlreadyRunning, start_run
from scraping.services.starting import start_slot
from scraping.sources.events import NAME

logger = logging.getLogger(__name__)

TURN_SECONDS = 300.0
"""How long one process at most has the gathering to itself; should it die, another one gathers then."""
STATUS_OF_BATCH = 502
STATUS = {"image_download_failed": 502}
"""What an upload of its own would have answered; 503 otherwise."""


class SourcesDown(Upstream):
    """Of the sources of events not one could be read."""

    code = "sources_down"


@dataclass
class Summary:
    """What became of events.

    :param sent: stored
    :param skipped: processed before, or in the catalogue already
    """

    sent: int = 0
    skipped: int = 0
    failed: list[dict[str, Any]] = field(default_factory=list)


def warm_up() -> None:
    """Fill the memory from the catalogue if it is missing, as after a restart of Redis.

    :raises Unavailable: if Redis is away
    """
    if not memory().is_there():
        memory().add(str(uuid) for uuid in every_uuid())


def send(events: Sequence[ScrapedEvent]) -> Summary:
    """Store the events that were not processed yet. What could not be stored may be sent again.

    :raises Unavailable: if Redis is away
    """
    warm_up()
    summary, together = Summary(), Together()
    for at in range(0, len(events), settings.BATCH_SIZE):
        _send_batch(events[at : at + settings.BATCH_SIZE], summary, together)
    return summary


def _send_batch(events: Sequence[ScrapedEvent], summary: Summary, together: Together) -> None:
    known = memory().known({str(event.uuid) for event in events})
    new = [event for event in events if str(event.uuid) not in known]
    summary.skipped += len(events) - len(new)
    if not new:
        return
    try:
        outcomes = upload(new, together)
    except BatchNotStored as outage:
        uuids = [str(event.uuid) for event in new]
        summary.failed.append({"uuids": uuids, "status_code": STATUS_OF_BATCH, "detail": outage.detail})
        return
    for outcome in outcomes:
        _count(outcome, summary)
    _remember(outcomes)


def _count(outcome: Outcome, summary: Summary) -> None:
    if outcome.verdict == Verdict.CREATED:
        summary.sent += 1
    elif outcome.reason == KNOWN:
        summary.skipped += 1
    elif outcome.verdict == Verdict.FAILED:
        summary.failed.append(
            {
                "uuid": str(outcome.uuid),
                "type": outcome.event_type,
                "reason": outcome.reason,
                "status_code": STATUS.get(outcome.reason, 503),
                "detail": outcome.detail,
            }
        )


def _remember(outcomes: Sequence[Outcome]) -> None:
    """Note which events are in the catalogue; where that fails, the database will say so again."""
    try:
        memory().add(str(one.uuid) for one in outcomes if one.verdict == Verdict.CREATED or one.reason == KNOWN)
    except Unavailable:
        logger.warning("What was stored could not be noted in Redis; it will be found in the catalogue")


def run_scrape(*, trigger: str = Run.Trigger.STAFF, seconds: float | None = None) -> list[ScrapedEvent]:
    """Read the sources of events, and return all that they say is to come.

    A run that is under way is helped along; one that takes longer than its share of time goes on in the background.

    :param seconds: how long to read at most
    :raises SourcesDown: if not one of the sources could be read
    """
    try:
        run, _ = start_run(source=NAME, trigger=trigger, hand_off=False)
    except AlreadyRunning as running:
        run = Run.objects.get(pk=running.extra["run_id"])
    found = read_on(run_id=run.pk, seconds=seconds)
    _check_read(run.pk)
    return found


def _check_read(run_id: int) -> None:
    units = Unit.objects.filter(run_id=run_id)
    failed = units.exclude(error="").order_by("pk").values_list("error", flat=True).first()
    if failed is not None and not units.filter(state__in=(Unit.State.DONE, Unit.State.QUARANTINED)).exists():
        raise SourcesDown(f"No source of events could be read: {failed}")


def gather(*, schedule_name: str = "") -> Summary:
    """Read the sources of events for the present slot of a schedule, and store what is new.

    What an earlier slot found and could not store is tried again. Nothing happens while the source is off or quiet, or
    while somebody else, in whichever process, does the same: pictures may keep a worker busy for a while.
    """
    if not SourceState.objects.filter(pk=NAME, is_on=True).exists():
        return Summary()
    try:
        with memory().turn(TURN_SECONDS) as is_ours:
            return _gather(schedule_name) if is_ours else Summary()
    except Unavailable as away:
        logger.warning("Events could not be stored, the next run tries again: %s", away)
        return Summary()


def _gather(schedule_name: str) -> Summary:
    run = start_slot(source=NAME, schedule_name=schedule_name, hand_off=False)
    return send(found_events() if run is None else read_on(run_id=run.pk))


def read_on(*, run_id: int, seconds: float | None = None) -> list[ScrapedEvent]:
    """Work on a run of the sources of events, and return all that is known to come by then."""
    run = work_on(run_id=run_id, seconds=seconds)
    if run.is_live:
        hand_on(run_id=run_id)
    return found_events()


def found_events() -> list[ScrapedEvent]:
    """Return what the sources name that is not over."""
    now = clock.now()
    items = Item.objects.filter(source=NAME, kind=KIND, vanished_at=None).order_by("pk")
    events = [ScrapedEvent.model_validate(data) for data in items.values_list("data", flat=True)]
    return [event for event in events if event.last_date > now]
