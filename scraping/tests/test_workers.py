"""Runs in the hands of real Celery workers, relay and beat."""

import time
from collections.abc import Callable, Iterator

import pytest

from cinema_project.tests import sites
from cinema_project.tests.processes import Process, spawn
from cinema_project.tests.product import ROOT, Product
from cinema_project.tests.sites import Site
from scraping.tests import numbers

START = (
    "from scraping.tests import worker_app; from scraping.services.runs import start_run; start_run(source='numbers')"
)


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


def test_run_survives_its_celery_worker(scaled, worker, slow_site):
    scaled.execute(["UPDATE django_celery_beat_intervalschedule SET every = 1 WHERE every = 5 AND period = 'seconds'"])
    for name in ("relay", "beat"):
        scaled.start(name)
    first = worker()
    assert scaled.manage("shell", "-c", START).stderr == ""
    first.wait_until(lambda: done(scaled) > 20)

    first.kill()
    killed_at = done(scaled)
    second = worker()
    second.wait_until(lambda: scaled.query("SELECT state FROM scraping_run") == [("succeeded",)])

    assert killed_at < 300
    assert scaled.query("SELECT sum(created), count(*) FROM scraping_attempt WHERE outcome = 'done'") == [(600, 300)]
    assert len(set(slow_site.paths)) == 300
