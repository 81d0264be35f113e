"""What is forgotten in time: runs, and raw payloads that are old or too many."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Sum

from cinema_project.common import clock
from scraping.media import files
from scraping.models import MediaVideo, Page, Quarantined, RawPayload, Run

BATCH = 200
MEDIA_FILES_KEPT, ORPHANS_KEPT = timedelta(hours=24), timedelta(hours=1)
"""How long a file waits for its video to be tried again, and one that no video is known of."""


def forget_old() -> dict[str, int]:
    """Delete runs that ended long ago, and payloads that are old, or over the limit of size; return how many."""
    now = clock.now()
    return {"runs": _forget_runs(now), "payloads": _forget_old_payloads(now) + _forget_payloads_over_limit()}


def _forget_runs(now: datetime) -> int:
    until, count = now - timedelta(days=settings.SCRAPE_KEEP_RUNS_DAYS), 0
    # The run of a media job is kept for as long as the job: its state is the job's.
    ended = Run.objects.filter(finished_at__lt=until, media_job__isnull=True).order_by("pk")
    while old := list(ended.values_list("pk", flat=True)[:5]):
        Run.objects.filter(pk__in=old).delete()
        count += len(old)
    return count


def _forget_old_payloads(now: datetime) -> int:
    """Delete payloads past their age, but for those that pages still compare with or that wait in quarantine."""
    until, count = now - timedelta(days=settings.SCRAPE_KEEP_PAYLOADS_DAYS), 0
    needed = Quarantined.objects.filter(resolved_at=None).values("payload")
    old = RawPayload.objects.filter(first_seen_at__lt=until)
    free = old.exclude(pk__in=Page.objects.values("payload")).exclude(pk__in=needed).order_by("first_seen_at")
    while names := list(free.values_list("pk", flat=True)[:BATCH]):
        count += _delete(names)
    return count


def _forget_payloads_over_limit() -> int:
    """Delete the oldest payloads until the rest fits; a page whose payload is gone is fetched whole next time."""
    limit, count = settings.SCRAPE_PAYLOADS_MEGABYTES * 1024 * 1024, 0
    while (RawPayload.objects.aggregate(stored=Sum("stored", default=0))["stored"]) > limit:
        count += _delete(list(RawPayload.objects.order_by("first_seen_at").values_list("pk", flat=True)[:BATCH]))
    return count


def _delete(names: list[str]) -> int:
    RawPayload.objects.filter(pk__in=names).delete()
    return len(names)


def sweep_media_files() -> int:
    """Remove files on their way that are too old, or of videos that nobody fetches any more; return how many."""
    # Files have the time of the system, whatever the product's clock says.
    now, count = datetime.now(UTC), 0
    for video_id in list(files.forgotten(now - ORPHANS_KEPT)):
        open_still = MediaVideo.objects.filter(pk=video_id).exclude(state=MediaVideo.State.UPLOADED).exists()
        if not open_still or video_id in set(files.forgotten(now - MEDIA_FILES_KEPT)):
            files.remove(video_id)
            count += 1
    return count
