"""A worker that reads the market, and tells in one line of JSON what that took: ``python -m bench.market_worker TASK``.

It says when it is ready, and waits for a line. ``pages SLOT [PER_SECOND SECONDS]`` reads the site at TIX_BASE_URL,
together with all who do so for that slot; without a pace with two threads, for nothing is slow here.
``listings FIRST NUMBER`` takes so many showings out of thin air, ``whole FIRST NUMBER`` as all that there are.
"""

import json
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import django
import orjson

django.setup()  # what follows knows models

from scraping.schemas import ShowingSchema  # noqa: E402
from scraping.services.execution import work_on  # noqa: E402
from scraping.services.runs import start_run  # noqa: E402
from scraping.services.sinks import OF_SITES, SINKS  # noqa: E402
from scraping.sources.base import Client, Payload, Record, Rules, Unit  # noqa: E402
from scraping.sources.registry import SOURCES  # noqa: E402
from scraping.sources.tix import TixListings  # noqa: E402

PAGE = 50  # listings of a page
OF_CINEMA, FILMS = 20, 30
SAMPLE_SECONDS, LOOK_SECONDS = 0.05, 0.02
STATUS = Path("/proc/self/status")


def main() -> None:
    task, *numbers = sys.argv[1:]
    print("ready", flush=True)
    sys.stdin.readline()
    tasks = {"pages": pages, "listings": listings, "whole": partial(listings, is_whole=True)}
    print(json.dumps(tasks[task](*map(int, numbers))), flush=True)


def pages(slot: int, per_second: int | None = None, seconds: int = 600) -> dict[str, Any]:
    """Read the films of all cities, and the showings of the day."""
    source = TixListings()
    source.rules = replace(source.rules, per_second=per_second, threads=source.rules.threads if per_second else 2)
    SOURCES[source.name] = lambda: source
    return measured(source.name, {"schedules": True}, str(slot), seconds)


def listings(first: int, number: int, *, is_whole: bool = False) -> dict[str, Any]:
    """Take in so many showings, the whole way but for the network."""
    source = ThinAir(range(first, first + number), is_whole)
    SOURCES[source.name] = lambda: source
    SINKS[source.name] = {"showing": OF_SITES["showing"]}
    return measured(source.name, {})


def measured(source: str, options: dict[str, Any], slot: str = "", limit: int = 600) -> dict[str, Any]:
    """Work on a run to its end, as a command does."""
    sampler = Sampler()
    sampler.start()
    began, used = time.time(), time.process_time()
    run, _ = start_run(source=source, options=options, slot=slot, hand_off=False)
    while run.is_live and (left := began + limit - time.time()) > 0:
        run = work_on(run_id=run.pk, seconds=left)  # it leaves when others have all there is to do
        time.sleep(LOOK_SECONDS if run.is_live else 0)
    cpu = time.process_time() - used
    sampler.over.set()
    told = {"state": run.state, "began": began, "ended": time.time(), "cpu": cpu, "megabytes": sampler.seen}
    return told | run.counts


class Sampler(threading.Thread):
    """Looks again and again how much memory this process has."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.over, self.seen = threading.Event(), [megabytes()]

    def run(self) -> None:
        while not self.over.wait(SAMPLE_SECONDS):
            self.seen.append(megabytes())


def megabytes() -> float:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


class ThinAir:
    """Pages of showings that nobody sends."""

    version = 1
    trusted: tuple[str, ...] = ()
    schemas = {"showing": ShowingSchema}
    rules = Rules(per_second=None, robots=False, conditional=False)

    def __init__(self, numbers: range, is_whole: bool) -> None:
        self.name = "bench-whole" if is_whole else "bench"
        self.numbers, self.is_whole = numbers, is_whole

    def whole(self, options: Any) -> Iterable[str]:
        return {"showing"} if self.is_whole else ()

    def plan(self, options: Any) -> Iterator[Unit]:
        for first in self.numbers[::PAGE]:
            yield Unit(f"page:{first}", {"first": first})

    def fetch(self, unit: Unit, client: Client) -> Payload:
        first = unit.args["first"]
        return Payload("", orjson.dumps([showing(number) for number in range(first, first + PAGE)]))

    def parse(self, unit: Unit, payload: Payload) -> Iterator[Record]:
        for one in payload.json():
            yield Record("showing", one["showtime_id"], one)


def showing(number: int) -> dict[str, Any]:
    return {
        "showtime_id": f"s{number}",
        "movie_id": f"m{number % FILMS}",
        "theatre_id": f"t{number // OF_CINEMA}",
        "city": "JAKARTA",
        "day": "2026-11-21",
        "starts_at": "2026-11-21T12:30:00+00:00",
        "time": "19:30",
        "status": 1,
        "category": "2D",
        "studio": str(number % 6),
        "price": 40_000,
        "reading": "stamp",
    }


if __name__ == "__main__":
    main()
