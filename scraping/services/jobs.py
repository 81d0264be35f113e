"""Media jobs begin, are called off, and are deleted."""

import re
import time
import uuid
from contextlib import suppress
from datetime import datetime
from typing import Any

from cinema_project.common import clock
from cinema_project.common.database import write
from cinema_project.common.errors import IllegalTransition, Invalid, NotFound, invalid_fields
from scraping.media import files
from scraping.models import MediaJob, MediaVideo, Mode, Run, ScheduledJob
from scraping.models.jobs import MOST_VIDEOS, USUAL_VIDEOS
from scraping.services.runs import cancel_run, start_run
from scraping.services.videos import hand_on_videos
from scraping.sources.media import NAME

CANCEL_SECONDS, LOOK_SECONDS = 2.0, 0.05
LONGEST_VALUE = 100
FOLDER_ID = re.compile(r"[A-Za-z0-9_-]{0,200}")


class JobNotFound(NotFound):
    code = "job_not_found"

    def __init__(self, job_id: Any) -> None:
        super().__init__(f"Job with id {job_id} not found")


class JobOver(Invalid):
    """A job that has ended cannot be cancelled."""

    code = "job_over"


def tidy_value(value: str) -> str:
    """Return a user's name or a hashtag without blanks and without @ or #."""
    return value.strip().lstrip("@#").strip()


def check_wanted(*, mode: str, value: str, limit: int, drive_folder_id: str) -> str:
    """Return the value as it is stored.

    :raises Invalid: if one of them is none
    """
    errors = []
    tidy = tidy_value(value)
    if mode not in Mode.values:
        errors.append({"pointer": "/mode", "detail": f"mode must be {' or '.join(Mode.values)}."})
    is_name = tidy.strip(".") and tidy.isprintable() and not set(tidy) & set("/?#\\")
    if not is_name or len(tidy) > LONGEST_VALUE:
        sentence = "value must be a user's name or a hashtag, of 1 to 100 characters, without / ? # and \\."
        errors.append({"pointer": "/value", "detail": sentence})
    if not 1 <= limit <= MOST_VIDEOS:
        errors.append({"pointer": "/limit", "detail": f"limit must be from 1 to {MOST_VIDEOS}."})
    if not FOLDER_ID.fullmatch(drive_folder_id):
        sentence = "drive_folder_id must be the id of a folder in Google Drive: letters, digits, - and _."
        errors.append({"pointer": "/drive_folder_id", "detail": sentence})
    if errors:
        raise invalid_fields(errors)
    return tidy


@write
def create_job(
    *,
    mode: str,
    value: str,
    limit: int = USUAL_VIDEOS,
    no_watermark: bool = True,
    since: datetime | None = None,
    until: datetime | None = None,
    drive_folder_id: str = "",
    schedule: ScheduledJob | None = None,
    slot: datetime | None = None,
) -> MediaJob:
    """Begin a job: a worker takes it up by and by.

    :param value: a user's name or a hashtag; @ and # are taken away
    :param limit: of videos, 1 to 200
    :param since: the oldest, and ``until`` the newest video that counts
    :param drive_folder_id: in Google Drive, instead of the house's own folder
    :param slot: the moment of the schedule that it is for
    :raises Invalid: if a value is not valid
    """
    value = check_wanted(mode=mode, value=value, limit=limit, drive_folder_id=drive_folder_id)
    if since and until and since > until:
        raise invalid_fields([{"pointer": "/since", "detail": "since must not be after until."}])
    job_id = uuid.uuid4()
    trigger = Run.Trigger.STAFF if schedule is None else Run.Trigger.CLOCK
    run, _ = start_run(source=NAME, slot=str(job_id), options={"job": str(job_id)}, trigger=trigger)
    return MediaJob.objects.create(
        id=job_id,
        mode=mode,
        value=value,
        limit=limit,
        no_watermark=no_watermark,
        since=since,
        until=until,
        drive_folder_id=drive_folder_id,
        created_at=clock.now(),
        run=run,
        schedule=schedule,
        slot=slot,
    )


def found_job(job_id: Any) -> MediaJob:
    """Return a job with its run.

    :raises JobNotFound: if there is none
    """
    job = MediaJob.objects.select_related("run").filter(pk=job_id).first()
    if job is None:
        raise JobNotFound(job_id)
    return job


def cancel_job(*, job_id: Any, by: Any = None) -> MediaJob:
    """Call a job off, and wait a moment for the worker who has it to stop; return it as it is then.

    :raises JobNotFound: if there is none
    :raises JobOver: if it has ended
    """
    job = found_job(job_id)
    try:
        cancel_run(run_id=job.run_id, by=by)
    except IllegalTransition:
        raise JobOver(f"Cannot cancel job with status {found_job(job_id).status}") from None
    return _once_ended(job_id)


def _once_ended(job_id: Any) -> MediaJob:
    """Wait until nobody works on a job that is called off, but not for long."""
    until = time.monotonic() + CANCEL_SECONDS
    while (job := found_job(job_id)).run.is_live and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)
    return job


def delete_job(*, job_id: Any) -> None:
    """Delete a job with its videos, but for those that another job lists; one that runs is called off before.

    :raises JobNotFound: if there is none
    """
    job = found_job(job_id)
    if job.run.is_live:
        with suppress(JobOver):
            cancel_job(job_id=job_id)
    _delete(job_id)


@write
def _delete(job_id: Any) -> None:
    job = MediaJob.objects.select_for_update().filter(pk=job_id).first()
    if job is None:
        return
    hand_on_videos(job_id=job_id)
    ids = list(MediaVideo.objects.filter(job=job_id).values_list("pk", flat=True))
    job.delete()
    # Those that tried something again, too. A worker that still has one finds that its run is gone, and stops.
    Run.objects.filter(source=NAME, options__job=str(job_id)).delete()
    for video_id in ids:
        files.remove(video_id)
