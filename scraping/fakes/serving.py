"""Sites of our own, over real HTTP on the loopback interface: how they are served, watched, and made to misbehave."""

import hashlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

import orjson

HOST = "127.0.0.1"
LONGEST_BODY = 1_000_000
REMEMBERED = 500_000
PATIENCE = 20
"""Seconds for which a site that says nothing holds a connection at most."""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def bearer(self) -> str:
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token if kind == "Bearer" else ""

    def json(self) -> dict[str, Any]:
        """Return the object in the body; nothing or nonsense is an empty one."""
        try:
            found = orjson.loads(self.body or b"{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. ``misbehave`` writes to the connection itself, and the rest is passed over."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    misbehave: Callable[[BaseHTTPRequestHandler, "Served"], None] | None = None


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


Fault = Callable[[Request], Reply | None]
"""What stands between a request and the site: an answer instead of the site's, or ``None`` to let it pass."""


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
    accidents: "Accidents | None" = None
    asked: deque[Asked] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
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
            if self.most_per_second is not None:
                recent = sum(1 for one in list(self.asked)[-self.most_per_second - 1 :] if now - one.at < 1)
                if recent >= self.most_per_second:
                    return too_many(1)(request)
            due = (waiting for path, waiting in self.faults if waiting and fnmatchcase(request.path, path))
            fault = next((waiting.pop(0) for waiting in due), None)
        if fault and (reply := fault(request)):
            return reply
        return self.accidents(request) if self.accidents else None


def _tagged(reply: Reply, request: Request) -> Reply:
    tag = f'"{hashlib.blake2b(reply.body, digest_size=8).hexdigest()}"'
    if request.headers.get("if-none-match") == tag:
        return Reply(HTTPStatus.NOT_MODIFIED, headers={"ETag": tag})
    return Reply(reply.status, reply.body, {**reply.headers, "ETag": tag})


@dataclass
class Accidents:
    """Faults by chance: a share of all requests fails when first made, and succeeds when made again.

    Which ones is told by the seed and the request alone, not by their order, so each run meets the same.
    """

    share: float
    seed: int = 0
    kinds: tuple[Fault, ...] = ()
    met: set[str] = field(default_factory=set)

    def __call__(self, request: Request) -> Reply | None:
        name = f"{self.seed} {request.method} {request.path} {sorted(request.query.items())}"
        chance = Random(name)
        if name in self.met or chance.random() >= self.share:
            return None
        self.met.add(name)
        return chance.choice(self.kinds or (server_error(503), too_many(1), refused("TRY_AGAIN"), no_answer))(request)


def json_reply(body: Any, status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, orjson.dumps(body), {"Content-Type": "application/json"} | named)


def refusal(code: str, sentence: str = "", status: int = 200) -> Reply:
    return json_reply({"success": False, "error": {"code": code, "message": sentence or code.title()}}, status)


def refused(code: str, sentence: str = "") -> Fault:
    """Say ``success: false`` with 200."""
    return lambda _: refusal(code, sentence)


def server_error(status: int = 500, retry_after: int | str | None = None) -> Fault:
    """Answer with a proxy's page and this status."""
    headers = {"Content-Type": "text/html"} | ({} if retry_after is None else {"Retry-After": str(retry_after)})
    return lambda _: Reply(status, f"<h1>{status}</h1>".encode(), headers)


def too_many(retry_after: int | str) -> Fault:
    """Answer with 429. ``retry_after``: seconds, or an HTTP date."""
    return server_error(429, retry_after)


def slow(seconds: float) -> Fault:
    """Wait, then let the site answer."""

    def wait(_: Request) -> None:
        time.sleep(seconds)

    return wait


def says(body: Any, status: int = 200) -> Fault:
    """Answer with this JSON, or these bytes."""
    return lambda _: Reply(status, body) if isinstance(body, bytes) else json_reply(body, status)


def no_answer(_: Request) -> Reply:
    """Close the connection without a word."""

    def close(to: BaseHTTPRequestHandler, _: Served) -> None:
        to.close_connection = True

    return Reply(0, misbehave=close)


def cut_off(_: Request) -> Reply:
    """Announce more than is sent."""

    def cut(to: BaseHTTPRequestHandler, _: Served) -> None:
        to.send_response(200)
        to.send_header("Content-Type", "application/json")
        to.send_header("Content-Length", "1000")
        to.end_headers()
        to.wfile.write(b'{"success": true, "data": [')
        to.close_connection = True

    return Reply(0, misbehave=cut)


def drip(_: Request) -> Reply:
    """Begin, and go on by a byte now and then."""

    def write(to: BaseHTTPRequestHandler, served: Served) -> None:
        to.send_response(200)
        to.send_header("Content-Length", "1000000")
        to.end_headers()
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and not served.released.wait(0.1):
            to.wfile.write(b" ")
            to.wfile.flush()
        to.close_connection = True

    return Reply(0, misbehave=write)


def hang(_: Request) -> Reply:
    """Accept, and say nothing."""

    def wait(to: BaseHTTPRequestHandler, served: Served) -> None:
        served.released.wait(PATIENCE)
        to.close_connection = True

    return Reply(0, misbehave=wait)


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

        do_POST = do_HEAD = do_GET

        def log_message(self, *_words: Any) -> None:
            """Be quiet: ``served.asked`` tells everything."""

    return Handler


def write_reply(to: BaseHTTPRequestHandler, served: Served, reply: Reply) -> None:
    if reply.misbehave:
        reply.misbehave(to, served)
        return
    to.send_response(reply.status)
    for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
        to.send_header(name, value)
    to.end_headers()
    if to.command != "HEAD":
        to.wfile.write(reply.body)


@contextmanager
def serving(upstream: Upstream, *, port: int = 0) -> Iterator[Served]:
    """Serve a site until the block is left; port 0 is any free one.

    :raises OSError: if the port is taken
    """
    served = Served(upstream)
    server = ThreadingHTTPServer((HOST, port), handler_of(served))
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
