"""S8: what other cinemas show, read from a site on this machine: 83 cities in 2,600 pages, and thousands of listings.

Of each figure the best round counts, for other programs only ever make it worse; the median stands beside it. Workers
are processes as Celery has them; PostgreSQL and the site, whose answers are kept ready, share the cores with them.
"""

import bisect
import itertools
import json
import subprocess
import sys
from collections.abc import Sequence
from os import sched_getaffinity
from statistics import mean, median
from subprocess import PIPE
from typing import Any, NamedTuple

from bench.cpu import OtherPrograms
from bench.report import Report
from bench.stage import Stage
from bench.upstream import keeping
from cinema_project.tests.processes import DidNotStart
from scraping.fakes.tix import FakeTix

LISTINGS, MANY = 20_000, 100_000
WORKERS, PER_SECOND, SECONDS, WARM_SECONDS = 4, 20, 20, 2.0
CORES = len(sched_getaffinity(0))
_slots = itertools.count()


class Round(NamedTuple):
    """What workers told of one run: ``cpu`` in seconds, theirs alone, ``megabytes`` of the first.

    :param others: share of the cores that other programs took
    """

    seconds: float
    cpu: float
    pages: int
    new: int
    known: int
    others: float
    megabytes: list[float]


def measure(stage: Stage, report: Report) -> None:
    with keeping(FakeTix()) as site:
        _pages(stage, report, site.url)
        _listings(stage, report)
        _memory(stage, report)
        site.asked.clear()
        seconds = SECONDS // 2 if stage.quick else SECONDS
        _together(stage, site.url, WORKERS, {"running"}, "pages", next(_slots), PER_SECOND, seconds)
        _tell_pace(report, site.asked)


def _pages(stage: Stage, report: Report, url: str) -> None:
    first, *pairs = (
        [_together(stage, url, workers, {"succeeded"}, "pages", next(_slots)) for workers in (1, CORES)]
        for _ in range(stage.pairs + 1)
    )
    alone, both = zip(*pairs, strict=True)
    busy = [one.pages / one.cpu for one in alone]
    remark = f"{alone[0].pages:,} pages with {first[0].new:,} known records, by one worker; median {median(busy):,.0f}"
    _tell_rates(report, f"S8 pages/s by {CORES} workers", both, must=1000, aim=1300)
    _tell_rates(report, "S8 pages/s by one worker", alone)
    report.add("S8 pages fetched, parsed, compared in a second of a worker's CPU", max(busy), remark=remark)
    new = first[0]
    remark = f"once; {new.new / new.seconds:,.0f} records/s stored, CPU {new.cpu / new.pages * 1e3:.2f} ms a page"
    report.add("S8 pages/s by one worker, all of it new", new.pages / new.seconds, remark=remark)


def _tell_rates(report: Report, name: str, rounds: Sequence[Round], **goals: float) -> None:
    """Tell what the clock on the wall says, and what other programs took of the cores meanwhile."""
    rates = [one.pages / one.seconds for one in rounds]
    remark = f"median {median(rates):,.0f}; other programs took {median(one.others for one in rounds):.0%} of the cores"
    report.add(name, max(rates), remark=remark, **goals)


def _listings(stage: Stage, report: Report) -> None:
    new, known = [], []
    for number in range(stage.pairs):
        for rounds in (new, known):
            rounds.append(_together(stage, "", 1, {"succeeded"}, "listings", number * LISTINGS, LISTINGS))
    if {one.new for one in new} != {LISTINGS} or {one.known for one in known} != {LISTINGS}:
        raise AssertionError((new, known))
    rates = [LISTINGS / one.seconds for one in new]
    cost = min(one.cpu for one in new) / LISTINGS * 1e6
    remark = f"median {median(rates):,.0f}; worker CPU {cost:.0f} µs each"
    report.add("S8 new listings/s into PostgreSQL", max(rates), must=5000, aim=8000, remark=remark)
    times = [one.seconds for one in known]
    remark = f"median {median(times):.2f} s; worker CPU {min(one.cpu for one in known):.2f} s"
    goals = {"must": 2, "aim": 1, "unit": " s", "upward": False}
    report.add(f"S8 {LISTINGS:,} unchanged listings again", min(times), **goals, remark=remark)


def _memory(stage: Stage, report: Report) -> None:
    seen = _together(stage, "", 1, {"succeeded"}, "whole", 0, MANY).megabytes
    fifth = len(seen) // 5
    growth = mean(seen[-fifth:]) / mean(seen[fifth : 2 * fifth])
    report.add(f"S8 memory over {MANY:,} items", max(seen), must=300, aim=200, unit=" MB", upward=False)
    remark = "last fifth of the time ÷ second fifth"
    report.add("S8 memory's growth meanwhile", growth, must=1.1, aim=1.05, upward=False, remark=remark)


def _tell_pace(report: Report, asked: list[float]) -> None:
    """Judge by when requests came to the site, not by when they were sent."""
    warm = asked[bisect.bisect(asked, asked[0] + WARM_SECONDS) :]
    share = (len(warm) - 1) / (warm[-1] - warm[0]) / PER_SECOND
    most = max(bisect.bisect_left(asked, moment + 1) - at for at, moment in enumerate(asked))
    remark = f"{WORKERS} processes, {PER_SECOND} requests a second allowed, {len(asked)} made"
    report.add("S8 politely: rate ÷ allowed rate", share, must=0.95, aim=0.96, remark=remark)
    remark = "most requests in any one second"
    report.add("S8 politely: most ÷ allowed", most / PER_SECOND, must=1, aim=1, upward=False, remark=remark)


def _together(stage: Stage, url: str, workers: int, states: set[str], *task: object) -> Round:
    """Let so many workers do a task together.

    :raises DidNotStart: if one fails, or the run is in none of these states when it leaves
    """
    more = {"TIX_BASE_URL": url} if url else {}
    environment = stage.product.environment(DJANGO_SETTINGS_MODULE="cinema_project.settings", **more)
    command = [sys.executable, "-m", "bench.market_worker", *map(str, task)]
    started = [
        subprocess.Popen(command, env=environment, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True)
        for _ in range(workers)
    ]
    for worker in started:
        worker.stdout.readline()
    others = OtherPrograms(stage.postgresql)
    for worker in started:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    told = [_told(worker, states) for worker in started]
    return _round(told, others.share())


def _told(worker: "subprocess.Popen[str]", states: set[str]) -> dict[str, Any]:
    output, errors = worker.communicate()
    told = json.loads(output) if not worker.returncode else {}
    if told.get("state") not in states:
        raise DidNotStart(f"{told}\n{errors[-3000:]}")
    return told


def _round(told: list[dict[str, Any]], others: float) -> Round:
    counts, cpu = told[0], sum(one["cpu"] for one in told)
    seconds = max(one["ended"] for one in told) - min(one["began"] for one in told)
    names = ("requests", "created", "unchanged")
    return Round(seconds, cpu, *(counts.get(name, 0) for name in names), others, counts["megabytes"])
