"""Sites of our own, over real HTTP on the loopback interface: how they are served, watched, and made to misbehave."""

import hashlib
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from scraping.fakes.faults import Accidents, Fault, too_many
from scraping.fakes.messages import Reply, Request

HOST = "127.0.0.1"
LONGEST_BODY = 20_000_000
REMEMBERED = 500_000


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came, and how it was answered. ``at`` is monotonic, in seconds."""

    at: float
    method: str
    path: str
    query: Mapping[str, str]
    status: int


class Upstream(Protocol):
    """A site: what it answers when all is well."""

    def answer(self, request: Request) -> Reply: ...


@dataclass
class Served:
    """A site that is being served: its address, what it was asked, and its faults."""

    upstream: Upstream
    url: str = ""
    etags: bool = False
    """Answers have an ETag, and who knows it already is told 304."""
    latency: float = 0
    """Seconds that every answer takes."""
    most_per_second: int | None = None
    """More requests in any one second are answered with 429."""
    faults: list[tuple[str, list[Fault]]] = field(default_factory=list)
    accidents: Accidents | None = None
    asked: deque[Asked] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    let_in: deque[float] = field(default_factory=deque)
    released: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def breaks(self, path: str, *faults: Fault) -> None:
        """Let the next requests for this path (``*`` and ``?`` as in file names) meet these faults, each one once."""
        with self.lock:
            self.faults.append((path, list(faults)))

    def mend(self) -> None:
        """Forget all faults, and what was asked."""
        with self.lock:
            self.faults.clear()
            self.asked.clear()
            self.let_in.clear()
        self.accidents, self.most_per_second, self.latency, self.etags = None, None, 0, False

    @property
    def paths(self) -> list[str]:
        return [one.path for one in list(self.asked)]

    def reply_to(self, request: Request) -> Reply:
        now = time.monotonic()
        reply = self._hindrance(request, now) or self.upstream.answer(request)
        if self.etags and reply.status == HTTPStatus.OK:
            reply = _tagged(reply, request)
        with self.lock:
            self.asked.append(Asked(now, request.method, request.path, dict(request.query), reply.status))
        if self.latency:
            self.released.wait(self.latency)
        return reply

    def _hindrance(self, request: Request, now: float) -> Reply | None:
        with self.lock:
            if self._is_too_many(now):
                return too_many(1)(request)
            due = (waiting for path, waiting in self.faults if waiting and fnmatchcase(request.path, path))
            fault = next((waiting.pop(0) for waiting in due), None)
        if fault and (reply := fault(request)):
            return reply
        return self.accidents(request) if self.accidents else None

    def _is_too_many(self, now: float) -> bool:
        """Count the requests that were let in within the last second; this one is counted if it is, too."""
        if self.most_per_second is None:
            return False
        while self.let_in and now - self.let_in[0] >= 1:
            self.let_in.popleft()
        if len(self.let_in) >= self.most_per_second:
            return True
        self.let_in.append(now)
        return False


def _tagged(reply: Reply, request: Request) -> Reply:
    tag = f'"{hashlib.blake2b(reply.body, digest_size=8).hexdigest()}"'
    if request.headers.get("if-none-match") == tag:
        return Reply(HTTPStatus.NOT_MODIFIED, headers={"ETag": tag})
    return Reply(reply.status, reply.body, {**reply.headers, "ETag": tag})


def handler_of(served: Served) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            length = min(int(self.headers.get("Content-Length") or 0), LONGEST_BODY)
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = dict(parse_qsl(address.query, keep_blank_values=True))
            request = Request(self.command, address.path, query, headers, self.rfile.read(length))
            try:
                write_reply(self, served, served.reply_to(request))
            except ConnectionError:
                self.close_connection = True  # whoever asked lost patience

        do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_GET

        def log_message(self, *_words: Any) -> None:
            """Be quiet: ``served.asked`` tells everything."""

    return Handler


def write_reply(to: BaseHTTPRequestHandler, served: Served, reply: Reply) -> None:
    if reply.misbehave:
        reply.misbehave(to, served.released)
        return
    to.send_response(reply.status)
    for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
        to.send_header(name, value)
    to.end_headers()
    if to.command != "HEAD":
        to.wfile.write(reply.body)


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of those who hang up, or are killed."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serving(upstream: Upstream, *, port: int = 0) -> Iterator[Served]:
    """Serve a site until the block is left; port 0 is any free one.

    :raises OSError: if the port is taken
    """
    served = Served(upstream)
    server = _Server((HOST, port), handler_of(served))
    server.daemon_threads = True
    served.url = f"http://{HOST}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=[0.05], name="fake upstream")
    thread.start()
    try:
        yield served
    finally:
        served.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
