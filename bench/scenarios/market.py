"""S8: what other cinemas show, read from a site on this machine: 83 cities in 2,600 pages, and thousands of listings.

Of each figure the best round counts, for other programs only ever make it worse; the median stands beside it. Who reads
is one worker process; PostgreSQL and the site, whose answers are kept ready, run beside it.
"""

import bisect
import json
import subprocess
import sys
from statistics import mean, median
from typing import Any

from bench.report import Report
from bench.stage import Stage
from bench.upstream import keeping
from cinema_project.tests.processes import DidNotStart
from scraping.fakes.tix import FakeTix

LISTINGS, MANY = 20_000, 100_000
WORKERS, PER_SECOND, SECONDS, WARM_SECONDS = 4, 20, 20, 2.0
Told = dict[str, Any]


def measure(stage: Stage, report: Report) -> None:
    with keeping(FakeTix()) as site:
        _pages(stage, report, site.url)
        _listings(stage, report)
        _memory(stage, report)
        site.asked.clear()
        seconds = SECONDS // 2 if stage.quick else SECONDS
        _finish([_start(stage, site.url, "pages", PER_SECOND, seconds) for _ in range(WORKERS)], {"running"})
        _tell_pace(report, site.asked)


def _pages(stage: Stage, report: Report, url: str) -> None:
    first = _done(stage, url, "pages")
    again = [_done(stage, url, "pages") for _ in range(stage.pairs)]
    rates = [one["requests"] / one["seconds"] for one in again]
    costs = [one["cpu"] / one["requests"] * 1e3 for one in again]
    listed = first["created"]
    remark = f"median {median(rates):,.0f}; {again[0]['requests']:,} pages with {listed:,} records, all known"
    report.add("S8 pages/s fetched, parsed, compared", max(rates), must=1000, aim=1300, remark=remark)
    remark = "of the worker; one is enough for a core"
    report.add("S8 CPU a page", min(costs), must=1.0, aim=0.8, unit=" ms", upward=False, remark=remark)
    remark = (
        f"{listed / first['seconds']:,.0f} records/s stored; CPU {first['cpu'] / first['requests'] * 1e3:.2f} ms a page"
    )
    report.add("S8 pages/s, all of it new", first["requests"] / first["seconds"], remark=remark)


def _listings(stage: Stage, report: Report) -> None:
    new, known = [], []
    for number in range(stage.pairs):
        new.append(_done(stage, "", "listings", number * LISTINGS, LISTINGS))
        known.append(_done(stage, "", "listings", number * LISTINGS, LISTINGS))
    if {one["created"] for one in new} != {LISTINGS} or {one["unchanged"] for one in known} != {LISTINGS}:
        raise AssertionError((new, known))
    rates = [LISTINGS / one["seconds"] for one in new]
    cost = min(one["cpu"] for one in new) / LISTINGS * 1e6
    remark = f"median {median(rates):,.0f}; worker CPU {cost:.0f} µs each"
    report.add("S8 new listings/s into PostgreSQL", max(rates), must=5000, aim=8000, remark=remark)
    times = [one["seconds"] for one in known]
    remark = f"median {median(times):.2f} s; worker CPU {min(one['cpu'] for one in known):.2f} s"
    goals = {"must": 2, "aim": 1, "unit": " s", "upward": False}
    report.add(f"S8 {LISTINGS:,} unchanged listings again", min(times), **goals, remark=remark)


def _memory(stage: Stage, report: Report) -> None:
    seen = _done(stage, "", "whole", 0, MANY)["megabytes"]
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


def _done(stage: Stage, url: str, *task: object) -> Told:
    return _finish([_start(stage, url, *task)], {"succeeded"})[0]


def _start(stage: Stage, url: str, *task: object) -> "subprocess.Popen[str]":
    more = {"TIX_BASE_URL": url} if url else {}
    environment = stage.product.environment(DJANGO_SETTINGS_MODULE="cinema_project.settings", **more)
    command = [sys.executable, "-m", "bench.market_worker", *map(str, task)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _finish(workers: "list[subprocess.Popen[str]]", states: set[str]) -> list[Told]:
    """Return what workers tell, once they are done.

    :raises DidNotStart: if one fails, or its run ends in another state
    """
    told = []
    for worker in workers:
        output, errors = worker.communicate()
        told.append(json.loads(output) if not worker.returncode else {})
        if told[-1].get("state") not in states:
            raise DidNotStart(f"{told[-1]}\n{errors[-3000:]}")
    return told
