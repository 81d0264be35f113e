"""Workers that are killed: nothing is lost, nothing is there twice."""

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from cinema_project.tests import sites
from cinema_project.tests.product import ROOT, Product
from scraping.engine import leasing
from scraping.engine.leasing import lease_units
from scraping.engine.results import Result, read_payload
from scraping.engine.settling import settle
from scraping.models import Attempt
from scraping.services.execution import work_on
from scraping.services.runs import start_run
from scraping.sources.base import Payload
from scraping.tests import numbers

PAGES, KILLS, FILMS = 1000, 20, 1000 * numbers.FILMS_ON_A_PAGE


class Nursery:
    """Forks workers, which share a site and a database."""

    def __init__(self, product: Product, url: str) -> None:
        self.killed_enough = threading.Event()
        env = product.environment(
            DJANGO_SETTINGS_MODULE="cinema_project.settings", FETCH_ALLOW_LOOPBACK=1, SCRAPE_LEASE_SECONDS=0.5
        )
        self.process = subprocess.Popen(
            [sys.executable, "-m", "scraping.tests.nursery", url, str(PAGES)],
            cwd=ROOT, env=env, text=True, bufsize=1, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def start(self) -> int:
        self.process.stdin.write("go\n")
        return int(self.process.stdout.readline())

    def outcome(self) -> str:
        """Wait for the worker's end; return the state it wrote, empty if it was killed."""
        state = ""
        while (line := self.process.stdout.readline().strip()) != "ended":
            state = line
        return state

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


@pytest.fixture
def asked() -> Counter:
    return Counter()


@pytest.fixture
def nursery(product, asked) -> Iterator[Nursery]:
    def page(to) -> None:
        number = int(re.search(r"\d+$", to.path)[0])
        asked[number] += 1
        time.sleep(0.01)
        if number > PAGES - 10:
            nursery.killed_enough.wait(30)  # so that no run is over before its time
        numbers.any_page(to)

    with sites.running() as site:
        site.does("/page/*", page)
        nursery = Nursery(product, site.url)
        yield nursery
        nursery.killed_enough.set()
        nursery.close()


@pytest.mark.long
def test_killed_twenty_times_a_run_of_a_thousand_units_is_whole(nursery, product, asked):
    dice, state, kills, longest = random.Random(), "", 0, 0.2
    while kills < KILLS:
        pid = nursery.start()
        before = asked.total()
        time.sleep(dice.uniform(0.0, longest))
        os.kill(pid, signal.SIGKILL)
        state = nursery.outcome()
        kills += 1
        longest *= 1.3 if asked.total() == before else 1.0  # a busy machine's workers get to work later
        assert state == ""
    nursery.killed_enough.set()
    while state != "succeeded":
        nursery.start()
        state = nursery.outcome()

    units = dict(product.query("SELECT state, count(*) FROM scraping_unit GROUP BY state"))
    assert units == {"done": PAGES}
    [(items, ids)] = product.query("SELECT count(*), count(DISTINCT external_id) FROM scraping_item")
    assert (items, ids) == (FILMS, FILMS)
    done = "FROM scraping_attempt WHERE outcome = 'done'"
    assert product.query(f"SELECT count(*), sum(created), sum(updated), sum(unchanged) {done}") == [
        (PAGES, FILMS, 0, 0)
    ]
    [(lost,)] = product.query("SELECT count(*) FROM scraping_attempt WHERE outcome = 'lost'")
    assert lost > 0
    assert len(asked) == PAGES
    assert sum(asked.values()) <= PAGES + lost


@pytest.mark.both_databases
def test_result_of_a_lease_that_lapsed_does_not_count_even_for_the_same_worker(source, clock):
    run, _ = start_run(source="numbers", hand_off=False)
    work_on(run_id=run.pk, seconds=0)
    late, *_ = lease_units(run_id=run.pk, worker="me", most=1)
    clock.travel(60)
    again, *_ = lease_units(run_id=run.pk, worker="me", most=1)
    assert (late.unit_id, late.number, again.unit_id, again.number) == (again.unit_id, 1, late.unit_id, 2)

    def counts(lease) -> int:
        payload = Payload("", b'{"films": [{"id": "1", "title": "A film"}]}', fetched_at=lease.at)
        result = Result(lease, payload)
        read_payload(source, result)
        return settle(source=source, run_id=run.pk, worker="me", results=[result], sinks={})

    assert [counts(late), counts(again), counts(again)] == [0, 1, 0]
    assert list(Attempt.objects.order_by("number").values_list("number", "outcome")) == [(1, "lost"), (2, "done")]


@pytest.mark.both_databases
def test_unit_that_kills_its_workers_is_given_up(source, clock, monkeypatch):
    monkeypatch.setattr(leasing, "MOST_LOSSES", 3)
    run, _ = start_run(source="numbers", hand_off=False)
    work_on(run_id=run.pk, seconds=0)
    for _ in range(3):
        assert [lease.unit.key for lease in lease_units(run_id=run.pk, worker="me", most=1)] == ["page:1"]
        clock.travel(60)

    run = work_on(run_id=run.pk, seconds=30)

    assert (run.state, run.counts["units"]) == ("partial", {"dead": 1, "done": 2})
    assert "3 workers died while they had it." in run.words
