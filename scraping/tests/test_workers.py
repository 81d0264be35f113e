"""Runs in the hands of real Celery workers, relay and beat."""

import base64
import pickle
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from cinema_project.tests import sites
from cinema_project.tests.processes import Process, spawn
from cinema_project.tests.product import ROOT, Product
from cinema_project.tests.sites import Site
from scraping.fakes.guards import PASSWORD, PHONE
from scraping.fakes.messages import Reply
from scraping.fakes.serving import Served, serving
from scraping.fakes.tix import FakeTix
from scraping.fakes.world import World
from scraping.tests import numbers
from scraping.tests.tix_market import MORNING, Clocks, truth

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

NUMBERS = "from scraping.tests import worker_app; from scraping.services.runs import *; "
START, CANCEL = NUMBERS + "start_run(source='numbers')", NUMBERS + "cancel_run(run_id=1)"
MANY_PAGES = 2000
START_LONG = NUMBERS + f"start_run(source='numbers', options={{'pages': {MANY_PAGES}}})"
TABLES = "from scraping.tests.tix_market import tables; import base64, pickle; "
TABLES += "print(base64.b64encode(pickle.dumps(tables())).decode())"
SLOT_SECONDS, BEATS_SECONDS = 2, 60
PATIENCE = 90  # seconds for processes that start and then work, on a machine with other work
KWARGS = '{"source": "numbers", "options": {"pages": 1}}'


@pytest.fixture
def slow_site() -> Iterator[Site]:
    def page(to) -> None:
        time.sleep(0.02)
        numbers.any_page(to)

    with sites.running() as site:
        site.does("/page/*", page)
        yield site


@pytest.fixture
def worker(scaled, slow_site) -> Iterator[Callable[[], Process]]:
    """Start Celery workers that know the source."""
    started: list[Process] = []
    scaled.settings |= {"FETCH_ALLOW_LOOPBACK": "1", "SCRAPE_LEASE_SECONDS": "1", "SITE_URL": slow_site.url}

    def start() -> Process:
        command = ["celery", "-A", "scraping.tests.worker_app", "worker", "--concurrency", "2", "--loglevel", "WARNING"]
        log = scaled.folder / f"worker-{len(started)}.log"
        started.append(spawn(command, log=log, cwd=ROOT, env=scaled.environment()))
        return started[-1]

    yield start
    for process in started:
        process.kill()


def done(product: Product) -> int:
    [(number,)] = product.query("SELECT count(*) FROM scraping_unit WHERE state = 'done'")
    return number


def start_beside(product: Product, *names: str) -> None:
    """Start these processes; runs that nobody works on are looked for every second, and nothing else is begun."""
    looked_for = "every = 5 AND period = 'seconds'"
    product.execute(
        [
            f"UPDATE django_celery_beat_intervalschedule SET every = 1 WHERE {looked_for}",
            "UPDATE django_celery_beat_periodictask SET enabled = (task = 'scraping.tasks.tend_runs')",
        ]
    )
    for name in names:
        product.start(name)


def test_run_survives_its_celery_worker(scaled, worker, slow_site):
    start_beside(scaled, "relay", "beat")
    first = worker()
    assert scaled.manage("shell", "-c", START).stderr == ""
    first.wait_until(lambda: done(scaled) > 20, seconds=PATIENCE)

    first.kill()
    killed_at = done(scaled)
    second = worker()
    second.wait_until(lambda: scaled.query("SELECT state FROM scraping_run") == [("succeeded",)], seconds=PATIENCE)

    assert killed_at < 300
    assert scaled.query("SELECT sum(created), count(*) FROM scraping_attempt WHERE outcome = 'done'") == [(600, 300)]
    assert len(set(slow_site.paths)) == 300


def test_cancelled_run_of_another_process_ends_within_two_seconds_without_another_request(scaled, worker, slow_site):
    slow_site.does("/page/*", lambda to: (time.sleep(0.2), numbers.any_page(to)))
    start_beside(scaled, "relay", "beat")
    process = worker()
    assert scaled.manage("shell", "-c", START_LONG).stderr == ""
    process.wait_until(lambda: done(scaled) > 20, seconds=PATIENCE)

    assert scaled.manage("shell", "-c", CANCEL).stderr == ""
    process.wait_until(lambda: scaled.query("SELECT state FROM scraping_run") == [("cancelled",)], seconds=PATIENCE)
    asked = len(slow_site.asked)
    time.sleep(1)

    [(took,)] = scaled.query("SELECT finished_at - cancel_asked_at FROM scraping_run")
    assert took < timedelta(seconds=2)
    assert len(slow_site.asked) == asked < MANY_PAGES
    assert dict(scaled.query("SELECT state, count(*) FROM scraping_unit GROUP BY state")).keys() == {"done", "pending"}


