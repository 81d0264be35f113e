"""Runs that are called off, and what a worker does about it."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from cinema_project.common.errors import IllegalTransition
from scraping.engine.finishing import acknowledge_cancel
from scraping.engine.leasing import lease_units
from scraping.models import Attempt, Run, Unit
from scraping.services.execution import tend, work_on
from scraping.services.runs import UnknownRun, cancel_run, start_run
from scraping.tests import numbers

pytestmark = pytest.mark.both_databases


def in_background(work: Callable[[], Any]) -> "threading.Thread":
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def wait_for(happened: Callable[[], bool], seconds: float = 5) -> float:
    """Return after how many seconds it happened."""
    before = time.monotonic()
    while not happened():
        assert time.monotonic() - before < seconds
        time.sleep(0.01)
    return time.monotonic() - before


def state_of(run: Run) -> str:
    return Run.objects.values_list("state", flat=True).get(pk=run.pk)


@pytest.mark.parametrize("workers", [1, 3])
def test_cancel_is_acknowledged_within_two_seconds_and_no_request_follows(source, site, workers):
    source.pages = 500
    site.does("/page/*", numbers.any_page)
    for number in range(60, 500, 10):
        site.does(f"/page/{number}", site.hang)
    run, _ = start_run(source="numbers", hand_off=False)
    threads = [in_background(lambda: work_on(run_id=run.pk, seconds=60)) for _ in range(workers)]
    wait_for(lambda: len(site.asked) > 60)

    assert cancel_run(run_id=run.pk).state == "cancelling"
    took = wait_for(lambda: state_of(run) == "cancelled")
    asked = len(site.asked)

    assert took < 2
    for thread in threads:
        thread.join(5)
    time.sleep(0.5)
    assert len(site.asked) == asked < 500
    run.refresh_from_db()
    done = Unit.objects.filter(run=run, state="done").count()
    assert run.words == f"Cancelled after {done} of 500 units."
    assert set(Unit.objects.filter(run=run).values_list("state", flat=True)) == {"done", "pending"}
    assert Attempt.objects.filter(run=run).exclude(outcome="done").count() == 0


def test_waiting_run_is_cancelled_at_once(source, site):
    run, _ = start_run(source="numbers", hand_off=False)

    assert cancel_run(run_id=run.pk).words == "Cancelled before it began."
    assert work_on(run_id=run.pk).state == "cancelled"
    assert site.asked == []


def test_run_whose_worker_died_is_cancelled_once_it_is_known_to_be_dead(source, site, clock):
    run, _ = start_run(source="numbers", hand_off=False)
    work_on(run_id=run.pk, seconds=0)
    Run.objects.filter(pk=run.pk).update(worked_until=None)
    lease_units(run_id=run.pk, worker="dead", most=2)
    assert cancel_run(run_id=run.pk).state == "cancelling"

    clock.travel(60)
    acknowledge_cancel(run_id=run.pk)

    assert state_of(run) == "cancelled"


def test_cancelled_run_is_not_begun_again(source, site):
    run, _ = start_run(source="numbers", hand_off=False)
    cancel_run(run_id=run.pk)

    with pytest.raises(IllegalTransition):
        cancel_run(run_id=run.pk)
    with pytest.raises(UnknownRun):
        cancel_run(run_id=0)
    assert tend() == 0


def test_stopped_worker_leaves_nothing_leased(source, site):
    source.pages = 200
    site.does("/page/*", numbers.any_page)
    stop = threading.Event()
    run, _ = start_run(source="numbers", hand_off=False)
    worker = in_background(lambda: work_on(run_id=run.pk, seconds=60, stop=stop))
    wait_for(lambda: len(site.asked) > 20)

    stop.set()
    worker.join(5)

    assert state_of(run) == "running"
    assert set(Unit.objects.filter(run=run).values_list("state", flat=True)) == {"done", "pending"}
    assert Attempt.objects.filter(run=run, outcome="done").count() == len(site.asked)
    assert work_on(run_id=run.pk, seconds=60).counts["created"] == 400
    assert len(site.asked) == 200


def test_four_workers_share_a_run_and_fetch_each_page_once(source, site):
    source.pages = 200
    site.does("/page/*", numbers.any_page)
    run, _ = start_run(source="numbers", hand_off=False)

    def work() -> None:
        try:
            work_on(run_id=run.pk, seconds=60)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: work(), range(4)))

    run.refresh_from_db()
    assert (run.state, run.counts["created"], len(site.asked)) == ("succeeded", 400, 200)
    assert Attempt.objects.filter(run=run).values("worker").distinct().count() > 1
