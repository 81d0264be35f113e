"""S4: 500 open maps of one screening; one change alone, and many at once."""

import itertools
import threading
import time
from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

from bench.load import Flow, connect, drive, request
from bench.report import Report
from bench.stage import Stage
from bench.watchers import Audience
from bench.world import ROOM_SEATS, WATCHED, first_seat

TOGGLE = "/api/v1/seat-reservations/toggle"
WATCHERS, ALONE, SELLERS, BURST = 500, 40, 8, 160


class Slice(NamedTuple):
    times: list[float]
    rate: float
    cpu: float


def measure(stage: Stage, report: Report) -> None:
    screening = WATCHED[0]
    audience = Audience(stage.servers["sockets"].port, [screening] * WATCHERS, stage.tokens)
    changes = toggles(stage.tokens, screening)
    _burst(stage, audience, screening, changes, seq=0)
    alone, bursts = [], []
    for round_ in range(1, stage.pairs + 1):
        seq = round_ * (ALONE + BURST) - ALONE
        alone.append(_alone(stage, audience, screening, changes, seq))
        bursts.append(_burst(stage, audience, screening, changes, seq + ALONE))
    audience.close()
    _tell(report, alone, bursts)


def _tell(report: Report, alone: list[Slice], bursts: list[Slice]) -> None:
    times = sorted(itertools.chain.from_iterable(one.times for one in alone))
    name = "S4 one change, request to the last of 500 watchers, p50"
    cost = median(one.cpu for one in alone)
    remark = f"p99 {times[int(len(times) * 0.99)] * 1e3:.0f} ms; CPU of sockets {cost * 1e3:.1f} ms a change"
    report.add(name, median(times) * 1e3, must=40, aim=12, unit=" ms", upward=False, remark=remark)
    ratio = median(burst.rate / one.rate for burst, one in zip(bursts, alone, strict=True))
    rate, cost_ratio = median(one.rate for one in bursts), median(one.cpu for one in bursts) / cost
    remark = f"{rate:.0f} changes a second; {cost_ratio:.2f} × the CPU of one alone"
    report.add("S4 burst, changes/s to 500 watchers ÷ one at a time", ratio, must=1, aim=2.5, remark=remark)


def toggles(tokens: list[str], screening: int) -> Iterator[Flow]:
    """Everybody in turn takes a seat of their own, and gives it back next time."""
    for number in itertools.count():
        person = number % ROOM_SEATS
        call = {"screening_id": screening, "seat_ids": [first_seat(screening) + person]}
        yield _toggle(request("POST", TOGGLE, tokens[person], call))


def _toggle(message: bytes) -> Flow:
    answer = yield message
    if answer.status != 200:
        raise AssertionError(answer)


def _alone(stage: Stage, audience: Audience, screening: int, changes: Iterator[Flow], seq: int) -> Slice:
    """Send each change when the one before has reached everybody."""
    connection, times, cpu = connect(stage.port), [], stage.cpu()["sockets"]
    for number in range(1, ALONE + 1):
        sent_at = time.perf_counter()
        connection.sendall(next(next(changes)))
        _all_reached(audience, screening, seq + number)
        times.append(time.perf_counter() - sent_at)
        connection.recv(1 << 16)
    connection.close()
    return Slice(times, ALONE / sum(times), (stage.cpu()["sockets"] - cpu) / ALONE)


def _burst(stage: Stage, audience: Audience, screening: int, changes: Iterator[Flow], seq: int) -> Slice:
    """Send changes as fast as they are answered, and wait until all have reached everybody."""
    cpu, began = stage.cpu()["sockets"], time.perf_counter()
    flows = itertools.islice(changes, BURST)
    sending = threading.Thread(target=drive, args=(stage.port, flows), kwargs={"clients": SELLERS})
    sending.start()
    _all_reached(audience, screening, seq + BURST)
    took = time.perf_counter() - began
    sending.join()
    return Slice([], BURST / took, (stage.cpu()["sockets"] - cpu) / BURST)


def _all_reached(audience: Audience, screening: int, seq: int) -> None:
    if not audience.wait_for({screening: seq}):
        raise AssertionError(f"Not every watcher has seen change {seq}")
