"""Files on their way: one folder for each video, a lock on it, a budget for all of them, and checksums."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from django.conf import settings

from scraping.fetching.pace import TurnLater

FREE_BYTES = 200 * 1024 * 1024
"""What is left free on the disk whatever the budget."""
ROOM_SECONDS, LOCK_SECONDS = 10.0, 2.0
STEP = 1024 * 1024


class NoRoom(TurnLater):
    """There is no room for another file now; others on their way will make some."""

    code = "no_room"

    def __init__(self) -> None:
        super().__init__(ROOM_SECONDS)
        self.detail = "There is no room for the file now: it waits for others to be stored."
        self.args = (self.detail,)


class InOtherHands(TurnLater):
    """Another worker, thought dead, still has the file."""

    code = "in_other_hands"

    def __init__(self) -> None:
        super().__init__(LOCK_SECONDS)


def folder_of(video_id: str) -> Path:
    """Return where the file of a video is while it is on its way."""
    return settings.MEDIA_WORK_DIR / video_id


@contextmanager
def held(video_id: str) -> Iterator[Path]:
    """Have the folder of a video for oneself. The lock goes with the process, however that ends.

    :raises InOtherHands: if another process on this machine has it
    """
    folder = folder_of(video_id)
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InOtherHands from None
        yield folder
    finally:
        os.close(handle)


def remove(video_id: str) -> None:
    """Remove whatever there is of a video; nothing there is as good."""
    shutil.rmtree(folder_of(video_id), ignore_errors=True)


def check_room() -> None:
    """Go on only if another file fits, even one as large as may be.

    :raises NoRoom: if none does
    """
    root = settings.MEDIA_WORK_DIR
    root.mkdir(parents=True, exist_ok=True)
    budget = settings.MEDIA_DISK_MEGABYTES * 1024 * 1024
    if used() >= budget or shutil.disk_usage(root).free < FREE_BYTES:
        raise NoRoom


def used() -> int:
    """Return how many bytes are on their way."""
    found = 0
    for folder, _, names in os.walk(settings.MEDIA_WORK_DIR):  # minds nothing that goes meanwhile
        for name in names:
            with suppress(FileNotFoundError):
                found += (Path(folder) / name).stat().st_size
    return found


def checksum_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(STEP):
            digest.update(piece)
    return digest.hexdigest()


def forgotten(since: datetime) -> Iterator[str]:
    """Yield the videos whose files nobody has touched since then."""
    root = settings.MEDIA_WORK_DIR
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        times = [path.stat().st_mtime for path in (folder, *folder.glob("*")) if path.exists()]
        if times and max(times) < since.timestamp():
            yield folder.name
