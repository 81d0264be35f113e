"""Many open seat maps in one thread: WebSocket by hand, so that hundreds of readers cost little."""

import select
import socket
import time
from dataclasses import dataclass, field

import orjson

from bench.load import HOST, connect

PONG = bytes([0x8A, 0x80, 0, 0, 0, 0])  # empty and masked with zeros
UPGRADE = (
    "GET /ws/screenings/{screening}?token={token} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\n"
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


@dataclass
class Watcher:
    """One reader, and the map as it knows it."""

    socket: socket.socket
    screening: int
    seq: int = -1
    gaps: int = 0
    resyncs: int = 0
    seats: dict[int, str] = field(default_factory=dict)
    buffer: bytes = b""
    greeted: bool = False

    def receive(self) -> None:
        piece = self.socket.recv(1 << 16)
        if not piece:
            raise ConnectionError(f"A watcher was cut off: {self.buffer[:200]!r}")
        self.buffer += piece
        if not self.greeted:
            head, found, self.buffer = self.buffer.partition(b"\r\n\r\n")
            self.greeted = bool(found)
            self.buffer = self.buffer if found else head
        while self.greeted and (frame := self._next_frame()):
            self._take(*frame)

    def _next_frame(self) -> tuple[int, bytes] | None:
        if len(self.buffer) < 2:
            return None
        length, start = self.buffer[1], 2
        if length == 126:
            length, start = int.from_bytes(self.buffer[2:4]), 4
        elif length == 127:
            length, start = int.from_bytes(self.buffer[2:10]), 10
        if len(self.buffer) < start + length:
            return None
        opcode, payload = self.buffer[0] & 15, self.buffer[start : start + length]
        self.buffer = self.buffer[start + length :]
        return opcode, payload

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == 9:
            self.socket.sendall(PONG)
        if opcode != 1:
            return
        message = orjson.loads(payload)
        kind = message["type"]
        if kind == "connection_confirmed":
            self.seq = message["seq"]
        elif kind == "resync":
            self.resyncs += 1
        elif kind in ("seat_update", "bulk_seat_update"):
            self.gaps += message["seq"] != self.seq + 1
            self.seq = message["seq"]
            for update in message.get("updates", [message]):
                self.seats[update["seat_id"]] = update["status"]


class Audience:
    """All watchers of a scenario."""

    def __init__(self, port: int, screenings: list[int], tokens: list[str]) -> None:
        """Open one map for each entry of ``screenings``, with the tokens in turn."""
        self.watchers: dict[int, Watcher] = {}
        self.poll = select.epoll()
        for number, screening in enumerate(screenings):
            watcher = Watcher(connect(port), screening)
            token = tokens[number % len(tokens)]
            watcher.socket.sendall(UPGRADE.format(screening=screening, token=token, host=HOST).encode())
            self.watchers[watcher.socket.fileno()] = watcher
            self.poll.register(watcher.socket, select.EPOLLIN)
            self.listen(0)
        self.wait_for(dict.fromkeys(screenings, 0), seconds=60)

    def listen(self, seconds: float) -> None:
        """Take what comes within this time; return as soon as something came."""
        for number, _ in self.poll.poll(seconds, 1024):
            self.watchers[number].receive()

    def wait_for(self, seqs: dict[int, int], *, seconds: float = 10) -> bool:
        """Return once every watcher has reached its screening's ``seq``; ``False`` if the time runs out before."""
        until = time.perf_counter() + seconds
        behind = list(self.watchers.values())
        while behind := [watcher for watcher in behind if watcher.seq < seqs[watcher.screening]]:
            if time.perf_counter() > until:
                return False
            self.listen(0.05)
        return True

    def close(self) -> None:
        for watcher in self.watchers.values():
            watcher.socket.close()
