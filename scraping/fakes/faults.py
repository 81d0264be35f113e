"""How a fake site misbehaves: refusals, proxies' errors, and connections that break, hang or drip."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from random import Random
from typing import Any

from scraping.fakes.messages import Reply, Request, json_reply, refusal

PATIENCE = 20
"""Seconds for which a site that says nothing holds a connection at most."""

Fault = Callable[[Request], Reply | None]
"""What stands between a request and the site: an answer instead of the site's, or ``None`` to let it pass."""


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

    def close(to: BaseHTTPRequestHandler, _: threading.Event) -> None:
        to.close_connection = True

    return Reply(0, misbehave=close)


def cut_off(_: Request) -> Reply:
    """Announce more than is sent."""

    def cut(to: BaseHTTPRequestHandler, _: threading.Event) -> None:
        to.send_response(200)
        to.send_header("Content-Type", "application/json")
        to.send_header("Content-Length", "1000")
        to.end_headers()
        to.wfile.write(b'{"success": true, "data": [')
        to.close_connection = True

    return Reply(0, misbehave=cut)


def drip(_: Request) -> Reply:
    """Begin, and go on by a byte now and then."""

    def write(to: BaseHTTPRequestHandler, released: threading.Event) -> None:
        to.send_response(200)
        to.send_header("Content-Length", "1000000")
        to.end_headers()
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and not released.wait(0.1):
            to.wfile.write(b" ")
            to.wfile.flush()
        to.close_connection = True

    return Reply(0, misbehave=write)


def hang(_: Request) -> Reply:
    """Accept, and say nothing."""

    def wait(to: BaseHTTPRequestHandler, released: threading.Event) -> None:
        released.wait(PATIENCE)
        to.close_connection = True

    return Reply(0, misbehave=wait)


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
