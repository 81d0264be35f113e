"""The file of a video, by yt-dlp: the best one without a watermark that the site gives, within limits.

What a worker that died had of it is gone on with, if it is the same file.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from yt_dlp.extractor.tiktok import TikTokIE

from cinema_project.common.errors import DomainError
from cinema_project.common.fetching.fetcher import Limits
from cinema_project.common.fetching.network import NotReached
from scraping.fetching.retry import UnexpectedStatus
from scraping.fetching.session import Session
from scraping.media.asking import Downloader, Undisguised
from scraping.media.files import check_room, checksum_of
from scraping.sources.base import UnitGone

MEGABYTE = 1024 * 1024
WATERMARKED = "download"
"""What yt-dlp calls the file that the site offers for download."""
MARKS = ((re.compile(r"watermark=1\b"), "watermark=0"), (re.compile(r"\bwm=1\b"), "wm=0"))


@dataclass(frozen=True, slots=True)
class Rung:
    """One file that may be had.

    :param name: of the way to it
    """

    name: str
    format: Mapping[str, Any]
    has_watermark: bool

    @property
    def file_name(self) -> str:
        """Name the file so that what is there of another one is not gone on with."""
        what = f"{self.format.get('format_id')} {self.format.get('filesize')} {self.format.get('width')}"
        return f"{self.name}-{hashlib.sha256(what.encode()).hexdigest()[:8]}.mp4"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole file.

    :param size: bytes
    :param checksum: SHA-256
    """

    path: Path
    size: int
    checksum: str
    has_watermark: bool


def fetch_video(session: Session, *, url: str, folder: Path, no_watermark: bool) -> Fetched:
    """Fetch the file of a video into a folder.

    :param no_watermark: try harder for one without
    :raises UnitGone: if the site does not give it, or it is too large
    :raises NoRoom: if it does not fit on the disk now
    :raises NotReached: if the site does not answer now
    """
    check_room()
    largest = settings.MEDIA_FILE_MEGABYTES * MEGABYTE
    limits = Limits(size=largest, seconds=settings.MEDIA_FILE_SECONDS)
    options = {"max_filesize": largest, "continuedl": True, "nopart": False, "updatetime": False}
    downloader = Downloader(session, limits, **options)
    try:
        return _best(downloader, url, folder, no_watermark=no_watermark)
    finally:
        downloader.release()


def _best(downloader: Downloader, url: str, folder: Path, *, no_watermark: bool) -> Fetched:
    info = _page(downloader, url)
    refusals: list[Exception] = []
    for rung in ladder(info.get("formats") or [], no_watermark=no_watermark):
        path = folder / rung.file_name
        try:
            _download(downloader, {**info, **rung.format}, path)
            return Fetched(path, path.stat().st_size, checksum_of(path), rung.has_watermark)
        except UnitGone as error:
            refusals.append(error)
        except UnexpectedStatus as error:
            if error.is_transient:  # what may pass is no reason to take a worse file
                raise
            refusals.append(error)
    raise refusals[0] if refusals else UnitGone("The page names no file of the video.")


def ladder(formats: list[Mapping[str, Any]], *, no_watermark: bool) -> Iterator[Rung]:
    """Yield the files that may be had, the best first: without a watermark as the page has them, then the file for
    download with its address changed so that it has none, then that file as it is.

    :param formats: as yt-dlp reads them off the page, the worst first
    """
    videos = [one for one in formats if one.get("vcodec") != "none" and one.get("format_note") != "UNPLAYABLE"]
    clean = [one for one in videos if one.get("format_id") != WATERMARKED]
    marked = [one for one in videos if one.get("format_id") == WATERMARKED]
    if clean:
        yield Rung("page", max(clean, key=_quality), has_watermark=False)
    for one in marked[-1:] if no_watermark else ():
        if (changed := unmarked(one["url"])) != one["url"]:
            yield Rung("unmarked", {**one, "url": changed}, has_watermark=False)
    if marked:
        yield Rung("marked", marked[-1], has_watermark=True)


def _quality(one: Mapping[str, Any]) -> tuple[bool, int, int]:
    """Rank files: what most players can show, then the larger picture, then the larger file."""
    return one.get("acodec") != "none", one.get("height") or 0, one.get("filesize") or 0


def unmarked(url: str) -> str:
    """Return the address that stands for the same file without its watermark."""
    for pattern, instead in MARKS:
        url = pattern.sub(instead, url)
    return url


class _VideoPage(Undisguised, TikTokIE):
    """The page of one video."""

    @classmethod
    def ie_key(cls) -> str:
        return "TikTok"


def _page(downloader: Downloader, url: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = _VideoPage(downloader).extract(url)
    except DomainError:
        raise
    except Exception as error:
        raise downloader.said(error) from error
    return found


def _download(downloader: Downloader, info: dict[str, Any], path: Path) -> None:
    """Fetch one file; it is at ``path`` once it is whole."""
    if path.exists():
        return
    wanted = {**info, "protocol": "https" if info["url"].startswith("https") else "http", "filename": str(path)}
    downloader.failure = None
    try:
        done, _ = downloader.dl(str(path), wanted)
    except DomainError:
        raise
    except Exception as error:
        raise downloader.said(error) from error
    if not path.exists() or not done:
        raise UnitGone(f"The file is larger than {settings.MEDIA_FILE_MEGABYTES} MB.")
    expected = info.get("filesize")
    if expected and path.stat().st_size != expected:
        path.unlink()
        raise NotReached("The file has not the size that its page tells.")
