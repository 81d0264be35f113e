"""What becomes of videos and schedules when units are settled and runs end, in the engine's own transactions."""

from collections.abc import Sequence

from django.db.models import F

from scraping.engine.results import Result
from scraping.engine.states import move
from scraping.media import files
from scraping.models import MediaJob, MediaVideo, Run, ScheduledJob, Unit

CANCELLED = "cancelled"


class JobLedger:
    """Books of the source ``media`` (``engine.ledgers.Ledger``)."""

    def settled(self, results: Sequence[Result]) -> None:
        """Let videos fail whose units are given up."""
        failed = [result.lease.unit_id for result in results if result.decision is not None]
        if failed:
            _let_fail(list(Unit.objects.filter(pk__in=failed, state=Unit.State.DEAD).order_by("pk")))

    def ended(self, run: Run) -> None:
        """Leave no video under way, and count the run for its schedule."""
        later = _wanted_later(run)
        _let_fail([unit for unit in _units(run, Unit.State.DEAD) if unit.key not in later])
        left = [unit for unit in _units(run, *Unit.OPEN) if "video" in unit.args and unit.key not in later]
        ids = [unit.args["video"] for unit in left]
        move(MediaVideo, MediaVideo.State.PENDING, {}, pk__in=ids, state__in=MediaVideo.UNDER_WAY)
        MediaVideo.objects.filter(pk__in=ids, state=MediaVideo.State.PENDING).update(note=CANCELLED)
        for video_id in ids:
            files.remove(video_id)
        _count_for_schedule(run)
        if words := _words(run):
            Run.objects.filter(pk=run.pk).update(words=words)


def _units(run: Run, *states: str) -> list[Unit]:
    return list(Unit.objects.filter(run=run, state__in=states).order_by("pk"))


def _wanted_later(run: Run) -> set[str]:
    """Return the keys of units that somebody wants once more, and that later runs are about."""
    later = Run.objects.filter(source=run.source, state__in=Run.LIVE, pk__gt=run.pk)
    return set(Unit.objects.filter(run__in=list(later)).values_list("key", flat=True))


def _let_fail(units: Sequence[Unit]) -> None:
    for unit in units:
        if "video" not in unit.args:
            continue
        known = MediaVideo.objects.filter(pk=unit.args["video"]).values_list("state", flat=True).first()
        if known == MediaVideo.State.FAILED:
            continue
        move(MediaVideo, MediaVideo.State.FAILED, {"error": unit.error, "note": ""}, pk=unit.args["video"])
        if known in (MediaVideo.State.PENDING, MediaVideo.State.DOWNLOADING):
            files.remove(unit.args["video"])  # a whole file waits for a retry, or for the broom


def _words(run: Run) -> str:
    """Say what became of a job; empty where the engine's own words do."""
    units = _units(run, *Unit.State.values)
    unread = [unit.error for unit in units if "video" not in unit.args and unit.state == Unit.State.DEAD]
    if unread:
        return unread[0] if run.state == Run.State.FAILED else ""
    if run.state not in MediaJob.RUN_STATES[MediaJob.Status.COMPLETED]:
        return ""
    states = [unit.state for unit in units if "video" in unit.args]
    if not states:
        return "The list was read; there was nothing to fetch."
    return f"{states.count(Unit.State.DONE)} of {len(states)} videos stored, {states.count(Unit.State.DEAD)} failed."


def _count_for_schedule(run: Run) -> None:
    job = MediaJob.objects.filter(run=run, schedule__isnull=False).first()
    if job is None or run.state == Run.State.CANCELLED:
        return
    column = "failed_runs" if run.state == Run.State.FAILED else "successful_runs"
    ScheduledJob.objects.filter(jobs=job.pk).update(**{column: F(column) + 1})
