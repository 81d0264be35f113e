"""Door out: pictures of events, fetched side by side, made into WebP, and stored under the hash of their content."""

import hashlib
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.contrib.staticfiles import finders
from PIL import Image

from cinema_project.common.errors import DomainError
from cinema_project.common.fetching.fetcher import shared
from cinema_project.common.fetching.network import NotReached, place_of
from cinema_project.common.fetching.pictures import LIMITS, fetch_webp
from cinema_project.common.pictures import PicturesBusy, as_webp
from cinema_project.common.stored_files import store_content
from cinema_project.common.threads import submit

FOLDER = "events"
LARGEST_SIDE = 1000
THREADS = 8
"""Pictures of one batch that are fetched at once."""
SECONDS = 60.0
"""How long the pictures of one batch may take; those that are not there by then have failed."""
PATIENCE = 2
"""How often a host may leave us waiting within a batch before its other pictures are given up."""
BUSY_PAUSE = 0.5
T = TypeVar("T")


class TooLittleTime(NotReached):
    code = "too_little_time"


class HostSilent(NotReached):
    code = "host_silent"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it will be stored."""

    name: str
    content: bytes = field(repr=False)


@dataclass
class Hosts:
    """Which hosts have left us waiting, so that a slow one does not hold up the pictures of all others.

    Batches that come in together share it: a silent host is waited for once, not with each of them.
    """

    failures: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self, host: str, until: float) -> None:
        """Go on if the picture is still worth asking for.

        :param until: the end of the batch's time, by ``time.monotonic``
        :raises NotReached: if it is not
        """
        if time.monotonic() >= until:
            raise TooLittleTime(f"The pictures of this batch took longer than {SECONDS:.0f} seconds.")
        if self.failures.get(host, 0) >= PATIENCE:
            raise HostSilent(f"The host {host} did not answer for other pictures of this batch.")

    def failed(self, host: str) -> None:
        with self.lock:
            self.failures[host] = self.failures.get(host, 0) + 1


def obtain(urls: Collection[str], hosts: Hosts) -> dict[str, Picture | DomainError]:
    """Return the picture of each address, or why there is none. Without the database: this may take a minute."""
    until = time.monotonic() + SECONDS
    return _side_by_side(urls, lambda url: _obtained(url, hosts, until))


def store(pictures: Iterable[Picture]) -> dict[str, DomainError | None]:
    """Store files, and return of each name why it could not be."""
    by_name = {picture.name: picture for picture in pictures}
    return _side_by_side(by_name, lambda name: _stored(by_name[name]))


def _side_by_side(keys: Collection[str], work: Callable[[str], T]) -> dict[str, T]:
    wanted = list(dict.fromkeys(keys))
    if len(wanted) < 2:
        return {key: work(key) for key in wanted}
    with ThreadPoolExecutor(min(THREADS, len(wanted)), "event pictures") as threads:
        at_work = {key: submit(threads, work, key) for key in wanted}
        return {key: work_of.result() for key, work_of in at_work.items()}


def _obtained(url: str, hosts: Hosts, until: float) -> Picture | DomainError:
    host = ":".join(map(str, place_of(url) or ("?",)))
    try:
        content = _webp_of(url, host, hosts, until)
    except NotReached as silent:
        if type(silent) not in (TooLittleTime, HostSilent):
            hosts.failed(host)
        return silent
    except DomainError as refused:
        return refused
    return Picture(f"{FOLDER}/{hashlib.sha256(content).hexdigest()}.webp", content)


def _webp_of(url: str, host: str, hosts: Hosts, until: float) -> bytes:
    while True:
        hosts.check(host, until)
        try:
            if (ours := _own_file(url)) is not None:
                return _webp_of_own(ours, ours.stat().st_mtime)
            return fetch_webp(url, shared(), _fit, shorter_side=LARGEST_SIDE, limits=LIMITS)
        except PicturesBusy:
            time.sleep(BUSY_PAUSE)


def _own_file(url: str) -> Path | None:
    """Return the file of a picture that comes with the product; it is not asked for over the network."""
    start = f"{settings.SITE_URL}{settings.STATIC_URL}"
    if not url.startswith(start) or ".." in url or "\0" in url:
        return None
    found = finders.find(url.removeprefix(start))
    return Path(found) if isinstance(found, str) else None


@lru_cache(maxsize=32)
def _webp_of_own(path: Path, changed_at: float) -> bytes:
    return as_webp(path.read_bytes(), _fit, shorter_side=LARGEST_SIDE)


def _fit(image: Image.Image) -> Image.Image:
    image.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.LANCZOS)
    return image


def _stored(picture: Picture) -> DomainError | None:
    try:
        store_content(picture.name, picture.content)
    except DomainError as refused:
        return refused
    return None


Pictures = Mapping[str, Picture | DomainError]
