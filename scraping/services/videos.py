"""Videos: entered as lists have them, moved from state to state, tried again, deleted."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from cinema_project.common import clock
from cinema_project.common.bulk import upsert
from cinema_project.common.database import write
from cinema_project.common.errors import Invalid, NotFound
from scraping.engine.states import move
from scraping.media import files
from scraping.media.listed import ListedVideo
from scraping.models import JobVideo, MediaJob, MediaVideo, Run, VideoCount, VideoTag
from scraping.services.clips import link_by_rules
from scraping.services.runs import start_run
from scraping.sources.media import NAME

DOWNLOADS_OFF = "downloads_off"
COUNTS = ("views", "likes", "comments", "shares")
TOLD = (*COUNTS, "desc", "author_nickname", "cover_url", "music_title", "music_author")


class VideoNotFound(NotFound):
    code = "video_not_found"

    def __init__(self, video_id: str) -> None:
        super().__init__(f"Video with id {video_id} not found")


class NothingToRetry(Invalid):
    """Only what failed is tried again."""

    code = "nothing_to_retry"


class DownloadsOff(Invalid):
    """The operator has not confirmed the rights to fetch videos."""

    code = "downloads_off"

    def __init__(self) -> None:
        super().__init__("Downloads are off: the operator has not confirmed the rights (MEDIA_RIGHTS_CONFIRMED).")


@dataclass(frozen=True, slots=True)
class Entered:
    """What came of a list.

    :param to_fetch: videos that the job is to fetch, in the order of the list
    """

    listed: int
    to_fetch: list[str]


@write
def enter_videos(*, job_id: Any, listed: Sequence[ListedVideo]) -> Entered:
    """Write a list down: new videos, the present counts of known ones, and that they are in the job's list.

    A video that failed, or whose job has left it, is the job's from now on; one that is stored stays as it is. Done
    twice, it is as done once.
    """
    now = clock.now()
    job = MediaJob.objects.select_for_update().get(pk=job_id)
    listed = list({video.id: video for video in listed}.values())
    ids = sorted(video.id for video in listed)
    MediaVideo.objects.bulk_create((_row(job, one, now) for one in listed), ignore_conflicts=True)
    rows = {row.pk: row for row in MediaVideo.objects.filter(pk__in=ids).order_by("pk").select_for_update()}
    _update(rows, listed, now)
    entries = [JobVideo(job=job, video_id=video.id, place=place) for place, video in enumerate(listed)]
    JobVideo.objects.bulk_create(entries, ignore_conflicts=True)
    to_fetch = _taken_on(job, rows.values()) if settings.MEDIA_RIGHTS_CONFIRMED else set()
    if not settings.MEDIA_RIGHTS_CONFIRMED:
        MediaVideo.objects.filter(pk__in=ids, state=MediaVideo.State.PENDING).update(note=DOWNLOADS_OFF)
    link_by_rules(video_ids=ids)
    return Entered(len(listed), [video.id for video in listed if video.id in to_fetch])


def _row(job: MediaJob, video: ListedVideo, now: datetime) -> MediaVideo:
    return MediaVideo(
        id=video.id,
        job=job,
        url=video.url,
        author_username=video.author_username,
        created_at_tiktok=video.created_at,
        duration=video.duration,
        hashtags=list(video.hashtags),
        scraped_at=now,
        counted_at=now,
        **{name: getattr(video, name) for name in TOLD},
    )


def _update(rows: dict[str, MediaVideo], listed: Iterable[ListedVideo], now: datetime) -> None:
    """Note what the list says of the videos now, and how often they have been watched."""
    changed, tags = [], []
    for video in listed:
        row = rows[video.id]
        for name in TOLD:
            setattr(row, name, getattr(video, name))
        row.hashtags, row.counted_at = list(video.hashtags), now
        changed.append(row)
        tags += [VideoTag(video=row, tag=tag.lower()[:150]) for tag in video.hashtags]
    MediaVideo.objects.bulk_update(changed, [*TOLD, "hashtags", "counted_at"])
    VideoTag.objects.bulk_create(tags, ignore_conflicts=True)
    counts = [VideoCount(video=row, day=now.date(), views=row.views, likes=row.likes) for row in changed]
    upsert(counts, unique=["video", "day"], changing=["views", "likes"])


def _taken_on(job: MediaJob, rows: Iterable[MediaVideo]) -> set[str]:
    """Return what the job is to fetch: what is its own, what failed, and what another job has left."""
    taken = set()
    others = {row.job_id for row in rows if row.job_id != job.pk}
    live = set(MediaJob.objects.filter(pk__in=others, run__state__in=Run.LIVE).values_list("pk", flat=True))
    for row in rows:
        if row.state == MediaVideo.State.UPLOADED or row.job_id in live:
            continue
        if row.state == MediaVideo.State.FAILED and row.job_id != job.pk:
            move(MediaVideo, MediaVideo.State.PENDING, {"error": ""}, pk=row.pk)
        MediaVideo.objects.filter(pk=row.pk).update(job=job, note="")
        taken.add(row.pk)
    return taken


@write
def advance(*, video_id: str, to: str, changes: dict[str, Any] | None = None) -> bool:
    """Move a video on; return whether this call did. One that is in this state already is only changed otherwise."""
    changes = changes or {}
    if move(MediaVideo, to, changes, pk=video_id):
        return True
    return bool(MediaVideo.objects.filter(pk=video_id, state=to).update(**{"state": to, **changes}))


def found_video(video_id: str) -> MediaVideo:
    """Return a video.

    :raises VideoNotFound: if there is none
    """
    video = MediaVideo.objects.select_related("job").filter(pk=video_id).first()
    if video is None:
        raise VideoNotFound(video_id)
    return video


@write
def retry_video(*, video_id: str) -> MediaVideo:
    """Fetch and store a video that failed once more; a worker does so by and by.

    :raises VideoNotFound: if there is none
    :raises NothingToRetry: if it has not failed
    :raises DownloadsOff: if nothing may be fetched
    """
    video = MediaVideo.objects.select_for_update().filter(pk=video_id).first()
    if video is None:
        raise VideoNotFound(video_id)
    if video.state == MediaVideo.State.UPLOADED:
        raise NothingToRetry("Video already uploaded successfully")
    if video.state != MediaVideo.State.FAILED:
        raise NothingToRetry(f"Cannot retry video with status {video.state}: only failed ones are tried again.")
    _retry(video.job_id, [video.pk])
    video.refresh_from_db()
    return video


@write
def retry_failed(*, job_id: Any) -> int:
    """Do the same with all videos of a job that failed; return how many.

    :raises NothingToRetry: if none has
    """
    failed = MediaVideo.objects.filter(job=job_id, state=MediaVideo.State.FAILED).order_by("pk")
    ids = list(failed.select_for_update().values_list("pk", flat=True))
    if not ids:
        raise NothingToRetry("None of its videos has failed.")
    _retry(job_id, ids)
    return len(ids)


def _retry(job_id: Any, video_ids: list[str]) -> None:
    if not settings.MEDIA_RIGHTS_CONFIRMED:
        raise DownloadsOff
    move(MediaVideo, MediaVideo.State.PENDING, {"error": "", "note": ""}, pk__in=video_ids)
    asked_at = clock.now().isoformat()
    start_run(source=NAME, options={"job": str(job_id), "videos": video_ids, "asked_at": asked_at})


@write
def delete_video(*, video_id: str) -> None:
    """Delete what we know of a video; what is stored in Drive stays there.

    :raises VideoNotFound: if there is none
    """
    if not MediaVideo.objects.filter(pk=video_id).delete()[0]:
        raise VideoNotFound(video_id)
    files.remove(video_id)


def hand_on_videos(*, job_id: Any, but: Collection[str] = ()) -> None:
    """Let the videos of a job that are in another job's list belong to that one. Inside a transaction."""
    own = MediaVideo.objects.filter(job=job_id).exclude(pk__in=but)
    shared = JobVideo.objects.filter(video__in=own).exclude(job=job_id).order_by("video_id", "-job__created_at")
    heirs: dict[str, Any] = {}
    for entry in shared:
        heirs.setdefault(entry.video_id, entry.job_id)
    for video_id, heir in heirs.items():
        MediaVideo.objects.filter(pk=video_id).update(job=heir)
