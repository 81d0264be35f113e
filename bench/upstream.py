"""A site that costs next to nothing: the fake TIX's answers, each made once and kept, from one thread and one epoll."""

import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from bench.load import HOST
from scraping.fakes.messages import Reply, Request
from scraping.fakes.serving import Upstream

PATIENCE_SECONDS = 0.1
BACKLOG = 128
ENDING = b"\r\n\r\n"


@dataclass
class Kept:
    """A site whose answers to GET never change. ``asked``: when each request came, by ``time.monotonic``."""

    site: Upstream
    url: str = ""
    asked: list[float] = field(default_factory=list)
    answers: dict[bytes, bytes] = field(default_factory=dict)

    def answer(self, message: bytes) -> bytes:
        line = message[: message.index(b"\r\n")]
        self.asked.append(time.monotonic())
        kept = self.answers.get(line)
        if kept is None:
            kept = _written(self.site.answer(_read(message)))
            if line.startswith(b"GET "):
                self.answers[line] = kept
        return kept


@contextmanager
def keeping(site: Upstream) -> Iterator[Kept]:
    """Serve a site until the block is left."""
    kept, over = Kept(site), threading.Event()
    with socket.create_server((HOST, 0), backlog=BACKLOG) as door:
        kept.url = f"http://{HOST}:{door.getsockname()[1]}"
        thread = threading.Thread(target=_serve, args=[door, kept, over], name="kept answers")
        thread.start()
        try:
            yield kept
        finally:
            over.set()
            thread.join()


def _serve(door: socket.socket, kept: Kept, over: threading.Event) -> None:
    poll, guests = select.epoll(), {}
    poll.register(door, select.EPOLLIN)
    while not over.is_set():
        for number, _ in poll.poll(PATIENCE_SECONDS):
            if number == door.fileno():
                guest, _ = door.accept()
                guest.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                guests[guest.fileno()] = guest, bytearray()
                poll.register(guest, select.EPOLLIN)
            elif not _hear(*guests[number], kept):
                guests.pop(number)[0].close()
    for guest, _ in guests.values():
        guest.close()


def _hear(guest: socket.socket, heard: bytearray, kept: Kept) -> bool:
    """Answer what was asked whole by now; ``False`` once nobody is there any more."""
    try:
        piece = guest.recv(1 << 16)
        heard += piece
        end = heard.find(ENDING)
        if end >= 0 and len(heard) >= end + len(ENDING) + _length(heard[:end]):
            guest.sendall(kept.answer(bytes(heard)))
            heard.clear()
    except OSError:
        return False
    return bool(piece)


def _length(head: bytearray) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.split(b"\r\n", 1)[0]) if found else 0


def _read(message: bytes) -> Request:
    head, _, body = message.partition(ENDING)
    first, *lines = head.decode().split("\r\n")
    method, target, _ = first.split(" ")
    address = urlsplit(target)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Request(method, address.path, dict(parse_qsl(address.query)), headers, body)


def _written(reply: Reply) -> bytes:
    headers = {"Content-Length": str(len(reply.body)), **reply.headers}
    lines = [f"HTTP/1.1 {reply.status} Kept", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + reply.body
