"""S1: the seat map of 200 seats, 66 of them sold, read by 8 clients; unchanged, and changed before every read."""

from collections.abc import Callable, Iterator
from functools import partial
from statistics import median

import psycopg

from bench.limit import SEAT_MAP
from bench.load import Flow, drive, request
from bench.report import Report
from bench.stage import Stage
from bench.world import MAPS

CLIENTS = 8
CHANGE_ALL = f"UPDATE catalog_screening SET seat_seq = seat_seq + 1 WHERE id BETWEEN {MAPS.start} AND {MAPS.stop - 1}"


def measure(stage: Stage, report: Report) -> None:
    with psycopg.connect(stage.product.database_url, autocommit=True) as connection:
        change_all = partial(connection.execute, CHANGE_ALL)
        drive(stage.port, reads(change_all), clients=CLIENTS, seconds=1)
        _compare(stage, report, "S1 unchanged seat map: requests/s ÷ limit", reads, must=0.4, aim=0.8)
        changing = partial(reads, change_all)
        _compare(stage, report, "S1 seat map, every read after a change ÷ limit", changing, must=0.18, aim=0.28)


def reads(change_all: Callable[[], object] | None = None) -> Iterator[Flow]:
    """Read one map after the other; ``change_all`` is called between two reads of the same map."""
    requests = [request("GET", f"/api/v1/seat-reservations/screening/{screening}/availability") for screening in MAPS]
    while True:
        if change_all:
            change_all()
        for message in requests:
            yield _read(message)


def _read(message: bytes) -> Flow:
    answer = yield message
    if answer.status != 200 or len(answer.body) < 10_000:
        raise AssertionError(answer)


def _compare(stage: Stage, report: Report, name: str, flows: Callable[[], Iterator[Flow]], **goals: float) -> None:
    ratios, costs, rates = [], [], []
    for _ in range(stage.pairs):
        before = stage.cpu()
        run = drive(stage.port, flows(), clients=CLIENTS, seconds=stage.slice_seconds)
        costs.append((stage.cpu()["http"] - before["http"]) / run.flows * 1e6)
        rates.append(run.rate)
        ratios.append(run.rate / stage.limit.rate(SEAT_MAP, seconds=stage.slice_seconds))
    remark = f"{median(rates):,.0f} a second, server CPU {median(costs):.0f} µs a request"
    report.add(name, median(ratios), **goals, remark=remark)
