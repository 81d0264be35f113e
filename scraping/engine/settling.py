"""Writes what came of units: items, payloads, attempts, quarantine and the units' states, in one transaction.

A crash before its commit leaves nothing but leases, which lapse; whoever lost a lease meanwhile writes nothing.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from cinema_project.common import clock
from cinema_project.common.bulk import insert, insert_values, upsert
from cinema_project.common.database import write
from scraping.engine.ingest import Counts, Sinks, ingest
from scraping.engine.ledgers import Ledger
from scraping.engine.results import Result
from scraping.engine.states import move
from scraping.models import Attempt, Page, Quarantined, RawPayload, SourceState, Unit
from scraping.sources import base

FREE = {"lease": "", "leased_until": None}
QUICKEST = 1
"""Level of zlib: pages pack to a fifth, at hardly any cost."""


@write
def settle(
    *,
    source: base.Source,
    run_id: int,
    worker: str,
    results: Sequence[Result],
    sinks: Sinks,
    ledger: Ledger | None = None,
) -> int:
    """Write a batch of results; return how many of them counted: those whose lease the worker still had."""
    _have_source(source.name)
    now = clock.now()
    leased = _still_leased(worker, results)
    results = [result for result in results if (result.lease.unit_id, result.lease.number) in leased]
    counted = ingest(source=source.name, run_id=run_id, results=results, sinks=sinks, now=now)
    keep_payloads(source, results, now)
    _write_attempts(run_id, worker, results, counted, now)
    _quarantine(source, run_id, results, now)
    plan_units(run_id, (unit for result in results for unit in result.units), now)
    _move_units(source, results, now)
    if ledger is not None:
        ledger.settled(results)
    return len(results)


def _have_source(name: str) -> None:
    """Have a source for this transaction alone."""
    row = SourceState.objects.select_for_update().filter(pk=name)
    if not row.exists():
        SourceState.objects.bulk_create([SourceState(name=name)], ignore_conflicts=True)
        row.get()


def _still_leased(worker: str, results: Iterable[Result]) -> set[tuple[int, int]]:
    """Return the units that the worker still has, with the number of the lease: a second one may be its own, too."""
    ids = [result.lease.unit_id for result in results]
    rows = Unit.objects.filter(pk__one_of=ids, state=Unit.State.LEASED, lease=worker).order_by("pk")
    return set(rows.select_for_update().values_list("pk", "attempts_made"))


def keep_payloads(source: base.Source, results: Iterable[Result], now: datetime) -> None:
    """Keep the raw answers that are new and small enough, and what they said of their version."""
    given = {result.payload_hash: result for result in results if result.payload_hash}
    if not source.rules.keep_payloads or not given:
        return
    kept = set(RawPayload.objects.filter(pk__one_of=given).values_list("pk", flat=True))
    new = [result for name, result in given.items() if name not in kept]
    insert((row for result in new if (row := _payload_row(result, now))), may_be_there=True)
    _remember_pages(source.name, list(given.values()), now)


def _payload_row(result: Result, now: datetime) -> RawPayload | None:
    payload = result.payload
    if payload is None or len(payload.content) > settings.SCRAPE_LARGEST_PAYLOAD:
        return None
    packed = zlib.compress(payload.content, QUICKEST)
    return RawPayload(
        hash=result.payload_hash,
        content=packed,
        size=len(payload.content),
        stored=len(packed),
        content_type=payload.content_type[:100],
        first_seen_at=now,
    )


def _remember_pages(source: str, results: Iterable[Result], now: datetime) -> None:
    """Note which version of a page was read; one that could not be parsed is fetched whole next time."""
    told = {r.validators.page: r for r in results if r.validators is not None and not r.parse_error}
    before = {page.key: page for page in Page.objects.filter(pk__one_of=told)}
    changed = []
    for key, result in told.items():
        said, page = result.validators, before.get(key)
        assert said is not None
        same = page is not None and (page.etag, page.last_modified) == (said.etag, said.last_modified)
        if page is None or not same or page.payload != result.payload_hash:
            changed.append(
                Page(
                    key=key,
                    source=source,
                    etag=said.etag,
                    last_modified=said.last_modified,
                    payload=result.payload_hash,
                    content_type=said.content_type,
                    changed_at=now,
                )
            )
    fields = ["etag", "last_modified", "payload", "content_type", "changed_at"]
    upsert(changed, unique=["key"], changing=fields)


def outcome_of(result: Result) -> str:
    """Return what an attempt is called."""
    if result.parse_error:
        return Attempt.Outcome.QUARANTINED
    if result.decision is None:
        return Attempt.Outcome.DONE
    return Attempt.Outcome.FAILED if result.decision.counts else Attempt.Outcome.DEFERRED


def _write_attempts(
    run_id: int, worker: str, results: Sequence[Result], counted: Sequence[tuple[Counts, bytes]], now: datetime
) -> None:
    rows = (
        {
            "run_id": run_id,
            "unit_id": result.lease.unit_id,
            "number": result.lease.number,
            "worker": worker,
            "outcome": outcome_of(result),
            "started_at": result.lease.at,
            "ended_at": now,
            "status": result.status,
            "requests": result.requests,
            "received": result.received,
            "payload": result.payload_hash,
            "created": counts.created,
            "updated": counts.updated,
            "unchanged": counts.unchanged,
            "quarantined": len(result.refused) + result.refused_more,
            "seen": seen,
            "fields": result.fields,
            "error": _said_of(result),
        }
        for result, (counts, seen) in zip(results, counted, strict=True)
        if not (result.decision and result.decision.silent)
    )
    insert_values(Attempt, rows)


def _said_of(result: Result) -> str:
    """Return why an attempt came to nothing or to a part; of one that is done, what a person should know of it."""
    return result.parse_error or (result.decision.reason if result.decision else " ".join(result.notes)[:1000])


def _quarantine(source: base.Source, run_id: int, results: Iterable[Result], now: datetime) -> None:
    """Put aside what was not understood; what the same pages had there before is settled by this look at them."""
    results = [result for result in results if result.payload is not None]
    if not results:
        return
    keys = [result.lease.unit.key for result in results]
    Quarantined.objects.filter(source=source.name, unit_key__one_of=keys, resolved_at=None).update(resolved_at=now)
    rows = []
    for result in results:
        common = {"run_id": run_id, "source": source.name, "unit_key": result.lease.unit.key}
        common |= {"payload": result.payload_hash, "created_at": now}
        if result.parse_error:
            rows.append(Quarantined(errors=[{"where": "", "what": result.parse_error}], **common))
        rows += [Quarantined(**asdict(one), **common) for one in result.refused]
    insert(rows)


def plan_units(run_id: int, units: Iterable[base.Unit], now: datetime) -> None:
    """Add units to a run; those it has already are left alone."""
    rows = (
        {"run_id": run_id, "key": one.key, "args": dict(one.args), "order": one.order, "due_at": now} for one in units
    )
    insert_values(Unit, rows, may_be_there=True)


def _move_units(source: base.Source, results: Iterable[Result], now: datetime) -> None:
    ended: dict[tuple[str, str], list[int]] = {}
    for result in results:
        if result.decision is None:
            state: str = Unit.State.QUARANTINED if result.parse_error else Unit.State.DONE
            ended.setdefault((state, result.parse_error), []).append(result.lease.unit_id)
        else:
            _move_failed(source, result, now)
    for (state, error), ids in ended.items():
        move(Unit, state, {**FREE, "ended_at": now, "error": error}, pk__one_of=ids)


def _move_failed(source: base.Source, result: Result, now: datetime) -> None:
    decision, unit = result.decision, {"pk": result.lease.unit_id}
    assert decision is not None
    if decision.silent:
        move(Unit, Unit.State.PENDING, {**FREE, "attempts_made": F("attempts_made") - 1}, **unit)
        return
    failures = result.lease.failures + decision.counts
    changes = {**FREE, "failures": failures, "error": decision.reason}
    if decision.after is None or failures >= source.rules.attempts:
        move(Unit, Unit.State.DEAD, {**changes, "ended_at": now}, **unit)
    else:
        move(Unit, Unit.State.RETRY_AT, {**changes, "due_at": now + timedelta(seconds=decision.after)}, **unit)
