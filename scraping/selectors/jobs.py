"""Media jobs, how far they are, and what all of them come to. Everything is counted when somebody asks."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from cinema_project.common.database import query
from scraping.models import JobVideo, MediaJob, MediaVideo, VideoTag
from scraping.selectors.media_json import VIDEO_COLUMNS, link_of, moment

UPLOADED, FAILED = MediaVideo.State.UPLOADED, MediaVideo.State.FAILED


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is.

    :param total: videos in its list
    :param successful: of these, stored
    """

    status: str
    total: int = 0
    successful: int = 0
    failed: int = 0

    @property
    def percent(self) -> int:
        """0 to 100. A job that is completed has nothing left to do, whatever became of its videos."""
        if self.status == MediaJob.Status.COMPLETED:
            return 100
        return 100 * (self.successful + self.failed) // self.total if self.total else 0

    def as_json(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "progress": self.percent,
            "total_videos": self.total,
            "successful_downloads": self.successful,
            "failed_downloads": self.failed,
        }


def jobs(status: str = "") -> QuerySet[MediaJob]:
    """Return the jobs with this status, or all, the latest first."""
    found = MediaJob.objects.select_related("run").order_by("-created_at", "pk")
    return found.filter(run__state__in=MediaJob.RUN_STATES[status]) if status else found


def progress_of_jobs(found: Iterable[MediaJob]) -> dict[Any, Progress]:
    """Return how far these jobs are, by id, in one query."""
    by_id = {job.pk: job for job in found}
    stored, failed = Count("pk", filter=Q(video__state=UPLOADED)), Count("pk", filter=Q(video__state=FAILED))
    rows = JobVideo.objects.filter(job__in=by_id).values_list("job").order_by("job")
    numbers = {row[0]: row[1:] for row in rows.annotate(total=Count("pk"), stored=stored, failed=failed)}
    return {pk: Progress(job.status, *numbers.get(pk, ())) for pk, job in by_id.items()}


def progress_of_job(job: MediaJob) -> Progress:
    return progress_of_jobs([job])[job.pk]


def job_json(job: MediaJob, progress: Progress) -> dict[str, Any]:
    """Return a job as programs see it."""
    return {
        "id": str(job.pk),
        "mode": job.mode,
        "value": job.value,
        "limit": job.limit,
        "no_watermark": job.no_watermark,
        "since": moment(job.since),
        "until": moment(job.until),
        "drive_folder_id": job.drive_folder_id or None,
        **progress.as_json(),
        "error_message": job.run.words if progress.status == MediaJob.Status.FAILED else None,
        "failure_reason": _reason(job) if progress.status == MediaJob.Status.FAILED else None,
        "note": job.note or None,
        "scheduled_job_id": str(job.schedule_id) if job.schedule_id else None,
        "created_at": moment(job.created_at),
        "started_at": moment(job.run.started_at),
        "completed_at": moment(job.run.finished_at),
    }


def _reason(job: MediaJob) -> str:
    return job.failure_reason or "internal"


def drive_links(videos: Iterable[MediaVideo]) -> list[dict[str, Any]]:
    """Return where the files of stored videos are."""
    return [
        {
            "video_id": video.pk,
            "video_link": link_of(video.drive_file_id, video.storage_name),
            "metadata_link": link_of(video.drive_metadata_id, _name_beside(video.storage_name)),
            "folder_path": video.folder_path,
        }
        for video in videos
        if video.state == UPLOADED
    ]


def _name_beside(storage_name: str) -> str:
    return f"{storage_name.removesuffix('.mp4')}_metadata.json" if storage_name else ""


def videos_of_job(job_id: Any) -> list[MediaVideo]:
    """Return the videos in a job's list, in the order of the site."""
    entries = JobVideo.objects.filter(job=job_id).select_related("video").order_by("place", "pk")
    return [entry.video for entry in entries]


