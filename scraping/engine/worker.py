"""A worker: leases units of one run, has threads fetch and parse them, and settles what came of them in batches.

Any number of workers may work on a run, in any processes; each may be killed at any moment.
"""

import logging
import queue
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from cinema_project.common.errors import Busy, DomainError, Unavailable
from cinema_project.common.fetching.fetcher import Fetcher
from scraping.engine import finishing, leasing, settling
from scraping.engine.ingest import Sinks
from scraping.engine.leasing import Lease
from scraping.engine.ledgers import Ledger
from scraping.engine.results import Result, read_payload
from scraping.fetching.breaker import Breaker
from scraping.fetching.pace import Pace
from scraping.fetching.retry import Decision, decide
from scraping.fetching.robots import Robots
from scraping.fetching.session import Session, Tools, kept_payload
from scraping.fetching.watch import Watch
from scraping.models import Page, Run
from scraping.sources.base import Payload, Source, SourceDown, UnitGone

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 0.5
"""How soon a worker knows that its run is to be cancelled."""
LARGEST_BATCH, GATHER_SECONDS = 200, 0.2
MOST_AHEAD, QUICK_SECONDS = 128, 2.0
"""Units that a thread may have waiting for it, if it works through half of them that soon."""
LONGEST_IDLE_SECONDS = 3.0
"""A worker that has to wait longer for its next unit leaves; the run is taken up again when it is due."""
LEAVE_SECONDS = 40.0
PAUSES = (0.1, 0.3, 1.0, 3.0)
"""Seconds between tries while the database is busy or away."""
T = TypeVar("T")

Progress = Callable[[int], None]
Handle = Callable[[Lease, Session], Payload]
"""Does what a unit stands for, where that is more than to fetch an answer; it may use the database."""


@dataclass
class Job:
    """One worker's share of a run.

    :param stop: set from outside: finish what is under way, and leave
    :param seconds: how long to work before leaving, so that others have their turn
    :param minds_robots: leave alone what hosts ask robots to leave alone
    :param replay: parse what was kept instead of fetching
    :param progress: told how many units were settled
    :param handle: works on units instead of the source's ``fetch``
    """

    run_id: int
    source: Source
    sinks: Sinks
    stop: threading.Event
    per_second: float | None = None
    seconds: float = float("inf")
    trusted: tuple[str, ...] = ()
    minds_robots: bool = True
    replay: bool = False
    progress: Progress | None = None
    handle: Handle | None = None
    ledger: Ledger | None = None
    name: str = field(default_factory=lambda: uuid.uuid4().hex)


