"""A cheap load generator: one thread, one epoll, HTTP/1.1 by hand. It shares the cores with what it measures.

A *flow* is a generator that yields requests and is sent their answers, so a client of several steps reads like a story.
"""

import select
import socket
import time
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import orjson

HOST = "127.0.0.1"
PATIENCE_SECONDS = 30


class Answer(NamedTuple):
    status: int
    body: bytes


Flow = Generator[bytes, Answer, None]


@dataclass
class Run:
    """What came of one slice of load."""

    seconds: float = 0
    flows: int = 0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        return self.flows / self.seconds

    @property
    def failures(self) -> int:
        return sum(count for status, count in self.statuses.items() if status >= 500)

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def request(method: str, path: str, token: str = "", body: object = None) -> bytes:
    """Encode a request."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    content = b"" if body is None else orjson.dumps(body)
    if content:
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    return "\r\n".join([*lines, "", ""]).encode() + content


def connect(port: int) -> socket.socket:
    connection = socket.create_connection((HOST, port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def drive(port: int, flows: Iterator[Flow], *, clients: int, seconds: float = PATIENCE_SECONDS) -> Run:
    """Let so many clients work through the flows, each with a connection of its own, until the time is over.

    Flows under way are finished, and counted.
    """
    run, poll = Run(), select.epoll()
    began = time.perf_counter()
    busy = {}
    for _ in range(clients):
        client = _Client(connect(port), flows, began + seconds, run)
        if client.begin():
            busy[client.socket.fileno()] = client
            poll.register(client.socket, select.EPOLLIN)
    while busy:
        ready = poll.poll(PATIENCE_SECONDS)
        if not ready:
            raise TimeoutError(f"{len(busy)} clients wait for answers")
        for number, _ in ready:
            if not busy[number].receive():
                busy.pop(number).socket.close()
    run.seconds = time.perf_counter() - began
    return run


@dataclass(slots=True)
class _Client:
    socket: socket.socket
    flows: Iterator[Flow]
    until: float
    run: Run
    flow: Flow | None = None
    sent_at: float = 0
    buffer: bytes = b""
    wanted: int = 0

    def begin(self) -> bool:
        """Start the next flow; ``False`` when there is none, or no time for it."""
        if time.perf_counter() >= self.until:
            return False
        self.flow = next(self.flows, None)
        if self.flow is None:
            return False
        self._send(next(self.flow))
        return True

    def receive(self) -> bool:
        """Take what came; ``False`` when this client is done."""
        piece = self.socket.recv(1 << 18)
        if not piece:
            raise ConnectionError(f"The server hung up: {self.buffer[:200]!r}")
        self.buffer += piece
        if not self.wanted:
            self.wanted = _length(self.buffer)
        if not self.wanted or len(self.buffer) < self.wanted:
            return True
        return self._answered()

    def _answered(self) -> bool:
        answer = Answer(int(self.buffer[9:12]), self.buffer[self.buffer.index(b"\r\n\r\n") + 4 :])
        self.run.latencies.append(time.perf_counter() - self.sent_at)
        self.run.statuses[answer.status] += 1
        try:
            self._send(self.flow.send(answer))
        except StopIteration:
            self.run.flows += 1
            return self.begin()
        return True

    def _send(self, message: bytes) -> None:
        self.buffer, self.wanted, self.sent_at = b"", 0, time.perf_counter()
        self.socket.sendall(message)


def _length(buffer: bytes) -> int:
    """Return the length of the answer, head and body, or 0 while its head is incomplete."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return 0
    head = buffer[:end].lower()
    at = head.find(b"\r\ncontent-length:")
    body = 0 if at < 0 else int(head[at + 17 :].split(b"\r\n", 1)[0])
    return end + 4 + body
