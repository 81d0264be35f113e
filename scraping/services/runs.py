"""Runs begin, are called off, and are parsed again."""

import hashlib
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from django.db.models import QuerySet

from cinema_project.common import clock, outbox
from cinema_project.common.database import repeat_on, write
from cinema_project.common.errors import Conflict, IllegalTransition, Invalid, NotFound
from scraping.engine import finishing
from scraping.engine.states import move
from scraping.models import Attempt, Run, Unit
from scraping.services.ledgers import LEDGERS
from scraping.sources.registry import get_source

HAND_OFF = "run_to_work_on"


class AlreadyRunning(Conflict):
    """Another run of this source with the same options is not over yet."""

    code = "already_running"


class UnknownRun(NotFound):
    code = "unknown_run"


class NothingToReplay(Invalid):
    """Of this run no payload is kept."""

    code = "nothing_to_replay"


class ParserTooOld(Invalid):
    code = "parser_too_old"


@repeat_on("one_run_per_slot", "one_live_run_per_source")
@write
def start_run(
    *,
    source: str,
    slot: str = "",
    options: Mapping[str, Any] | None = None,
    trigger: str = Run.Trigger.STAFF,
    hand_off: bool = True,
) -> tuple[Run, bool]:
    """Begin a run of a source, or return the one there is for this slot; tell whether it is new.

    :param slot: names the moment it is for, as ``2026-11-21T06:00``; of all who start it for one slot the first does.
        Without one it is a run of its own
    :param hand_off: let the workers have it; a command that does the work itself does not
    :raises UnknownSource: if there is no such source
    :raises AlreadyRunning: if a run of it with the same options is under way
    """
    get_source(source)
    key = f"{source}@{slot or uuid.uuid4().hex}"
    run = Run.objects.filter(run_key=key).first()
    if run is not None:
        return run, False
    scope = scope_of(options or {})
    live = Run.objects.filter(source=source, scope=scope, state__in=Run.LIVE, replay_of=None).first()
    if live is not None and live.run_key == key:  # begun since the first look
        return live, False
    if live is not None:
        raise AlreadyRunning(f"{source} is running already: run {live.pk}.", run_id=live.pk)
    now = clock.now()
    run = Run.objects.create(
        source=source,
        run_key=key,
        trigger=trigger,
        options=dict(options or {}),
        scope=scope,
        created_at=now,
        due_at=now,
    )
    if hand_off:
        hand_over(run.pk, now)
    return run, True


def hand_over(run_id: int, now: datetime) -> None:
    """Let a worker have a run, once the surrounding transaction commits."""
    outbox.add(HAND_OFF, key=f"{run_id}:{now.isoformat()}:{uuid.uuid4().hex[:8]}", payload={"run_id": run_id})


def scope_of(options: Mapping[str, Any]) -> str:
    """Return what tells runs with different options apart; empty for none."""
    if not options:
        return ""
    return hashlib.sha256(orjson.dumps(options, option=orjson.OPT_SORT_KEYS)).hexdigest()


def unfinished_run(*, source: str, options: Mapping[str, Any], since: datetime) -> Run | None:
    """Return a run that was begun since then and is not over: it may be gone on with."""
    runs = Run.objects.filter(source=source, scope=scope_of(options), state__in=Run.LIVE, created_at__gte=since)
    return runs.filter(replay_of=None).order_by("-pk").first()


@write
def cancel_run(*, run_id: int, by: Any = None) -> Run:
    """Ask that a run be called off. Its state says ``cancelled`` only once nobody works on it any more.

    :param by: the member of staff who asks, if it is one
    :raises UnknownRun: if there is none
    :raises IllegalTransition: if it is over
    """
    now = clock.now()
    run = Run.objects.select_for_update().filter(pk=run_id).first()
    if run is None:
        raise UnknownRun(f"There is no run {run_id}.")
    if run.state == Run.State.CANCELLING:
        return run
    asked = {"cancel_asked_at": now, "cancel_asked_by": by, "due_at": now}
    waiting = {"verdict": "cancelled", "words": "Cancelled before it began.", "finished_at": now}
    unbegun, ledger = (Run.State.SCHEDULED, Run.State.QUEUED), LEDGERS.get(run.source)
    if move(Run, Run.State.CANCELLED, {**asked, **waiting}, pk=run_id, state__in=unbegun):
        run.refresh_from_db()
        if ledger is not None:
            ledger.ended(run)
        return run
    if not move(Run, Run.State.CANCELLING, asked, pk=run_id, state=Run.State.RUNNING):
        raise IllegalTransition(f"Run {run_id} is over: {run.get_state_display()}.")
    if run.worked_until is None or run.worked_until < now:
        finishing.acknowledge_cancel(run_id=run_id, ledger=ledger)
    run.refresh_from_db()
    return run


def replayable(run_id: int) -> QuerySet[Attempt]:
    """Return the attempts of a run whose answers can be parsed again."""
    return Attempt.objects.filter(run=run_id, outcome__in=("done", "quarantined")).exclude(payload="")


@write
def replay_run(*, run_id: int, hand_off: bool = True) -> Run:
    """Begin a run that parses what another fetched with the parser of today; nothing is fetched.

    What a newer run changed stays as that found it.

    :raises UnknownRun: if there is no such run
    :raises NothingToReplay: if it fetched nothing
    """
    original = Run.objects.filter(pk=run_id).first()
    if original is None:
        raise UnknownRun(f"There is no run {run_id}.")
    if original.source in LEDGERS:
        raise NothingToReplay(f"Run {run_id} did more than to fetch pages: retry what failed of its job instead.")
    source = get_source(original.source)
    now = clock.now()
    units = [
        Unit(
            key=attempt.unit.key,
            args=attempt.unit.args,
            order=attempt.unit.order,
            due_at=now,
            payload=attempt.payload,
            payload_at=attempt.started_at,
            payload_status=attempt.status,
        )
        for attempt in replayable(run_id).select_related("unit").order_by("pk").iterator(1000)
    ]
    if not units:
        raise NothingToReplay(f"Run {run_id} fetched nothing that could be parsed again.")
    run = Run.objects.create(
        source=original.source,
        run_key=f"{original.source}@replay:{run_id}:{uuid.uuid4().hex}",
        trigger=Run.Trigger.REPLAY,
        options=original.options,
        scope=original.scope,
        replay_of=original,
        created_at=now,
        due_at=now,
        parser_version=source.version,
    )
    for unit in units:
        unit.run = run
    Unit.objects.bulk_create(units, batch_size=1000)
    if hand_off:
        hand_over(run.pk, now)
    return run