def videos(
    *, mode: str = "", value: str = "", author_username: str = "", hashtag: str = "", status: str = ""
) -> QuerySet[MediaVideo]:
    """Return the videos that fit, the latest found first.

    :param mode: of a job that lists them; so is ``value``
    :param hashtag: without #, in any case
    """
    found = MediaVideo.objects.order_by("-scraped_at", "-pk")
    if mode or value:
        wanted = {"job__mode": mode} if mode else {}
        wanted |= {"job__value": value} if value else {}
        found = found.filter(Exists(JobVideo.objects.filter(video=OuterRef("pk"), **wanted)))
    if author_username:
        found = found.filter(author_username=author_username)
    if hashtag:
        found = found.filter(tags__tag=hashtag.lower())
    return found.filter(state=status) if status else found


class FoundVideos:
    """The videos that fit, to be cut into pages: only the rows of a page are read, by an index, and so is the number.

    :param wanted: as ``videos`` takes it
    """

    def __init__(self, **wanted: str) -> None:
        self._wanted = {name: value for name, value in wanted.items() if value}

    def __getitem__(self, part: slice) -> list[Any]:
        """Return these rows, as ``VIDEO_COLUMNS``."""
        ids = videos(**self._wanted).values("pk")[part]
        rows = MediaVideo.objects.filter(pk__in=ids).order_by("-scraped_at", "-pk")
        return list(rows.values_list(*VIDEO_COLUMNS, named=True))

    def __len__(self) -> int:
        wanted = self._wanted
        if wanted.keys() == {"hashtag"}:
            return VideoTag.objects.filter(tag=wanted["hashtag"].lower()).count()
        if wanted and wanted.keys() <= {"mode", "value"}:
            listing = {f"job__{name}": value for name, value in wanted.items()}
            return JobVideo.objects.filter(**listing).values("video").distinct().count()
        return videos(**wanted).count()


STATS = """
SELECT job.*, video.*, schedule.* FROM
  (SELECT count(*), coalesce(sum(CASE WHEN run.state IN ('scheduled', 'queued') THEN 1 ELSE 0 END), 0),
          coalesce(sum(CASE WHEN run.state IN ('running', 'cancelling') THEN 1 ELSE 0 END), 0),
          coalesce(sum(CASE WHEN run.state IN ('succeeded', 'partial', 'empty_suspect') THEN 1 ELSE 0 END), 0),
          coalesce(sum(CASE WHEN run.state = 'failed' THEN 1 ELSE 0 END), 0)
   FROM scraping_mediajob job JOIN scraping_run run ON run.id = job.run_id) job,
  (SELECT count(*),
          coalesce(sum(CASE WHEN state IN ('downloaded', 'uploading', 'uploaded') THEN 1 ELSE 0 END), 0),
          coalesce(sum(CASE WHEN state = 'uploaded' THEN 1 ELSE 0 END), 0),
          coalesce(sum(CASE WHEN state = 'failed' THEN 1 ELSE 0 END), 0),
          coalesce(sum(CASE WHEN state = 'uploaded' THEN file_size ELSE 0 END), 0)
   FROM scraping_mediavideo) video,
  (SELECT count(*), coalesce(sum(CASE WHEN enabled THEN 1 ELSE 0 END), 0) FROM scraping_scheduledjob) schedule
"""
STAT_NAMES = (
    "total_jobs",
    "pending_jobs",
    "running_jobs",
    "completed_jobs",
    "failed_jobs",
    "total_videos",
    "downloaded_videos",
    "uploaded_videos",
    "failed_videos",
    "total_storage_bytes",
    "scheduled_jobs_count",
    "active_scheduled_jobs",
)


def stats() -> dict[str, int]:
    """Return what all jobs, videos and schedules come to, in one query. Downloaded are those that got that far."""
    return dict(zip(STAT_NAMES, map(int, query(STATS)[0]), strict=True))


def watched(job_ids: Collection[Any]) -> dict[Any, Progress]:
    """Return how far these jobs are; those that are gone are left out."""
    return progress_of_jobs(MediaJob.objects.filter(pk__in=job_ids).select_related("run"))
