"""The open connections of one fetcher: each request has one for itself, if possible one that stands already."""

import functools
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

import httpcore
import httpx

from cinema_project.common.fetching.network import AnswerTooSlow, Network

Line = httpcore.ConnectionInterface
KEPT_SECONDS = 20
"""How long a connection that nobody uses may be used again."""


class Lines:
    """At most so many connections at once, each with one request at a time.

    A pool of httpcore's makes them, and would keep them, too; but before and after every request it looks at all it
    has, and asks the system about each.

    :param proxy: ``http://user:password@host:port``
    """

    def __init__(self, network: Network, most: int, proxy: str = "") -> None:
        self._maker = httpcore.ConnectionPool(
            ssl_context=authorities(),
            keepalive_expiry=KEPT_SECONDS,
            network_backend=network,
            proxy=_proxy(proxy) if proxy else None,
        )
        self._most, self._open, self._closed = most, 0, False
        self._room, self._lock = threading.BoundedSemaphore(most), threading.Lock()
        self._idle: list[tuple[httpcore.Origin, Line]] = []
        """The latest used at the end."""

    @contextmanager
    def one_to(self, url: httpcore.URL, seconds: float) -> Iterator[Line]:
        """Have a connection for oneself.

        :param seconds: how long to wait for one
        :raises AnswerTooSlow: if all are in use for so long
        """
        if not self._room.acquire(timeout=seconds):
            raise AnswerTooSlow("Too much is asked at once.")
        try:
            line = self._taken(url.origin)
            try:
                yield line
            finally:
                self._put_back(url.origin, line)
        finally:
            self._room.release()

    def close(self) -> None:
        """Hang up: at once where nobody is talking, elsewhere when they are done."""
        self._closed = True
        while (line := self._oldest()) is not None:
            self._hang_up(line)

    def _taken(self, origin: httpcore.Origin) -> Line:
        while (line := self._latest_to(origin)) is not None:
            if line.is_available() and not line.has_expired():
                return line
            self._hang_up(line)
        if self._open >= self._most and (unused := self._oldest()) is not None:
            self._hang_up(unused)
        line = self._maker.create_connection(origin)
        with self._lock:
            self._open += 1
        return line

    def _latest_to(self, origin: httpcore.Origin) -> Line | None:
        with self._lock:
            for at in range(len(self._idle) - 1, -1, -1):
                if self._idle[at][0] == origin:
                    return self._idle.pop(at)[1]
        return None

    def _oldest(self) -> Line | None:
        with self._lock:
            return self._idle.pop(0)[1] if self._idle else None

    def _put_back(self, origin: httpcore.Origin, line: Line) -> None:
        if self._closed or not line.is_available():
            self._hang_up(line)
            return
        with self._lock:
            self._idle.append((origin, line))

    def _hang_up(self, line: Line) -> None:
        with self._lock:
            self._open -= 1
        line.close()


def _proxy(url: str) -> httpcore.Proxy:
    parts = urlsplit(url)
    who = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    secure = authorities() if parts.scheme == "https" else None
    return httpcore.Proxy(f"{parts.scheme}://{parts.hostname}:{parts.port}", auth=who, ssl_context=secure)


@functools.cache
def authorities() -> ssl.SSLContext:
    """Return the authorities we trust; to read them takes longer than to ask."""
    return httpx.create_ssl_context()