class Worker:
    """Works on one run until there is nothing to do, or somebody stops it."""

    def __init__(self, job: Job) -> None:
        self.job = job
        threads = job.source.rules.threads
        self._fetcher = Fetcher(job.trusted, threads, job.source.rules.proxy)
        self._called_off = threading.Event()
        """The run is to be cancelled, or its source is down: nothing more is fetched."""
        pace = Pace(job.per_second, self._called_off.wait)
        rules, name = job.source.rules, job.source.name
        knows_pages = rules.conditional and Page.objects.filter(source=name).exists()
        robots = Robots() if rules.robots and job.minds_robots else None
        self._tools = Tools(name, rules, self._fetcher, pace, Breaker(), Watch(), knows_pages, robots)
        self._leases: queue.SimpleQueue[Lease | None] = queue.SimpleQueue()
        self._results: queue.Queue[Result] = queue.Queue(maxsize=2 * LARGEST_BATCH)
        self._in_hand: dict[int, Lease] = {}
        self._enough, self._leased_at = threads * 2, float("-inf")
        self._writing = threading.Lock()
        """One write to the leases of this worker at a time: two could wait for each other."""
        self._gone = threading.Event()
        self._down = ""

    def work(self) -> None:
        """Work until the run ends, the time is up, or nothing is due for a while."""
        until = time.monotonic() + self.job.seconds
        threads = [threading.Thread(target=self._fetch_all) for _ in range(self.job.source.rules.threads)]
        heart = threading.Thread(target=self._beat)
        for thread in (*threads, heart):
            thread.daemon = True
            thread.start()
        try:
            self._work(until)
        finally:
            self._leave(threads, heart)
        self._end()

    def _work(self, until: float) -> None:
        while not self._is_leaving(until):
            if not self._top_up() and not self._in_hand:
                if not self._wait_for_due():
                    return
                continue
            self._settle(self._gathered())
        self._finish_begun()

    def _finish_begun(self) -> None:
        """Settle what the threads have begun; what takes them too long counts as failed."""
        self._give_back_waiting()
        patience = time.monotonic() + self.job.source.rules.seconds + LEAVE_SECONDS
        while self._in_hand and not self._called_off.is_set():
            self._settle(self._gathered())
            if time.monotonic() > patience:
                late = Decision(30.0, "It took too long.")
                self._settle([Result(lease, decision=late) for lease in self._in_hand.values()])

    def _is_leaving(self, until: float) -> bool:
        return self._called_off.is_set() or self.job.stop.is_set() or time.monotonic() >= until

    def _top_up(self) -> int:
        """Lease as many units as keep the threads busy for a moment; return how many.

        A quick worker takes more at a time; what a slow one held would wait for nothing.
        """
        if len(self._in_hand) > self._enough // 2:
            return 0
        now, threads = time.monotonic(), self.job.source.rules.threads
        quick = now - self._leased_at < QUICK_SECONDS
        self._enough = min(threads * MOST_AHEAD, self._enough * 2) if quick else max(threads * 2, self._enough // 2)
        self._leased_at = now
        leased = self._patiently(
            lambda: leasing.lease_units(run_id=self.job.run_id, worker=self.job.name, most=self._enough)
        )
        for lease in leased:
            self._in_hand[lease.unit_id] = lease
            self._leases.put(lease)
        return len(leased)

    def _wait_for_due(self) -> bool:
        """Wait for units that will be due soon; tell whether there will be any."""
        left = leasing.seconds_to_next(self.job.run_id)
        if left is None or left > LONGEST_IDLE_SECONDS:
            return False
        self.job.stop.wait(min(max(left, 0.02), HEARTBEAT_SECONDS))
        return True

    def _gathered(self) -> list[Result]:
        """Return what is finished, with what follows at once."""
        results: list[Result] = []
        until = time.monotonic() + GATHER_SECONDS
        while len(results) < LARGEST_BATCH and len(results) < max(1, len(self._in_hand) // 2):
            try:
                results.append(self._results.get(timeout=max(0.0, until - time.monotonic())))
            except queue.Empty:
                break
        return results

    def _give_back_waiting(self) -> None:
        """Give back leased units that no thread has begun."""
        ids = []
        while True:
            try:
                lease = self._leases.get_nowait()
            except queue.Empty:
                break
            if lease is not None:
                ids.append(lease.unit_id)
                self._in_hand.pop(lease.unit_id, None)
        if ids:
            with self._writing:
                leasing.release(run_id=self.job.run_id, worker=self.job.name, unit_ids=ids)

    def _settle(self, results: list[Result]) -> None:
        if not results:
            return
        for result in results:
            self._in_hand.pop(result.lease.unit_id, None)
            if result.decision is not None and result.decision.ends_run:
                self._down = result.decision.reason
                self._call_off()
        try:
            self._write(results)
        except (Busy, Unavailable):
            raise
        except Exception:
            logger.exception("A batch of %s could not be stored; its units are stored one by one", self.job.source.name)
            self._write_one_by_one(results)
        if self.job.progress is not None:
            self.job.progress(len(results))

    def _write(self, results: list[Result]) -> None:
        self._patiently(
            lambda: settling.settle(
                source=self.job.source,
                run_id=self.job.run_id,
                worker=self.job.name,
                results=results,
                sinks=self.job.sinks,
                ledger=self.job.ledger,
            )
        )

    def _patiently(self, work: Callable[[], T]) -> T:
        """Try again while the database is busy: what was written after all is not written twice."""
        for pause in PAUSES:
            try:
                with self._writing:
                    return work()
            except (Busy, Unavailable) as error:
                logger.info("Run %s waits for the database: %s", self.job.run_id, error)
                self._called_off.wait(pause)
        with self._writing:
            return work()

    def _write_one_by_one(self, results: list[Result]) -> None:
        """Find the one that cannot be stored: it must not keep back the others."""
        for result in results:
            try:
                self._write([result])
            except (Busy, Unavailable):
                raise
            except Exception as error:
                logger.exception("Could not store %s of %s", result.lease.unit.key, self.job.source.name)
                reason = f"It could not be stored: {type(error).__name__}: {error}"[:500]
                self._write([Result(result.lease, decision=Decision(30.0, reason), requests=result.requests)])

    def _call_off(self) -> None:
        self._called_off.set()
        self._fetcher.abort()

    def _leave(self, threads: list[threading.Thread], heart: threading.Thread) -> None:
        """Let go of everything: threads end, leases go back."""
        self._give_up_quietly(self._give_back_waiting)
        for _ in threads:
            self._leases.put(None)
        if self._in_hand:
            self._fetcher.abort()
        deadline = time.monotonic() + LEAVE_SECONDS
        while any(thread.is_alive() for thread in threads) and time.monotonic() < deadline:
            self._drain()
            for thread in threads:
                thread.join(0.01)
        self._gone.set()
        heart.join(LEAVE_SECONDS)
        self._give_up_quietly(lambda: leasing.release(run_id=self.job.run_id, worker=self.job.name))
        self._fetcher.close()

    def _drain(self) -> None:
        """Throw away results that nobody waits for: a thread may be stuck with one."""
        while True:
            try:
                self._results.get_nowait()
            except queue.Empty:
                return

    def _give_up_quietly(self, work: Callable[[], object]) -> None:
        """Try; what fails with the database away comes right when the leases lapse."""
        try:
            work()
        except (DomainError, DatabaseError, InterfaceError):
            logger.warning("Leases of run %s could not be given back; they will lapse", self.job.run_id, exc_info=True)

    def _end(self) -> None:
        """Write what became of the run, if it was this worker who saw its end."""
        run_id, ledger, state = self.job.run_id, self.job.ledger, leasing.state_of(self.job.run_id)
        if self._down and state == Run.State.RUNNING:
            finishing.fail(run_id=run_id, reason=self._down, ledger=ledger)
        elif state == Run.State.RUNNING:
            finishing.finish(run_id=run_id, source=self.job.source, sinks=self.job.sinks, ledger=ledger)
        elif state == Run.State.CANCELLING:
            finishing.acknowledge_cancel(run_id=run_id, ledger=ledger)

    # The threads.

    def _beat(self) -> None:
        """Keep the leases, and watch for the run's being called off."""
        renew_at, pause = 0.0, min(HEARTBEAT_SECONDS, settings.SCRAPE_LEASE_SECONDS / 4)
        while not self._gone.wait(pause if renew_at else 0):
            try:
                renew_at = self._one_beat(renew_at)
            except Exception:  # an outage of the database: leases lapse, unless it is soon over
                logger.warning("Leases of run %s could not be renewed", self.job.run_id, exc_info=True)
                connection.close()
        connection.close()

    def _one_beat(self, renew_at: float) -> float:
        if time.monotonic() >= renew_at:
            with self._writing:
                state = leasing.renew(run_id=self.job.run_id, worker=self.job.name)
            renew_at = time.monotonic() + settings.SCRAPE_LEASE_SECONDS / 3
        else:
            state = leasing.state_of(self.job.run_id)
        if state != Run.State.RUNNING:
            self._call_off()
        return renew_at

    def _fetch_all(self) -> None:
        try:
            while (lease := self._leases.get()) is not None:
                self._results.put(self._attempt(lease))
        finally:
            connection.close()

    def _attempt(self, lease: Lease) -> Result:
        result, session = Result(lease), Session(self._tools)
        try:
            result.payload = self._kept(lease) if self.job.replay else self._fetched(lease, session)
        except Exception as error:  # whatever a source trips over, the run goes on
            result.decision = decide(error, lease.failures)
            if not isinstance(error, DomainError | SourceDown | UnitGone):
                logger.warning("%s could not fetch %s", self.job.source.name, lease.unit.key, exc_info=True)
        result.status, result.requests, result.received = session.status, session.requests, session.received
        if result.payload is not None:
            read_payload(self.job.source, result)
            result.validators = session.validators.get(id(result.payload))
        return result

    def _fetched(self, lease: Lease, session: Session) -> Payload:
        if self.job.handle is not None:
            return self.job.handle(lease, session)
        return self.job.source.fetch(lease.unit, session)

    def _kept(self, lease: Lease) -> Payload:
        kept = kept_payload(lease.payload)
        if kept is None:
            raise UnitGone("Its payload is kept no more: scrape it anew.")
        return Payload("", kept.content, lease.payload_status or 200, kept.content_type, lease.payload_at, is_old=True)
