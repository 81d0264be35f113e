"""Where files of videos go: into Google Drive, or without one into our own storage, under the same path."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

import orjson
from django.conf import settings

from cinema_project.common import stored_files
from cinema_project.common.bulk import insert
from cinema_project.common.database import write
from scraping.media.drive import Drive, DriveMisses
from scraping.models import DriveFolder, MediaJob, MediaVideo

VIDEO, JSON = "video/mp4", "application/json"


def folder_path(job: MediaJob, video: MediaVideo, now: datetime) -> str:
    """Return ``TikTok/{mode}/{value}/{YYYY}/{MM}``: year and month in which the video was made, or of now."""
    made = video.created_at_tiktok or now
    return f"TikTok/{job.mode}/{job.value}/{made:%Y}/{made:%m}"


def file_names(video_id: str) -> tuple[str, str]:
    """Return the names of the file and of what is written beside it."""
    return f"{video_id}.mp4", f"{video_id}_metadata.json"


def root_of(job: MediaJob) -> str:
    return job.drive_folder_id or settings.GOOGLE_DRIVE_FOLDER_ID


@write
def reserve_ids(*, video_id: str, ids: tuple[str, str]) -> MediaVideo:
    """Give a video the ids of its two files, unless it has them; return it."""
    MediaVideo.objects.filter(pk=video_id, drive_file_id="").update(drive_file_id=ids[0], drive_metadata_id=ids[1])
    return MediaVideo.objects.select_related("job").get(pk=video_id)


def with_ids(drive: Drive, video: MediaVideo) -> MediaVideo:
    """Return the video with the ids under which it will be in Drive: chosen once, so that it is there once."""
    if video.drive_file_id:
        return video
    first, second = drive.new_ids(2)
    return reserve_ids(video_id=video.pk, ids=(first, second))


def into_drive(
    drive: Drive, *, video: MediaVideo, job: MediaJob, path: str, file: Path, metadata: Mapping[str, Any]
) -> None:
    """Store file and metadata in Drive.

    :raises DriveRefused, DriveFull, DriveMisses: if Drive does not take them
    :raises DriveBusy: if it does not now
    """
    name, name_beside = file_names(video.pk)
    words = orjson.dumps(metadata, option=orjson.OPT_INDENT_2)
    things: tuple[tuple[str, str, Path | bytes, str, str], ...] = (
        (video.drive_file_id, name, file, VIDEO, _md5_of(file)),
        (video.drive_metadata_id, name_beside, words, JSON, ""),
    )
    root = root_of(job)
    folder = made_folder(drive, root, path)
    for file_id, named, content, kind, md5 in things:
        try:
            drive.upload(file_id=file_id, parent=folder, name=named, content=content, kind=kind, md5=md5)
        except DriveMisses:
            forget_folders(root=root, path=path)  # somebody removed it: the next try makes another
            raise


def made_folder(drive: Drive, root: str, path: str) -> str:
    """Return the id of a folder, which is made if need be, with those above it; by several at once it is made once."""
    parent, done = root, ""
    for name in path.split("/"):
        done = f"{done}/{name}" if done else name
        known = DriveFolder.objects.filter(root=root, path=done).first()
        if known is None:
            found = drive.find_folder(parent, name)
            known = remember_folder(
                DriveFolder(root=root, path=done, drive_id=found or drive.new_ids(1)[0], is_made=found is not None)
            )
        if not known.is_made:
            drive.make_folder(folder_id=known.drive_id, parent=parent, name=name)
            DriveFolder.objects.filter(pk=known.pk).update(is_made=True)
        parent = known.drive_id
    return parent


@write
def remember_folder(folder: DriveFolder) -> DriveFolder:
    """Write down under which id a folder is, or will be; return what is written: somebody may have been faster."""
    insert([folder], may_be_there=True)
    return DriveFolder.objects.get(root=folder.root, path=folder.path)


@write
def forget_folders(*, root: str, path: str) -> None:
    """Forget a folder and those above it."""
    names = path.split("/")
    paths = ["/".join(names[:count]) for count in range(1, len(names) + 1)]
    DriveFolder.objects.filter(root=root, path__in=paths).delete()


def into_storage(*, video_id: str, path: str, file: Path, metadata: Mapping[str, Any]) -> str:
    """Store file and metadata in our own storage, in place of what a try before left; return the file's name there.

    :raises StorageDown: if it does not take them
    """
    name, name_beside = (str(PurePosixPath(path) / one) for one in file_names(video_id))
    stored_files.replace(name_beside, orjson.dumps(metadata, option=orjson.OPT_INDENT_2))
    return stored_files.replace(name, file)


def _md5_of(path: Path) -> str:
    """Return what Drive calls the checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
