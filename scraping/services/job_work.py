"""The work on one unit of a media job: a list is read, or a video is fetched and stored. It may die at any point.

A video's state is written before each step, and what a step makes has its name beforehand, so whoever comes next goes
on where this one stopped: nothing is fetched, stored or counted twice.
"""

from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.db.models import Sum

from cinema_project.common import clock, stored_files
from cinema_project.common.errors import DomainError, Unavailable
from cinema_project.common.fetching.fetcher import Limits
from cinema_project.common.fetching.network import Aborted, NotReached
from cinema_project.common.pictures import as_webp
from scraping.engine.leasing import Lease, state_of
from scraping.fetching.session import Session
from scraping.media import credentials, files
from scraping.media.asking import address_of
from scraping.media.download import Fetched, fetch_video
from scraping.media.drive import Drive
from scraping.media.listed import Wanted
from scraping.media.listing import LISTINGS, SourceUnavailable, wanted_videos
from scraping.models import MediaJob, MediaVideo, Run, Unit
from scraping.selectors.media_json import metadata_of
from scraping.services.storing import folder_path, into_drive, into_storage, with_ids
from scraping.services.videos import DOWNLOADS_OFF, advance, enter_videos
from scraping.sources.base import Payload, UnitGone

MEGABYTE = 1024 * 1024
COVER = Limits(size=5 * MEGABYTE, seconds=20)
COVER_SIZE = (270, 480)
State = MediaVideo.State


def handle(lease: Lease, session: Session) -> Payload:
    """Do what a unit of the source ``media`` stands for (``engine.worker.Handle``)."""
    video_id = lease.unit.args.get("video")
    if video_id is None:
        return _payload(videos=_list(lease, session))
    try:
        _fetch_and_store(video_id, session)
    except Aborted:
        run_id = Unit.objects.filter(pk=lease.unit_id).values_list("run_id", flat=True).first()
        if run_id is None or state_of(run_id) != Run.State.RUNNING:
            files.remove(video_id)
        raise
    return _payload()


def _payload(**told: Any) -> Payload:
    return Payload("", orjson.dumps(told), content_type="application/json", fetched_at=clock.now())


def _list(lease: Lease, session: Session) -> list[str]:
    """Read the list of a job; return the videos that are to be fetched."""
    job = MediaJob.objects.filter(run__units=lease.unit_id).first()
    if job is None:
        raise UnitGone("The job was deleted.")
    wanted = Wanted(job.value, job.limit, job.since, job.until)
    try:
        found = wanted_videos(LISTINGS[job.mode](), session, wanted)
    except Aborted:
        raise
    except (SourceUnavailable, NotReached) as error:
        reason = "source_unavailable" if isinstance(error, SourceUnavailable) else "source_not_reached"
        MediaJob.objects.filter(pk=job.pk).update(failure_reason=reason)
        raise
    entered = enter_videos(job_id=job.pk, listed=found)
    MediaJob.objects.filter(pk=job.pk).update(failure_reason="", note=_note(entered.listed))
    return entered.to_fetch


def _note(listed: int) -> str:
    if not listed:
        return "No videos in range."
    return "" if settings.MEDIA_RIGHTS_CONFIRMED else DOWNLOADS_OFF


def _fetch_and_store(video_id: str, session: Session) -> None:
    video = _video(video_id)
    if video.state == State.UPLOADED:
        files.remove(video_id)  # somebody died just before that
        return
    _check_job(video)
    with files.held(video_id) as folder:
        drive = None
        if credentials.is_configured():  # asked before anything is fetched: it may not let us in
            drive = Drive(session.tools.fetcher, session.wait)
            video = with_ids(drive, video)
        file = _file(video, folder, session)
        video = _video(video_id)
        _cover(video, session)
        _store(drive, video, file)
    files.remove(video_id)


def _video(video_id: str) -> MediaVideo:
    video = MediaVideo.objects.select_related("job").filter(pk=video_id).first()
    if video is None:
        raise UnitGone("The video was deleted.")
    return video


def _check_job(video: MediaVideo) -> None:
    """Go on only with what may be fetched.

    :raises UnitGone: if it may not
    """
    if not settings.MEDIA_RIGHTS_CONFIRMED:
        raise UnitGone("Downloads are off: the operator has not confirmed the rights.")
    fetched = MediaVideo.objects.filter(job=video.job_id).exclude(pk=video.pk).aggregate(total=Sum("file_size"))
    if (fetched["total"] or 0) >= settings.MEDIA_JOB_MEGABYTES * MEGABYTE:
        raise UnitGone(f"The job has fetched {settings.MEDIA_JOB_MEGABYTES} MB already, which is as much as one may.")


def _file(video: MediaVideo, folder: Path, session: Session) -> Path:
    """Return the file of a video: the one that is there, or a new one."""
    whole = folder / "whole.mp4"
    if video.checksum and whole.exists() and files.checksum_of(whole) == video.checksum:
        if video.state in (State.PENDING, State.DOWNLOADING):  # a retry of what failed later on
            _move(video, State.DOWNLOADING)
            _move(video, State.DOWNLOADED)
        return whole
    _move(video, State.DOWNLOADING)
    fetched = fetch_video(session, url=video.url, folder=folder, no_watermark=video.job.no_watermark)
    _move(video, State.DOWNLOADED, **_told(fetched))
    return fetched.path.rename(whole)


def _told(fetched: Fetched) -> dict[str, Any]:
    return {"file_size": fetched.size, "checksum": fetched.checksum, "has_watermark": fetched.has_watermark}


def _move(video: MediaVideo, to: str, **changes: Any) -> None:
    """Write the next state, unless somebody else took the video further.

    :raises InOtherHands: if they did: the next look at it shows how far
    """
    if not advance(video_id=video.pk, to=to, changes={"note": "", "error": "", **changes}):
        raise files.InOtherHands


def _store(drive: Drive | None, video: MediaVideo, file: Path) -> None:
    now = clock.now()
    path = folder_path(video.job, video, now)
    _move(video, State.UPLOADING, folder_path=path)
    video.folder_path = path
    metadata = metadata_of(video)
    if drive is not None:
        into_drive(drive, video=video, job=video.job, path=path, file=file, metadata=metadata)
        _move(video, State.UPLOADED, storage_name="")
        return
    try:
        name = into_storage(video_id=video.pk, path=path, file=file, metadata=metadata)
    except Unavailable as error:
        raise NotReached(str(error)) from error
    _move(video, State.UPLOADED, storage_name=name, drive_file_id="", drive_metadata_id="")


def _cover(video: MediaVideo, session: Session) -> None:
    """Store a small picture of a video; without one it is as good."""
    if not video.cover_url or video.cover:
        return
    try:
        opened = session.open(address_of(video.cover_url), limits=COVER)
        try:
            content = opened.read() if opened.status == 200 else b""
        finally:
            opened.close()
        picture = as_webp(content, _small, shorter_side=min(COVER_SIZE))
        name = stored_files.replace(f"clips/{video.pk}.webp", picture)
    except Aborted:
        raise
    except DomainError:
        return
    MediaVideo.objects.filter(pk=video.pk).update(cover=name)


def _small(image: Any) -> Any:
    image.thumbnail(COVER_SIZE)
    return image
