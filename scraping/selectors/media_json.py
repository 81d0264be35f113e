"""Videos as they are told: to programs, and in the file beside each video."""

from datetime import UTC, datetime
from typing import Any

from django.core.files.storage import default_storage

from scraping.models import MediaVideo

DRIVE_LINK = "https://drive.google.com/file/d/{}/view"
VIDEO_COLUMNS = (
    "id",
    "job_id",
    "url",
    "desc",
    "author_username",
    "author_nickname",
    "views",
    "likes",
    "comments",
    "shares",
    "created_at_tiktok",
    "hashtags",
    "music_title",
    "music_author",
    "duration",
    "cover",
    "scraped_at",
    "state",
    "note",
    "error",
    "has_watermark",
    "file_size",
    "checksum",
    "folder_path",
    "drive_file_id",
    "storage_name",
)
"""What ``video_json`` reads of a row."""


def moment(value: datetime | None) -> str | None:
    """Return a moment in UTC, ``None`` for none."""
    return None if value is None else f"{value.astimezone(UTC).isoformat(timespec='microseconds')[:-6]}Z"


def metadata_of(video: MediaVideo) -> dict[str, Any]:
    """Return what stands in the file beside a video; the same each time as long as the video is the same."""
    return {
        "video_id": video.pk,
        "url": video.url,
        "desc": video.desc,
        "author": {"username": video.author_username, "nickname": video.author_nickname},
        "stats": {
            "views": video.views,
            "likes": video.likes,
            "comments": video.comments,
            "shares": video.shares,
        },
        "createdAt": moment(video.created_at_tiktok),
        "hashtags": video.hashtags,
        "music": {"title": video.music_title, "author": video.music_author},
        "download_info": {
            "has_watermark": video.has_watermark,
            "file_size": video.file_size,
            "duration": video.duration,
            "sha256": video.checksum,
        },
        "drive_info": {"file_id": video.drive_file_id or None, "folder_path": video.folder_path},
        "scraped_at": moment(video.scraped_at),
    }


def link_of(drive_id: str, storage_name: str) -> str | None:
    """Return where a stored file can be opened: in Drive, or in our own storage."""
    if drive_id:
        return DRIVE_LINK.format(drive_id)
    return default_storage.url(storage_name) if storage_name else None


def video_json(video: Any) -> dict[str, Any]:
    """Return a video as programs see it.

    :param video: a row, or its ``VIDEO_COLUMNS`` with names
    """
    is_stored = video.state == MediaVideo.State.UPLOADED
    return {
        "id": video.id,
        "job_id": str(video.job_id),
        "url": video.url,
        "desc": video.desc,
        "author_username": video.author_username,
        "author_nickname": video.author_nickname,
        "views": video.views,
        "likes": video.likes,
        "comments": video.comments,
        "shares": video.shares,
        "created_at_tiktok": moment(video.created_at_tiktok),
        "hashtags": video.hashtags,
        "music_title": video.music_title or None,
        "music_author": video.music_author or None,
        "has_watermark": video.has_watermark,
        "file_size": video.file_size,
        "checksum": video.checksum or None,
        "duration": video.duration,
        "drive_file_id": (video.drive_file_id or None) if is_stored else None,
        "drive_folder_path": video.folder_path if is_stored else None,
        "storage_url": default_storage.url(video.storage_name) if is_stored and video.storage_name else None,
        "thumbnail_url": default_storage.url(video.cover) if video.cover else None,
        "status": video.state,
        "note": video.note or None,
        "error_message": video.error or None,
        "scraped_at": moment(video.scraped_at),
    }
