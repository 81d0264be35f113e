"""S5: half a minute of everything at once: readers, holds, purchases, people who change their mind, 100 open maps."""

import random
import threading
from collections.abc import Iterator

from bench.load import Flow, Run, drive, request
from bench.report import Report
from bench.scenarios.selling import BUY, HOLD
from bench.stage import Stage
from bench.watchers import Audience
from bench.world import ROOM_SEATS, RUSH, first_seat

WATCHERS, CLIENTS, READERS_SHARE, BUYERS_SHARE = 100, 10, 0.5, 0.3
TRUTH = """
SELECT seat_id, CASE state WHEN 'held' THEN 'reserved' ELSE 'booked' END FROM booking_seatclaim
WHERE screening_id = %s AND state IN ('held', 'pending', 'confirmed', 'used')"""
DOUBLE = """
SELECT count(*) FROM (
    SELECT 1 FROM booking_seatclaim WHERE state IN ('held', 'pending', 'confirmed', 'used')
    GROUP BY screening_id, seat_id HAVING count(*) > 1
) AS twice"""


def measure(stage: Stage, report: Report) -> None:
    screenings = [RUSH[number % len(RUSH)] for number in range(WATCHERS)]
    audience = Audience(stage.servers["sockets"].port, screenings, stage.tokens)
    run = _rushed(stage, audience, seconds=6 if stage.quick else 30)
    seqs = dict(stage.product.query("SELECT id, seat_seq FROM catalog_screening WHERE id = ANY(%s)", list(RUSH)))
    audience.wait_for(seqs)
    watchers = audience.watchers.values()
    lost = sum(seqs[watcher.screening] - watcher.seq + watcher.gaps + watcher.resyncs for watcher in watchers)
    truth = {screening: dict(stage.product.query(TRUTH, screening)) for screening in RUSH}
    stale = sum(_stale(watcher.seats, truth[watcher.screening]) for watcher in watchers)
    audience.close()
    double = stage.product.query(DOUBLE)[0][0]
    remark = f"{lost} lost, {stale} stale, {double} double, {run.failures} 5xx"
    remark += f" in {len(run.latencies):,} requests and {sum(seqs.values()):,} changes"
    name = "S5 rush: lost messages, stale seats, double sales, 5xx"
    report.add(name, lost + stale + double + run.failures, must=0, aim=0, upward=False, remark=remark)


def _rushed(stage: Stage, audience: Audience, seconds: float) -> Run:
    runs: list[Run] = []

    def rush() -> None:
        runs.append(drive(stage.port, people(stage.tokens), clients=CLIENTS, seconds=seconds))

    rushing = threading.Thread(target=rush)
    rushing.start()
    while rushing.is_alive():
        audience.listen(0.05)
    return runs[0]


def people(tokens: list[str]) -> Iterator[Flow]:
    while True:
        screening = random.choice(RUSH)
        kind = random.random()
        if kind < READERS_SHARE:
            yield _reader(screening)
        else:
            first = first_seat(screening)
            seats = random.sample(range(first, first + ROOM_SEATS), random.randint(1, 3))
            yield _chooser(random.choice(tokens), screening, seats, buys=kind < READERS_SHARE + BUYERS_SHARE)


def _reader(screening: int) -> Flow:
    yield request("GET", f"/api/v1/seat-reservations/screening/{screening}/availability")


def _chooser(token: str, screening: int, seats: list[int], *, buys: bool) -> Flow:
    call = {"screening_id": screening, "seat_ids": seats}
    held = yield request("POST", HOLD, token, call)
    if held.status != 201:
        return
    if buys:
        yield request("POST", BUY, token, call | {"payment_id": f"rush-{random.getrandbits(64)}"})
    else:
        yield request("DELETE", f"/api/v1/seat-reservations/cancel/{screening}", token)


def _stale(seen: dict[int, str], truth: dict[int, str]) -> int:
    """Count the seats that a watcher shows otherwise than the database."""
    return sum(seen.get(seat, "available") != truth.get(seat, "available") for seat in {*seen, *truth})
