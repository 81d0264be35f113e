"""The open connections of one fetcher: each request has one for itself, if possible one that stands already."""

import base64
import functools
import io
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import httpx

from cinema_project.common.fetching.network import AnswerTooSlow, Network, NotReached, Stream

KEPT_SECONDS = 20
"""How long a connection that nobody uses may be used again."""
PIECE = 64 * 1024
REFUSED = "Tunnel connection failed: "
"""How ``http.client`` begins to tell of a proxy that will not."""
MOST_HINTS = 10
"""Answers before the answer, such as 103 Early Hints."""
Origin = tuple[str, str, int]


class Proxy(NamedTuple):
    """Who asks for us: all addresses, but those of HTTPS through a tunnel."""

    scheme: str
    host: str
    port: int
    headers: dict[str, str]


class Response(HTTPResponse):
    """An answer, without those before it, and with nothing left out."""

    def begin(self) -> None:
        super().begin()
        for _ in range(MOST_HINTS):
            if self.status >= HTTPStatus.OK:
                break
            self.headers = None  # type: ignore[assignment]  # lets it begin anew
            super().begin()
        else:
            raise HTTPException("The answer does not come.")
        if self.headers.get("transfer-encoding", "chunked").lower() != "chunked":
            raise HTTPException("The answer is sent in a way that was not asked for.")
        self._end_if_read()

    def pieces(self) -> Iterator[bytes]:
        """Yield the content.

        :raises HTTPException: if it ends too soon
        """
        while piece := self.read1(PIECE):
            self._end_if_read()
            yield piece
        if self.length:
            raise IncompleteRead(b"", self.length)

    def _end_if_read(self) -> None:
        if self.length == 0:
            self._close_conn()  # type: ignore[attr-defined]


class _Reader(io.BufferedReader):
    """What comes on a connection, for one answer after the other: none of them closes it."""

    def close(self) -> None:
        pass


class _Talk:
    """What ``http.client`` takes for a socket: it closes this before the last answer is read, the line does later."""

    def __init__(self, stream: Stream) -> None:
        self._stream, self._reader = stream, _Reader(stream)

    def sendall(self, content: bytes) -> None:
        self._stream.sendall(content)

    def makefile(self, *_mode: str) -> io.BufferedReader:
        return self._reader

    def close(self) -> None:
        pass


class Line(HTTPConnection):
    """One connection."""

    response_class = Response

    def __init__(self, network: Network, origin: Origin, proxy: Proxy | None, seconds: float) -> None:
        self.scheme, host, port = self.origin = origin
        super().__init__(host, port)
        self.unused_since, self._seconds, self._silence = 0.0, seconds, seconds
        self._network, self._proxy = network, proxy
        self._stream: Stream | None = None
        self._response: HTTPResponse | None = None
        if proxy and self.scheme == "https":
            self.set_tunnel(host, port, proxy.headers)

    def connect(self) -> None:
        first = self._proxy or self
        self._have(self._network.connect(first.host, first.port, self._seconds))
        if first.scheme == "https":
            self._secure(first.host)
        if self._proxy and self.scheme == "https":
            self._through()
            self._secure(self.host)

    def _secure(self, host: str) -> None:
        assert self._stream is not None
        self._have(self._stream.secured(authorities(), host, self._seconds))

    def _have(self, stream: Stream) -> None:
        stream.silence = self._silence
        self._stream, self.sock = stream, _Talk(stream)

    def _through(self) -> None:
        try:
            self._tunnel()  # type: ignore[attr-defined]
        except OSError as error:
            said = str(error)
            if said.startswith(REFUSED):
                raise NotReached(f"The proxy refuses: {said.removeprefix(REFUSED)}.") from None
            raise

    def ask(
        self, method: str, url: str, headers: Iterable[tuple[str, str]], content: bytes, silence: float
    ) -> Response:
        """Send a request and return the answer, its content unread.

        :param url: as it is sent
        :param silence: seconds in which nothing comes
        """
        self._silence, self._response = silence, None
        if self._stream is not None:
            self._stream.silence = silence
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        through = self._proxy if self.scheme == "http" else None
        self.putrequest(method, url if through else target, skip_host=True, skip_accept_encoding=True)
        for name, value in headers:
            self.putheader(name, value)
        for name, value in (through.headers if through else {}).items():
            self.putheader(name, value)
        self.endheaders(content or None)
        self._response = response = self.getresponse()
        assert isinstance(response, Response)
        return response

    @property
    def is_done(self) -> bool:
        """Tell whether the answer was read to its end, and others may follow."""
        return self.sock is not None and self._response is not None and self._response.isclosed()

    @property
    def is_fresh(self) -> bool:
        """Tell whether it still stands."""
        is_recent = time.monotonic() - self.unused_since < KEPT_SECONDS
        return is_recent and self._stream is not None and not self._stream.has_something_to_say

    def hang_up(self) -> None:
        self.close()
        if self._stream is not None:
            self._stream.close()


class Lines:
    """At most so many connections at once, each with one request at a time.

    :param proxy: ``http://user:password@host:port``
    """

    def __init__(self, network: Network, most: int, proxy: str = "") -> None:
        self._network, self._proxy = network, _proxy(proxy) if proxy else None
        self._most, self._open, self._closed = most, 0, False
        self._room, self._lock = threading.BoundedSemaphore(most), threading.Lock()
        self._idle: list[Line] = []
        """The latest used at the end."""

    @contextmanager
    def one_to(self, origin: Origin, seconds: float, connect: float) -> Iterator[Line]:
        """Have a connection for oneself; it is kept if its answer was read to the end.

        :param seconds: how long to wait for one
        :param connect: how long it may take until it stands
        :raises AnswerTooSlow: if all are in use for so long
        """
        if not self._room.acquire(timeout=seconds):
            raise AnswerTooSlow("Too much is asked at once.")
        try:
            line = self._taken(origin, connect)
            try:
                yield line
            finally:
                self._put_back(line)
        finally:
            self._room.release()

    def close(self) -> None:
        """Hang up: at once where nobody is talking, elsewhere when they are done."""
        self._closed = True
        while (line := self._oldest()) is not None:
            self._hang_up(line)

    def _taken(self, origin: Origin, connect: float) -> Line:
        while (line := self._latest_to(origin)) is not None:
            if line.is_fresh:
                return line
            self._hang_up(line)
        if self._open >= self._most and (unused := self._oldest()) is not None:
            self._hang_up(unused)
        line = Line(self._network, origin, self._proxy, connect)
        with self._lock:
            self._open += 1
        return line

    def _latest_to(self, origin: Origin) -> Line | None:
        with self._lock:
            for at in range(len(self._idle) - 1, -1, -1):
                if self._idle[at].origin == origin:
                    return self._idle.pop(at)
        return None

    def _oldest(self) -> Line | None:
        with self._lock:
            return self._idle.pop(0) if self._idle else None

    def _put_back(self, line: Line) -> None:
        if self._closed or not line.is_done:
            self._hang_up(line)
            return
        line.unused_since = time.monotonic()
        with self._lock:
            self._idle.append(line)

    def _hang_up(self, line: Line) -> None:
        with self._lock:
            self._open -= 1
        line.hang_up()


def _proxy(url: str) -> Proxy:
    parts = urlsplit(url)
    headers = {}
    if parts.username:
        who = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        headers["Proxy-Authorization"] = f"Basic {base64.b64encode(who).decode()}"
    return Proxy(parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80), headers)


@functools.cache
def authorities() -> ssl.SSLContext:
    """Return the authorities we trust; to read them takes longer than to ask."""
    return httpx.create_ssl_context()
