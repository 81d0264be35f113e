"""Calls with true parallel connections, and a queue at the screening's lock for them to wait in."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from booking.claims import lock_screening
from catalog.models import Screening
from cinema_project.common import database
from cinema_project.common.database import query
from cinema_project.common.errors import DomainError


class Queue:
    """SQLite's queue of writers, which also tells that somebody has joined it."""

    def __init__(self) -> None:
        self.lock, self.joined = threading.RLock(), threading.Event()

    def acquire(self, timeout: float) -> bool:
        if self.lock.acquire(blocking=False):
            return True
        self.joined.set()
        return self.lock.acquire(timeout=timeout)

    def release(self) -> None:
        self.lock.release()


class Request(threading.Thread):
    """A call in another thread, with a connection of its own; ``outcome`` is its answer or the code of its refusal."""

    def __init__(self, call: Callable[[], object]) -> None:
        super().__init__()
        self.call = call
        self.outcome: Any = None

    def run(self) -> None:
        try:
            self.outcome = self.call()
        except DomainError as refusal:
            self.outcome = refusal.code
        finally:
            connection.close()

    def run_alone(self) -> None:
        """Run while the caller waits."""
        self.start()
        self.join()


@contextmanager
def queued(queue: Queue, screening: Screening, call: Callable[[], object]) -> Iterator[Request]:
    """Hold the screening's lock while the call arrives and queues; it goes on when the block ends."""
    request = Request(call)
    with database._writer_queue(), transaction.atomic():
        lock_screening(screening.pk)
        request.start()
        if connection.vendor == "sqlite":
            assert queue.joined.wait(5)
        while connection.vendor == "postgresql" and not query("SELECT 1 FROM pg_locks WHERE NOT granted"):
            pass
        yield request
    request.join()


def expire_now() -> None:
    """Let every hold lapse at this moment."""
    query("UPDATE booking_seatclaim SET expires_at = (SELECT now FROM cinema_clock)")


def together(*calls: Callable[[], object]) -> list[Any]:
    """Run all calls at the same time; return their outcomes."""
    requests = [Request(call) for call in calls]
    for request in requests:
        request.start()
    for request in requests:
        request.join()
    return [request.outcome for request in requests]
