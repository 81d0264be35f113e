"""The end of a run: counted, judged, and only then believed."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from cinema_project.common import clock
from cinema_project.common.database import write
from scraping.engine.ingest import Ending, Sinks, numbers_in
from scraping.engine.ledgers import Ledger
from scraping.engine.planning import told
from scraping.engine.results import Fields, merge_fields
from scraping.engine.states import move
from scraping.engine.verdict import BASELINE_RUNS, Before, Tally, Verdict, judge
from scraping.models import Attempt, Item, Quarantined, Run, Unit
from scraping.sources.base import Source

CHUNK = 1000
MOST_NOTES = 5


@write
def finish(*, run_id: int, source: Source, sinks: Sinks, ledger: Ledger | None = None) -> bool:
    """End a run that has nothing left to do; whoever comes second ends nothing. Return whether this call did."""
    run = Run.objects.select_for_update().get(pk=run_id)
    if run.state != Run.State.RUNNING or Unit.objects.filter(run=run, state__in=Unit.OPEN).exists():
        return False
    now = clock.now()
    whole = source.whole(told(run)) if run.replay_of_id is None else ()
    tally = tally_of(run)
    verdict = judge(tally, source.rules, whole, _before(run))
    misread = _misread(run, tally)
    vanished = _let_vanish(run, whole, misread, sinks, now) if verdict.is_complete and misread is not None else 0
    if vanished:
        verdict.words.append(f"{vanished} vanished.")
        verdict.name = "changed"
    if verdict.state in (Run.State.SUCCEEDED, Run.State.PARTIAL):
        _tell_of_end(run, sinks)
    return _end(run, verdict, tally, vanished, now, ledger)


def _tell_of_end(run: Run, sinks: Sinks) -> None:
    for kind in sorted(sinks):
        sink = sinks[kind]
        if isinstance(sink, Ending):
            sink.ended(run)


@write
def fail(*, run_id: int, reason: str, ledger: Ledger | None = None) -> bool:
    """End a run of which nothing can be fetched; what is under way counts no more."""
    run = Run.objects.select_for_update().get(pk=run_id)
    now = clock.now()
    gone = {"lease": "", "leased_until": None, "ended_at": now, "error": reason[:500]}
    move(Unit, Unit.State.DEAD, gone, run_id=run_id)
    return _end(run, Verdict(Run.State.FAILED, "failed", False, [reason]), tally_of(run), 0, now, ledger)


@write
def acknowledge_cancel(*, run_id: int, ledger: Ledger | None = None) -> bool:
    """Write that a run is cancelled, if it was asked for and nobody works on it any more."""
    run = Run.objects.select_for_update().get(pk=run_id)
    now = clock.now()
    working = Unit.objects.filter(run=run, state=Unit.State.LEASED, leased_until__gte=now)
    if run.state != Run.State.CANCELLING or working.exists():
        return False
    tally = tally_of(run)
    done, planned = tally.units.get("done", 0), sum(tally.units.values())
    words = [f"Cancelled after {done} of {planned} units."]
    return _end(run, Verdict(Run.State.CANCELLED, "cancelled", False, words), tally, 0, now, ledger)


def _end(run: Run, verdict: Verdict, tally: Tally, vanished: int, now: datetime, ledger: Ledger | None) -> bool:
    changes = {
        "finished_at": now,
        "worked_until": None,
        "verdict": verdict.name,
        "words": " ".join([*verdict.words, *verdict.alarms]),
        "alarms": verdict.alarms,
        "counts": counted(tally, vanished),
        "coverage": tally.coverage,
    }
    if not move(Run, verdict.state, changes, pk=run.pk, state=run.state):
        return False
    if ledger is not None:
        run.refresh_from_db()
        ledger.ended(run)
    return True


def counted(tally: Tally, vanished: int = 0) -> dict[str, Any]:
    """Return the counts that are stored with a run, and shown."""
    return {
        "units": dict(tally.units),
        "created": tally.created,
        "updated": tally.updated,
        "unchanged": tally.unchanged,
        "quarantined": tally.quarantined,
        "vanished": vanished,
        "requests": tally.requests,
        "records": dict(tally.records),
    }


def tally_of(run: Run) -> Tally:
    """Add up what the units of a run came to; there is no other count."""
    states = Unit.objects.filter(run=run).values_list("state").annotate(number=Count("pk"))
    attempts = Attempt.objects.filter(run=run)
    read = attempts.filter(outcome__in=("done", "quarantined"))
    names = ("created", "updated", "unchanged", "quarantined")
    sums = read.aggregate(**{name: Sum(name, default=0) for name in names})
    requests = attempts.aggregate(requests=Sum("requests", default=0))["requests"]
    coverage: Fields = {}
    for fields in read.values_list("fields", flat=True).iterator(CHUNK):
        merge_fields(coverage, fields)
    dead = Unit.objects.filter(Q(state="dead") | Q(state="quarantined"), run=run).exclude(error="")
    reasons = dead.values_list("error").annotate(number=Count("pk")).order_by("-number", "error")[:5]
    return Tally(
        units=dict(states.order_by("state")),
        requests=requests,
        records={kind: counted["records"] for kind, counted in coverage.items()},
        coverage=coverage,
        reasons=list(reasons),
        notes=_notes(attempts),
        **sums,
    )


def _notes(attempts: QuerySet[Attempt]) -> list[str]:
    noted = attempts.filter(outcome=Attempt.Outcome.DONE).exclude(error="").order_by("error")
    return list(noted.values_list("error", flat=True).distinct()[:MOST_NOTES])


def _before(run: Run) -> list[Before]:
    good = (Run.State.SUCCEEDED, Run.State.PARTIAL)
    earlier = Run.objects.filter(source=run.source, scope=run.scope, state__in=good, replay_of=None)
    rows = earlier.order_by("-finished_at").values_list("counts", "coverage")[:BASELINE_RUNS]
    return [Before(counts.get("records", {}), coverage) for counts, coverage in rows]


def seen_in(run: Run) -> set[int]:
    """Return the numbers of all items that a run found."""
    packed = Attempt.objects.filter(run=run, outcome__in=("done", "quarantined")).values_list("seen", flat=True)
    return {number for one in packed.iterator(CHUNK) for number in numbers_in(bytes(one))}


def _misread(run: Run, tally: Tally) -> set[tuple[str, str]] | None:
    """Return what a run did not understand: it is there all the same. ``None`` if not all of it is known."""
    kept = list(Quarantined.objects.filter(run=run).exclude(kind="").values_list("kind", "external_id"))
    return set(kept) if len(kept) >= tally.quarantined else None


def _let_vanish(
    run: Run, whole: Collection[str], misread: Collection[tuple[str, str]], sinks: Sinks, now: datetime
) -> int:
    """Mark what a complete run did not name."""
    seen, count = (seen_in(run) if whole else set()), 0
    for kind in sorted(whole):
        prefix = whole[kind] if isinstance(whole, Mapping) else ""
        named = Item.objects.filter(source=run.source, kind=kind, external_id__startswith=prefix)
        there = named.filter(vanished_at=None).values_list("pk", "external_id")
        gone = [pk for pk, name in there.iterator(CHUNK) if pk not in seen and (kind, name) not in misread]
        count += len(gone)
        for part in _chunks(gone):
            Item.objects.filter(pk__one_of=part).update(vanished_at=now, changed_at=now, run=run)
            if kind in sinks:
                sinks[kind].vanished(list(Item.objects.filter(pk__one_of=part)))
    return count


def _chunks(numbers: list[int]) -> Iterable[list[int]]:
    return (numbers[at : at + CHUNK] for at in range(0, len(numbers), CHUNK))
