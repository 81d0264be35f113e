"""Faults for the running product, and buyers who keep a ledger of what they were told meanwhile (P4)."""

import os
import selectors
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from booking.tests.sale import BOOK, Person
from cinema_project.tests.processes import HOST, Process

PAUSE_SECONDS = 1.0
DELAY_SECONDS = 0.3
THINKING_SECONDS = 0.1
UNREACHABLE_SECONDS = 0.5


class Wire:
    """A line between buyers and a server that can be cut, or slowed down. Requests pass; answers may not."""

    def __init__(self, target: int) -> None:
        self.target, self.delay = target, 0.0
        self.pairs: set[tuple[socket.socket, socket.socket]] = set()
        self.listener = socket.create_server((HOST, 0))
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def cut(self) -> None:
        """Hang up on everybody, whatever is under way."""
        for pair in list(self.pairs):
            for end in pair:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut()

    def _listen(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=[near], daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with near, suppress(OSError), socket.create_connection((HOST, self.target), timeout=5) as far:
            pair = (near, far)
            self.pairs.add(pair)
            try:
                self._copy(near, far)
            finally:
                self.pairs.discard(pair)

    def _copy(self, near: socket.socket, far: socket.socket) -> None:
        with selectors.DefaultSelector() as ready:
            ready.register(near, selectors.EVENT_READ, far)
            ready.register(far, selectors.EVENT_READ, near)
            while True:
                for key, _ in ready.select():
                    said = key.fileobj.recv(65536)
                    if not said:
                        return
                    if key.fileobj is far:
                        time.sleep(self.delay)
                    key.data.sendall(said)


@dataclass
class Ledger:
    """What the buyers were told, by (screening, seat). Kept outside of the product."""

    sold: dict[tuple[int, int], int] = field(default_factory=dict)
    refused: set[tuple[int, int]] = field(default_factory=set)
    unknown: dict[tuple[int, int], Person] = field(default_factory=dict)
    strange: list[str] = field(default_factory=list)


class Buyer(threading.Thread):
    """Books one seat after the other until told to stop; never asks twice, so that what is unknown stays so."""

    def __init__(
        self, wire: Wire, person: Person, places: list[tuple[int, int]], ledger: Ledger, stop: threading.Event
    ):
        super().__init__(daemon=True)
        self.wire, self.person, self.places, self.ledger, self.stop = wire, person, places, ledger, stop

    def run(self) -> None:
        headers = {"authorization": f"Bearer {self.person.token}"}
        with httpx.Client(base_url=self.wire.url, headers=headers, timeout=10) as tab:
            for place in self.places:
                if self.stop.wait(THINKING_SECONDS):
                    return
                self._note(place, tab)
        self.ledger.strange.append("a buyer ran out of seats")

    def _note(self, place: tuple[int, int], tab: httpx.Client) -> None:
        try:
            answer = book(tab, place)
        except httpx.TransportError:
            self.ledger.unknown[place] = self.person
            self.stop.wait(UNREACHABLE_SECONDS)
            return
        if answer.status_code == 201:
            self.ledger.sold[place] = answer.json()[0]["id"]
        elif answer.status_code == 503 and answer.json()["code"] == "commit_unknown":
            self.ledger.unknown[place] = self.person
        elif answer.status_code in (409, 503) and "retry-after" in answer.headers:
            self.ledger.refused.add(place)
        else:
            self.ledger.strange.append(f"{answer.status_code} {answer.text}")


def book(tab: httpx.Client, place: tuple[int, int]) -> httpx.Response:
    """Book one place, with the payment that is its own."""
    screening, seat = place
    asked = {"screening_id": screening, "seat_ids": [seat], "payment_id": f"for {screening}-{seat}"}
    return tab.post(BOOK, json=asked)


@contextmanager
def paused(process: Process) -> Iterator[None]:
    """Stop a process and all it started, as a machine that swaps does; it goes on afterwards."""
    family = family_of(process.child.pid)
    for pid in family:
        signalled(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in family:
            signalled(pid, signal.SIGCONT)


def family_of(pid: int) -> list[int]:
    """Return the process and everything below it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(member for child in children for member in family_of(int(child)))]


def signalled(pid: int, by: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, by)


def within(seconds: float, happened: Callable[[], bool]) -> bool:
    """Tell whether it happens in time."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
