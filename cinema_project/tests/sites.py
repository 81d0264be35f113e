"""Sites of other people, as local servers over real HTTP: they answer as told, and remember each request."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import orjson

Script = Callable[[BaseHTTPRequestHandler], None]
PATIENCE = 20


@dataclass(frozen=True)
class Asked:
    """One request, and when it came by ``time.monotonic``."""

    at: float
    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""
    client: tuple[str, int] = ("", 0)


@dataclass
class Site:
    """What it answers by path, and what it was asked. A path may be a prefix that ends in ``*``."""

    url: str = ""
    scripts: dict[str, list[Script]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def does(self, path: str, *scripts: Script) -> None:
        """Let it do this when asked, one after the other; the last again and again."""
        self.scripts[path] = list(scripts)

    def hang(self, to: BaseHTTPRequestHandler) -> None:
        """Say nothing until the test is over."""
        self.released.wait(PATIENCE)
        to.close_connection = True

    def serve(self, to: BaseHTTPRequestHandler) -> None:
        body = to.rfile.read(int(to.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in to.headers.items()}
        self.asked.append(Asked(time.monotonic(), to.command, to.path, headers, body, to.client_address))
        self._script(urlsplit(to.path).path)(to)

    def _script(self, path: str) -> Script:
        prefixes = [known for known in self.scripts if known.endswith("*") and path.startswith(known[:-1])]
        scripts = self.scripts.get(path) or (self.scripts[max(prefixes, key=len)] if prefixes else [NOT_FOUND])
        return scripts.pop(0) if len(scripts) > 1 else scripts[0]

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]


def answer(body: Any = b"", status: int = 200, **headers: str) -> Script:
    """Answer with JSON, or with bytes as they are."""
    content = body if isinstance(body, bytes) else orjson.dumps(body)

    def run(to: BaseHTTPRequestHandler) -> None:
        to.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            to.send_header(name.replace("_", "-"), value)
        to.end_headers()
        to.wfile.write(content)

    return run


def drip(pieces: Iterator[bytes], every: float) -> Script:
    """Send bytes as they are, status line and all, one piece after the other."""

    def run(to: BaseHTTPRequestHandler) -> None:
        to.close_connection = True
        for piece in pieces:
            to.wfile.write(piece)
            to.wfile.flush()
            time.sleep(every)

    return run


def cut_off(to: BaseHTTPRequestHandler) -> None:
    """Announce more than is sent."""
    to.send_response(200)
    to.send_header("Content-Length", "1000")
    to.end_headers()
    to.wfile.write(b"{")
    to.close_connection = True


def no_answer(to: BaseHTTPRequestHandler) -> None:
    to.close_connection = True


NOT_FOUND = answer({"detail": "There is nothing here."}, 404)


class _Server(ThreadingHTTPServer):
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of those who hang up, or are killed."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def running() -> Iterator[Site]:
    """Serve until the block ends."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            try:
                site.serve(self)
            except (ConnectionError, ValueError):
                self.close_connection = True  # whoever asked lost patience

        do_POST = do_HEAD = do_GET

        def log_message(self, *_words: Any) -> None:
            """Be quiet."""

    server = _Server(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    try:
        yield site
    finally:
        site.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
