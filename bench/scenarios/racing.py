"""S3: 200 people want ten seats at once, up to three each; then 32 clients sell in peace, for comparison."""

import random
from collections.abc import Iterator
from statistics import median

import orjson

from bench.load import Flow, drive, request
from bench.report import Report
from bench.scenarios.selling import BUY, HOLD, Sales, slice_of
from bench.stage import Stage
from bench.world import RACES, first_seat

PEOPLE, SEATS, WISHED, CLIENTS_IN_PEACE = 200, 10, 3, 32
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


def measure(stage: Stage, report: Report, sales: Sales) -> None:
    ratios, failures, wrong = [], 0, 0
    for screening in RACES[: stage.pairs]:
        peace = slice_of(stage, sales, clients=CLIENTS_IN_PEACE, seconds=2)
        winners: list[int] = []
        race = drive(stage.port, people(stage.tokens, screening, winners), clients=PEOPLE)
        failures += race.failures
        wrong += len(winners) != SEATS or sorted(winners) != tickets(stage, screening)
        ratios.append(race.percentile(0.99) / peace.percentile(0.99))
    broken = failures + wrong + stage.product.query(DEADLOCKS)[0][0]
    report.add("S3 race: wrong winners, 5xx, deadlocks", broken, must=0, aim=0, upward=False)
    remark = f"last round: p99 {race.percentile(0.99) * 1e3:.0f} ms, in peace {peace.percentile(0.99) * 1e3:.0f} ms"
    report.add("S3 p99 ÷ p99 of S2 at 32 clients", median(ratios), must=3, aim=2, upward=False, remark=remark)


def people(tokens: list[str], screening: int, winners: list[int]) -> Iterator[Flow]:
    seats = range(first_seat(screening), first_seat(screening) + SEATS)
    for token in tokens[:PEOPLE]:
        yield _person(token, screening, random.sample(seats, len(seats)), winners)


def tickets(stage: Stage, screening: int) -> list[int]:
    """Return the seats that the database says are sold, in order; a seat sold twice would be there twice."""
    sql = "SELECT seat_id FROM booking_seatclaim WHERE screening_id = %s AND state = 'confirmed' ORDER BY seat_id"
    return [seat for (seat,) in stage.product.query(sql, screening)]


def _person(token: str, screening: int, wished: list[int], winners: list[int]) -> Flow:
    """Try three seats at once, then whatever is left one by one."""
    for seats in [wished[:WISHED], *([seat] for seat in wished)]:
        call = {"screening_id": screening, "seat_ids": seats}
        held = yield request("POST", HOLD, token, call)
        if held.status == 201:
            bought = yield request("POST", BUY, token, call | {"payment_id": f"race-{screening}-{seats[0]}"})
            if bought.status == 201:
                winners.extend(ticket["seat_id"] for ticket in orjson.loads(bought.body))
                return
