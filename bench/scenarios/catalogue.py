"""S7: 8 clients look for something to see, among 2,000 films and 100,000 screenings: what that costs the server."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import NamedTuple
from urllib.parse import quote, urlencode

import psycopg

from bench import programme
from bench.load import Flow, drive, request
from bench.programme import Size
from bench.report import Report
from bench.stage import Stage
from cinema_project.tests.processes import DidNotStart

CLIENTS = 8
SIZE = Size()
API = "/api/v1"
RECOMMENDED = f"{API}/movies/recommended"
WORDS = (
    *(
        "metro police",
        "night",
        "the last winter",
        "phantom of the opera",
        "camera",
        "silence",
        "señora",
        "garden",
    ),  # titles
    *("nigth", "phantm", "oprea", "moning", "detektive", "carnval", "shaddow", "hitch hiker"),  # typos
    *("ph", "mou", "gen", "the l", "s", "sun", "cap", "isl"),  # still being typed
    *("drama", "film noir", "anna becker", "harriet", "zoe kramer", "murray horror", "1968", "soren novak"),
)
FIELDS: tuple[dict[str, str], ...] = (
    {"title": "night"},
    {"genre": "drama", "language": "german"},
    {"cast": "becker", "sort_by": "rating", "sort_order": "desc"},
    {"director": "anna", "release_year_from": "1950", "release_year_to": "1999"},
    {"description": "moon", "country": "france"},
    {"genre": "film noir", "sort_by": "release_date", "sort_order": "desc"},
    {"rating": "PG-13", "genre": "horror", "sort_by": "rating"},
    {"title": "the", "cast": "zoe"},
)
CRITERIA: tuple[dict[str, str], ...] = (
    {"genre": "drama"},
    {"genre": "horror", "min_rating": "6"},
    {"director": "werner", "language": "french"},
    {"release_year": "1968", "rating": "PG"},
)


class Cost(NamedTuple):
    """What one slice told: milliseconds a request, answers a second, bytes of an answer."""

    server: float
    postgresql: float
    p95: float
    rate: float
    size: float


def measure(stage: Stage, report: Report) -> None:
    _fill(stage)
    lists = {name: [request("GET", path) for path in paths] for name, paths in goals(SIZE).items()}
    others = {name: [request("GET", path) for path in paths] for name, paths in more(SIZE).items()}
    others["recommended"] = [request("GET", RECOMMENDED, token) for token in stage.tokens[:50]]
    costs = _interleaved(stage, lists | others)
    for name in lists:
        _tell(report, name, costs[name], must=15, aim=8)
        _tell_p95(report, name, costs[name], must=60, aim=30)
    for name in others:
        _tell(report, name, costs[name])


def goals(size: Size) -> dict[str, list[str]]:
    """Return the addresses that have a goal, by the name of their list."""
    days = [(datetime.now(UTC) + timedelta(days=day)).date().isoformat() for day in range(1, 8)]
    cinemas = range(1, size.cinemas + 1)
    return {
        "films": [f"{API}/movies/{asked}" for asked in ("", "?skip=100", "?state=SHOWING")],
        "showtimes of a cinema's day": [f"{API}/cinemas/{id_}/showtimes?date={day}" for day in days for id_ in cinemas],
        "showtimes of a film": [f"{API}/movies/{id_}/showtimes" for id_ in size.shown],
        "search": [f"{API}/movies/search?q={quote(text)}" for text in WORDS],
        "search by fields": [f"{API}/movies/advanced-search?{urlencode(asked)}" for asked in FIELDS],
    }


def more(size: Size) -> dict[str, list[str]]:
    """Return the addresses that are only reported."""
    day = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    cinemas = range(1, size.cinemas + 1)
    return {
        "trending": [f"{API}/movies/trending"],
        "films by criteria": [f"{API}/movies/filter?{urlencode(asked)}" for asked in CRITERIA],
        "screenings of a cinema's day": [f"{API}/screenings/?cinema_id={id_}&date={day}" for id_ in cinemas],
    }


def _fill(stage: Stage) -> None:
    with psycopg.connect(stage.product.database_url, autocommit=True) as connection:
        programme.fill(connection, SIZE)
        indexed = stage.product.manage("index_films")
        if indexed.returncode:
            raise DidNotStart(indexed.stderr)
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def _interleaved(stage: Stage, lists: dict[str, list[bytes]]) -> dict[str, list[Cost]]:
    supplies = {name: itertools.cycle(messages) for name, messages in lists.items()}
    for name in lists:
        _slice(stage, supplies[name], seconds=1)
    costs: dict[str, list[Cost]] = {name: [] for name in lists}
    for _ in range(stage.pairs):
        for name in lists:
            costs[name].append(_slice(stage, supplies[name], seconds=stage.slice_seconds))
    return costs


def _slice(stage: Stage, messages: Iterator[bytes], *, seconds: float) -> Cost:
    sizes: list[int] = []
    before = stage.cpu()
    run = drive(stage.port, (_ask(message, sizes) for message in messages), clients=CLIENTS, seconds=seconds)
    spent = {name: (used - before[name]) / run.flows * 1e3 for name, used in stage.cpu().items()}
    return Cost(spent["http"], spent["postgresql"], run.percentile(0.95) * 1e3, run.rate, sum(sizes) / run.flows)


def _ask(message: bytes, sizes: list[int]) -> Flow:
    answer = yield message
    if answer.status != 200 or len(answer.body) < 100:
        raise AssertionError((message, answer))
    sizes.append(len(answer.body))


def _tell(report: Report, name: str, costs: list[Cost], **goals: float) -> None:
    cost = Cost(*map(median, zip(*costs, strict=True)))
    remark = f"postgresql {cost.postgresql:.2f} ms; {cost.size / 1000:.0f} kB, {cost.rate:.0f} a second"
    if not goals:
        remark += f", p95 {cost.p95:.0f} ms"
    report.add(f"S7 {name}: server CPU", cost.server, **goals, unit=" ms", upward=False, remark=remark)


def _tell_p95(report: Report, name: str, costs: list[Cost], **goals: float) -> None:
    p95 = median(cost.p95 for cost in costs)
    report.add(f"S7 {name}: p95 of 8 clients", p95, **goals, unit=" ms", upward=False)