def test_two_beats_for_a_minute_run_each_slot_once(scaled, worker, slow_site):
    start_beside(scaled)
    interval = f"INSERT INTO django_celery_beat_intervalschedule (every, period) VALUES ({SLOT_SECONDS}, 'seconds')"
    make_task = (
        "from django_celery_beat.models import *; from scraping.models import SourceState;"
        "SourceState.objects.create(name='numbers', is_on=True);"
        f"PeriodicTask.objects.create(name='Numbers', task='scraping.tasks.start_slot', kwargs='{KWARGS}',"
        f" interval=IntervalSchedule.objects.get(every={SLOT_SECONDS}, period='seconds'))"
    )
    scaled.execute([interval])
    assert scaled.manage("shell", "-c", make_task).stderr == ""
    process = worker()
    for name in ("relay", "beat", "beat"):
        scaled.start(name)

    succeeded = "SELECT 1 FROM scraping_run WHERE state = 'succeeded'"
    process.wait_until(lambda: scaled.query(succeeded) != [], seconds=PATIENCE)
    time.sleep(BEATS_SECONDS)
    scaled.execute(["UPDATE scraping_sourcestate SET is_on = false"])
    open_runs = "SELECT 1 FROM scraping_run WHERE finished_at IS NULL"
    process.wait_until(lambda: not scaled.query(open_runs), seconds=PATIENCE)

    runs = scaled.query("SELECT run_key, state FROM scraping_run ORDER BY run_key")
    slots = [datetime.fromisoformat(str(key).partition("@")[2]) for key, _ in runs]
    asked_to_start = process.output().count("Takes up scraping.tasks.start_slot")
    assert {state for _, state in runs} == {"succeeded"}
    assert {(after - before).total_seconds() for before, after in pairwise(slots)} == {SLOT_SECONDS}
    assert BEATS_SECONDS // SLOT_SECONDS - 1 <= len(slots) < asked_to_start
    assert Counter(slow_site.paths) == {"/page/1": len(slots)}


@pytest.fixture
def tix(scaled) -> Iterator[tuple[FakeTix, Served, Clocks]]:
    """A small TIX at six in the morning, of which the product's processes know by its settings alone."""
    clocks = Clocks(scaled.clock)
    clocks.go_to(MORNING)
    site = FakeTix(World(theatres=83), clock=clocks)
    with serving(site) as served:
        scaled.settings |= {
            "TIX_BASE_URL": served.url,
            "TIX_WEB_URL": served.url,
            "TIX_PHONE_NUMBER": PHONE,
            "TIX_PASSWORD": PASSWORD,
            "TIX_RSA_PUBLIC_KEY": site.guard.public_key.strip().replace("\n", "\\n"),
            "TIX_REQUESTS_PER_SECOND": "300",
            "FETCH_ALLOW_LOOPBACK": "1",
        }
        yield site, served, clocks


def test_market_is_read_by_the_workers_of_the_procfile(scaled, tix):
    site, served, clocks = tix
    start_beside(scaled, "relay", "beat")
    worker = scaled.start("worker").process

    def read_tables() -> dict[str, Any]:
        return pickle.loads(base64.b64decode(scaled.manage("shell", "-v", "0", "-c", TABLES).stdout))

    def run(source: str, wanted: str = "succeeded", **options: Any) -> dict[str, Any]:
        start = f"from scraping.services.runs import *; print(start_run(source={source!r}, options={options!r})[0].pk)"
        number = int(scaled.manage("shell", "-v", "0", "-c", start).stdout)
        ended = "SELECT state, counts FROM scraping_run WHERE id = %s AND finished_at IS NOT NULL"
        worker.wait_until(lambda: scaled.query(ended, number) != [], seconds=PATIENCE)
        [(state, counts)] = scaled.query(ended, number)
        assert state == wanted
        return counts

    first = run("tix", schedules=True)
    assert read_tables() == truth(site)
    assert first["created"] > 1000

    again = run("tix", schedules=True)
    assert [again[name] for name in ("created", "updated", "vanished", "quarantined")] == [0, 0, 0, 0]
    assert read_tables() == truth(site)

    whole, listed = truth(site), site.movies
    lost = site.world.cities[0]
    site.movies = lambda asked: Reply(404) if asked.query["city_id"] == lost.id else listed(asked)
    part = run("tix", "partial", schedules=True)
    site.movies = listed
    assert (part["units"]["dead"], part["vanished"], read_tables()) == (1, 0, whole)
    [(words,)] = scaled.query("SELECT words FROM scraping_run ORDER BY id DESC LIMIT 1")
    assert "units could not be read, so nothing is taken for vanished." in words

    [(latest,)] = scaled.query("SELECT max(starts_at) FROM scraping_marketshowtime")
    clocks.go_to(latest - timedelta(minutes=8))
    looks = run("tix-seats", due=True)["created"]
    assert scaled.query("SELECT count(*) FROM scraping_seatsnapshot") == [(looks,)]
    assert looks > 0
    assert sum(asked.path == "/v1/users/login" for asked in served.asked) == 1
