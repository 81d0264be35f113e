"""A town's sites as local servers, and what uploading its events leaves behind."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cinema_project.common.fetching.fetcher import close_shared
from cinema_project.common.tests.make import file_of, plain
from cinema_project.tests import sites
from cinema_project.tests.sites import Site, answer

POSTER = file_of(plain((60, 90), (10, 120, 200)), "JPEG")


@contextmanager
def town(settings: Any, folder: Path) -> Iterator[Site]:
    """Serve ``/poster.jpg`` and whatever a test adds; pictures are stored in the folder."""
    settings.FETCH_ALLOW_LOOPBACK, settings.MEDIA_ROOT = True, folder
    with sites.running() as site:
        site.does("/poster.jpg", answer(POSTER))
        yield site
        site.released.set()
        close_shared()


def poster(colour: tuple[int, int, int], size: tuple[int, int] = (60, 90)) -> bytes:
    return file_of(plain(size, colour), "PNG")


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
