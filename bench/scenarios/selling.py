"""S2: hold three seats and buy them, everybody for themselves in a screening of their own; and the same with a past."""

import itertools
from collections.abc import Iterator
from statistics import median

import orjson

from bench.limit import SALE
from bench.load import Flow, Run, drive, request
from bench.report import Report
from bench.stage import Stage
from bench.world import SALES, first_seat

CLIENTS = 8
HOLD, BUY = "/api/v1/seat-reservations/reserve", "/api/v1/tickets/book-from-reservation"


class Sales:
    """An endless supply of sales, each of seats of its own."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.numbers = itertools.count()

    def __iter__(self) -> Iterator[Flow]:
        for number in self.numbers:
            block, index = divmod(number, len(SALES))
            screening = SALES[index]
            seat = first_seat(screening) + block * 3
            token = self.tokens[number % len(self.tokens)]
            yield _sale(token, screening, [seat, seat + 1, seat + 2], f"bench-{number}")


def measure(stage: Stage, report: Report, sales: Sales) -> None:
    slice_of(stage, sales, seconds=1)
    ratios, rates, costs = [], [], []
    for _ in range(stage.pairs):
        before = stage.cpu()
        run = slice_of(stage, sales)
        after = stage.cpu()
        costs.append({name: (after[name] - before[name]) / run.flows * 1e3 for name in after})
        rates.append(run.rate)
        ratios.append(run.rate / stage.limit.rate(SALE, seconds=stage.slice_seconds))
    remark = f"{median(rates):,.0f} flows a second"
    report.add("S2 hold 3 + buy 3: flows/s ÷ limit", median(ratios), must=0.15, aim=0.22, remark=remark)
    cost = {name: median(one[name] for one in costs) for name in costs[0]}
    others = ", ".join(f"{name} {cost[name]:.2f} ms" for name in cost if name != "http")
    report.add(
        "S2 server CPU a flow", cost["http"], must=2.2, aim=1.6, unit=" ms", upward=False, remark=f"besides: {others}"
    )


def compare(few: Stage, many: Stage, report: Report) -> None:
    """Sell in two cinemas in turn, one with a long past."""
    supplies = {id(stage): Sales(stage.tokens) for stage in (few, many)}
    ratios = []
    for stage in (few, many):
        slice_of(stage, supplies[id(stage)], seconds=2)
    for number in range(few.pairs + 1):
        turn = (few, many) if number % 2 else (many, few)
        rates = {id(stage): slice_of(stage, supplies[id(stage)]).rate for stage in turn}
        ratios.append(rates[id(many)] / rates[id(few)])
    name = "S2 flows/s with 1,000,000 past tickets ÷ with 10,000"
    report.add(name, median(ratios), must=0.8, aim=0.95)


def slice_of(stage: Stage, sales: Sales, *, clients: int = CLIENTS, seconds: float | None = None) -> Run:
    """Sell for a while; every sale must succeed."""
    run = drive(stage.port, iter(sales), clients=clients, seconds=seconds or stage.slice_seconds)
    if set(run.statuses) != {201}:
        raise AssertionError(run.statuses)
    return run


def _sale(token: str, screening: int, seats: list[int], payment_id: str) -> Flow:
    call = {"screening_id": screening, "seat_ids": seats}
    held = yield request("POST", HOLD, token, call)
    if held.status != 201:
        raise AssertionError(orjson.loads(held.body))
    yield request("POST", BUY, token, call | {"payment_id": payment_id})
