"""Compressing answers where no proxy does it: an ASGI application around another one."""

import zlib
from collections.abc import Awaitable, Callable
from typing import Any

LEAST_BYTES = 860  # less fits into one packet anyway
LEVEL = 5
GZIP_WINDOW = 31
WORTH_IT = (b"text/", b"application/json", b"application/problem+json", b"application/javascript", b"image/svg+xml")

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


class Gzip:
    """Compress text, scripts and JSON for clients that accept gzip; everything else passes untouched."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        accepted = b",".join(value for name, value in scope.get("headers", ()) if name == b"accept-encoding")
        if scope["type"] == "http" and scope["method"] != "HEAD" and b"gzip" in accepted:
            send = _Sender(send)
        await self.application(scope, receive, send)


class _Sender:
    """Stands between the application and the server for one answer."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.start: Message | None = None
        self.packer = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP_WINDOW)
        self.packs = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        if self.start is not None:
            start, self.start = self.start, None
            self.packs = _is_worth_it(start, message)
            await self.send(_announced(start) if self.packs else start)
        await self.send(self._packed(message) if self.packs else message)

    def _packed(self, message: Message) -> Message:
        more = message.get("more_body", False)
        body = self.packer.compress(message.get("body", b""))
        body += self.packer.flush(zlib.Z_SYNC_FLUSH if more else zlib.Z_FINISH)
        return message | {"body": body}


def _is_worth_it(start: Message, first: Message) -> bool:
    headers = {name.lower(): value for name, value in start["headers"]}
    is_long = first.get("more_body", False) or len(first.get("body", b"")) >= LEAST_BYTES
    is_text = headers.get(b"content-type", b"").startswith(WORTH_IT)
    return start["status"] == 200 and is_long and is_text and b"content-encoding" not in headers


def _announced(start: Message) -> Message:
    """Return the start of the answer with the headers of a compressed one; its ETag becomes a weak one."""
    kept = [
        (name, b"W/" + value if name.lower() == b"etag" and not value.startswith(b"W/") else value)
        for name, value in start["headers"]
        if name.lower() != b"content-length"
    ]
    return start | {"headers": [*kept, (b"content-encoding", b"gzip"), (b"vary", b"Accept-Encoding")]}
