"""Clocks that start runs: each slot of a schedule once, however many clocks there are."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from celery.schedules import crontab, schedule
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from cinema_project.beat import Scheduler
from cinema_project.celery import app
from cinema_project.common import outbox
from scraping import background, tasks
from scraping.engine.leasing import lease_units, renew
from scraping.models import Attempt, Run, SourceState
from scraping.services import execution, starting
from scraping.services.runs import cancel_run, start_run
from scraping.slots import latest_slot
from scraping.tests.test_cancelling import in_background

JAKARTA = ZoneInfo("Asia/Jakarta")


def local(*arguments, **named) -> crontab:
    beat = crontab(*arguments, **named)
    beat.tz = JAKARTA
    return beat


@pytest.mark.parametrize(
    ("beat", "now", "slot"),
    [
        (local("0", "6"), "2026-11-21T23:00:00", "2026-11-22T06:00"),
        (local("0", "6"), "2026-11-21T22:59:59", "2026-11-21T06:00"),
        (local("0", "6"), "2026-11-22T05:00:00", "2026-11-22T06:00"),
        (local("*/15"), "2026-11-21T23:14:59", "2026-11-22T06:00"),
        (local("*/15"), "2026-11-21T23:15:00", "2026-11-22T06:15"),
        (local("30", "1", day_of_week="mon"), "2026-11-21T12:00:00", "2026-11-16T01:30"),
        (local("0", "0", day_of_month="31"), "2026-11-21T12:00:00", "2026-10-31T00:00"),
        (schedule(run_every=900), "2026-11-21T12:29:59", "2026-11-21T12:15:00"),
        (None, "2026-11-21T12:29:59", "2026-11-21T12:29"),
    ],
)
def test_slot_is_the_last_moment_due(beat, now, slot):
    assert latest_slot(beat, datetime.fromisoformat(now).replace(tzinfo=UTC)) == slot


def test_hour_that_comes_twice_is_one_slot():
    beat = crontab("30", "2")
    beat.tz = ZoneInfo("Europe/Berlin")

    twice = [latest_slot(beat, datetime(2026, 10, 25, hour, 30, tzinfo=UTC)) for hour in (0, 1)]

    assert twice == ["2026-10-25T02:30"] * 2


@pytest.fixture
def switched_on(source) -> Iterator[None]:
    SourceState.objects.create(name="numbers", is_on=True)
    source.pages = 1
    return


@pytest.fixture
def every_second(switched_on) -> Iterator[PeriodicTask]:
    second, _ = IntervalSchedule.objects.get_or_create(every=1, period="seconds")
    others = list(PeriodicTask.objects.filter(enabled=True).values_list("pk", flat=True))
    PeriodicTask.objects.update(enabled=False)
    task = PeriodicTask.objects.create(
        name="Read the numbers", task="scraping.tasks.start_slot", interval=second, kwargs='{"source": "numbers"}'
    )
    yield task
    task.delete()
    PeriodicTask.objects.filter(pk__in=others).update(enabled=True)


@pytest.mark.both_databases
def test_two_clocks_run_each_slot_once(every_second, monkeypatch):
    """Two beats side by side, and a worker; each second is a slot."""
    calls: list[tuple[str, str]] = []
    slot_of = starting.slot_of

    def noted(name, now):
        calls.append((name, slot_of(name, now)))
        return calls[-1][1]

    monkeypatch.setattr(starting, "slot_of", noted)
    stop = threading.Event()

    def beat() -> None:
        scheduler = Scheduler(app=app)
        while not stop.wait(min(0.05, scheduler.tick())):
            pass
        scheduler._finalize.cancel()  # it would look for its database at the end of the process

    def work() -> None:
        while not stop.wait(0.02):
            for pk in Run.objects.filter(state="queued").values_list("pk", flat=True):
                execution.work_on(run_id=pk)

    threads = [in_background(beat), in_background(beat), in_background(work)]
    time.sleep(4)
    stop.set()
    for thread in threads:
        thread.join(10)

    runs = sorted(Run.objects.values_list("run_key", flat=True))
    assert {name for name, _ in calls} == {every_second.name}
    assert runs == sorted({f"numbers@{slot}" for _, slot in calls})
    assert len(calls) > len(runs) >= 3
    assert set(Run.objects.exclude(state="queued").values_list("state", flat=True)) == {"succeeded"}


@pytest.mark.both_databases
def test_slot_that_many_start_at_once_is_one_run(source):
    gate, started = threading.Barrier(8), []

    def start() -> None:
        gate.wait()
        started.append(start_run(source="numbers", slot="2026-11-21T06:00", hand_off=False))

    threads = [in_background(start) for _ in range(8)]
    for thread in threads:
        thread.join(10)

    assert len({run.pk for run, _ in started}) == 1
    assert sorted(is_new for _, is_new in started) == [False] * 7 + [True]


def test_source_that_is_off_or_quiet_or_running_is_not_started(switched_on, source, clock):
    state = SourceState.objects.get(pk="numbers")
    clock.at(datetime(2026, 11, 21, 23, 30, tzinfo=UTC))
    SourceState.objects.update(is_on=False)
    assert tasks.start_slot(source="numbers") is None
    SourceState.objects.update(is_on=True, quiet_from="22:00", quiet_until="06:00")
    assert tasks.start_slot(source="numbers") is None
    SourceState.objects.update(quiet_from="06:00", quiet_until="22:00")
    assert state.is_on
    assert tasks.start_slot(source="numbers") is not None

    clock.travel(60)

    assert tasks.start_slot(source="numbers") is None


@pytest.mark.both_databases
def test_run_is_handed_to_a_worker_and_on_until_it_ends(source, site, queue, settings):
    settings.SCRAPE_SLICE_SECONDS = 0
    start_run(source="numbers")
    outbox.deliver_due()
    assert queue != []

    states = []
    while queue:
        settings.SCRAPE_SLICE_SECONDS = len(states)
        states.append(background.work_on_run(run_id=queue.pop()))
        outbox.deliver_due()

    assert states == ["running", "succeeded"]


@pytest.mark.both_databases
def test_run_without_room_in_this_process_waits_a_moment(source, queue, clock, monkeypatch):
    monkeypatch.setattr(background, "_slots", threading.BoundedSemaphore(1))
    run, _ = start_run(source="numbers", hand_off=False)
    with background._slots:
        assert background.work_on_run(run_id=run.pk) == ""
    assert tasks.tend_runs() == 0

    clock.travel(3)

    assert tasks.tend_runs() == 1
    assert background.work_on_run(run_id=run.pk) == "succeeded"
    assert background.work_on_run(run_id=0) == ""


@pytest.mark.both_databases
def test_run_whose_worker_died_is_taken_up_again(source, site, clock, queue):
    run, _ = start_run(source="numbers", hand_off=False)
    execution.work_on(run_id=run.pk, seconds=0)
    lease_units(run_id=run.pk, worker="dead", most=2)
    renew(run_id=run.pk, worker="dead")
    assert tasks.tend_runs() == 0
    clock.travel(3600)

    assert [tasks.tend_runs(), tasks.tend_runs()] == [1, 0]
    outbox.deliver_due()

    assert [background.work_on_run(run_id=pk) for pk in queue] == ["succeeded"]
    assert Attempt.objects.filter(run=run, outcome="lost").count() == 2


@pytest.mark.both_databases
def test_run_that_is_cancelled_after_its_worker_died_ends(source, site, clock, queue):
    run, _ = start_run(source="numbers", hand_off=False)
    execution.work_on(run_id=run.pk, seconds=0)
    lease_units(run_id=run.pk, worker="dead", most=2)
    renew(run_id=run.pk, worker="dead")
    assert cancel_run(run_id=run.pk).state == "cancelling"
    clock.travel(60)

    tasks.tend_runs()
    outbox.deliver_due()

    assert [background.work_on_run(run_id=pk) for pk in queue] == ["cancelled"]
    assert site.asked == []
