"""The circuit breaker of each host: one that fails again and again is left in peace, then tried with one request."""

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from cinema_project.common import clock
from cinema_project.common.fetching.network import NotReached
from scraping.models import Host

FAILURES_TO_OPEN = 5
FIRST_REST, LONGEST_REST = timedelta(seconds=30), timedelta(minutes=15)
PROBE_LENGTH = timedelta(seconds=60)
"""How long the others wait for the one request that tries."""
LOOK_SECONDS = 1.0
"""How old what a worker knows of a host may be."""


class CircuitOpen(NotReached):
    """The host failed again and again, or staff blocked it; it is not asked now.

    :param until: when it will be tried again
    """

    code = "circuit_open"

    def __init__(self, host: str, until: datetime) -> None:
        super().__init__(f"{host} fails again and again; it is left in peace until {until:%H:%M:%S} UTC.")
        self.until = until


class HostBlocked(NotReached):
    """Staff want nothing asked of this host."""

    code = "host_blocked"


@dataclass
class _Known:
    looked_at: float
    is_blocked: bool
    is_troubled: bool


class Breaker:
    """What one worker knows of the hosts it asks; the truth is in the database."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()

    def check(self, host: str) -> None:
        """Go on only if the host may be asked now.

        :raises CircuitOpen: if it is left in peace
        :raises HostBlocked: if staff blocked it
        """
        known = self._known.get(host)
        if known is None or known.is_troubled or time.monotonic() - known.looked_at > LOOK_SECONDS:
            known = self._look(host)
        if known.is_blocked:
            raise HostBlocked(f"{host} is blocked: nothing is asked of it.")

    def _look(self, host: str) -> _Known:
        row = Host.objects.filter(pk=host).first()
        known = _Known(time.monotonic(), bool(row and row.is_blocked), bool(row and row.failures))
        with self._lock:
            self._known[host] = known
        if row is not None and row.circuit != Host.Circuit.CLOSED and not row.is_blocked:
            self._try_or_wait(row)
        return known

    def _try_or_wait(self, row: Host) -> None:
        """Be the one that tries, if it is time and nobody else does."""
        now = clock.now()
        assert row.open_until is not None
        if row.open_until <= now:
            mine = Host.objects.filter(pk=row.pk, circuit=row.circuit, open_until=row.open_until)
            if mine.update(circuit=Host.Circuit.HALF_OPEN, open_until=now + PROBE_LENGTH):
                return
            raise CircuitOpen(row.pk, now + timedelta(seconds=2))
        resting = row.circuit == Host.Circuit.OPEN
        raise CircuitOpen(row.pk, row.open_until if resting else now + timedelta(seconds=2))

    def succeeded(self, host: str) -> None:
        """Note that the host answered."""
        known = self._known.get(host)
        if known is None or known.is_troubled:
            Host.objects.filter(pk=host, failures__gt=0).update(
                failures=0, times_opened=0, circuit=Host.Circuit.CLOSED, open_until=None
            )
            with self._lock:
                self._known.pop(host, None)

    def failed(self, host: str, reason: str) -> None:
        """Note that the host did not answer, or with an error of its own."""
        now = clock.now()
        Host.objects.bulk_create([Host(pk=host)], ignore_conflicts=True)
        Host.objects.filter(pk=host).update(failures=F("failures") + 1, last_error=reason[:300], last_error_at=now)
        with self._lock:
            self._known.pop(host, None)
        row = Host.objects.get(pk=host)
        tried = row.circuit == Host.Circuit.HALF_OPEN
        if tried or (row.circuit == Host.Circuit.CLOSED and row.failures >= FAILURES_TO_OPEN):
            rest = min(LONGEST_REST, FIRST_REST * 2 ** min(row.times_opened, 10))
            Host.objects.filter(pk=host, circuit=row.circuit).update(
                circuit=Host.Circuit.OPEN, open_until=now + rest, times_opened=F("times_opened") + 1
            )
