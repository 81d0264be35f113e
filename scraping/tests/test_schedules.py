"""Schedules: each slot has its job once, and the counts are right."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from cinema_project.common.errors import Invalid
from scraping.models import MediaJob, ScheduledJob
from scraping.services.execution import work_on
from scraping.services.jobs import cancel_job
from scraping.services.schedules import (
    ScheduleNotFound,
    create_schedule,
    delete_schedule,
    last_beat,
    start_due,
    toggle_schedule,
    update_schedule,
)
from scraping.tests.media import USER

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def noon(clock):
    clock.at(NOON)


def hourly(**changes) -> ScheduledJob:
    wanted = {"label": "Hourly", "mode": "profile", "value": USER, "interval_minutes": 60}
    return create_schedule(**wanted | changes)


def now_of(schedule: ScheduledJob) -> ScheduledJob:
    schedule.refresh_from_db()
    return schedule


def finish(job: MediaJob) -> None:
    work_on(run_id=job.run_id, seconds=60)


def test_first_slot_is_one_interval_away_from_the_start(clock):
    schedule = hourly()

    assert (schedule.next_run_at, schedule.last_run_at) == (NOON + HOUR, None)
    assert start_due() == 0
    clock.travel(3600)
    assert start_due() == 1
    assert start_due() == 0
    assert MediaJob.objects.get().slot == NOON + HOUR
    assert (now_of(schedule).last_run_at, schedule.next_run_at) == (NOON + HOUR, NOON + 2 * HOUR)
    assert (schedule.total_runs, schedule.successful_runs, schedule.failed_runs) == (1, 0, 0)


def test_missed_slots_run_once_and_the_grid_stays(clock, sites):
    schedule = hourly()
    clock.travel(5 * 3600 + 600)

    assert [start_due(), start_due()] == [1, 0]

    assert MediaJob.objects.get().slot == NOON + 5 * HOUR
    assert now_of(schedule).next_run_at == NOON + 6 * HOUR


def test_slot_waits_for_the_job_before(clock, sites):
    schedule = hourly()
    clock.travel(3600)
    start_due()
    clock.travel(2 * 3600)

    assert start_due() == 0
    finish(MediaJob.objects.get())
    assert start_due() == 1

    assert now_of(schedule).total_runs == 2


def test_runs_are_counted_by_how_they_ended(clock, sites):
    schedule = hourly()
    for outcome in ("good", "bad", "cancelled"):
        clock.travel(3600)
        start_due()
        job = MediaJob.objects.latest("slot")
        if outcome == "bad":
            sites.tiktok.users.clear()
        if outcome == "cancelled":
            cancel_job(job_id=job.pk)
        finish(job)

    now_of(schedule)
    assert (schedule.total_runs, schedule.successful_runs, schedule.failed_runs) == (3, 1, 1)


def test_two_clocks_make_one_job_of_a_slot(clock):
    for _ in range(3):
        hourly()
    clock.travel(3600)
    start = threading.Barrier(6)

    def look(_: int) -> int:
        try:
            start.wait(10)
            return start_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(look, range(6)))

    assert (sum(made), MediaJob.objects.count()) == (3, 3)
    assert set(ScheduledJob.objects.values_list("total_runs", flat=True)) == {1}


def test_schedule_that_is_off_makes_no_job(clock):
    schedule = hourly()
    assert (toggle_schedule(schedule_id=schedule.pk).next_run_at, start_due()) == (None, 0)
    clock.travel(7200)
    assert start_due() == 0

    assert toggle_schedule(schedule_id=schedule.pk).next_run_at == NOON + 3 * HOUR


def test_new_interval_counts_from_the_last_job(clock):
    schedule = hourly()
    clock.travel(3600)
    start_due()
    clock.travel(600)

    assert update_schedule(schedule_id=schedule.pk, interval_minutes=120).next_run_at == NOON + 3 * HOUR
    assert update_schedule(schedule_id=schedule.pk, interval_minutes=5).next_run_at == NOON + HOUR + timedelta(
        minutes=10
    )


def test_jobs_outlive_their_schedule(clock):
    schedule = hourly()
    clock.travel(3600)
    start_due()

    delete_schedule(schedule_id=schedule.pk)

    assert MediaJob.objects.get().schedule is None
    with pytest.raises(ScheduleNotFound):
        delete_schedule(schedule_id=schedule.pk)


@pytest.mark.parametrize(
    "wrong", [{"interval_minutes": 4}, {"label": " "}, {"mode": "x"}, {"limit": 0}, {"value": "#"}]
)
def test_schedule_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(Invalid):
        hourly(**wrong)


@pytest.mark.parametrize(
    "wrong", [{"interval_minutes": 4}, {"next_run_at": None}, {"enabled": False}, {"failed_runs": 1}, {"limit": 0}]
)
def test_database_refuses_a_schedule_that_makes_no_sense(wrong):
    hourly()

    with pytest.raises(IntegrityError), transaction.atomic():
        ScheduledJob.objects.update(**wrong)


def test_database_allows_one_job_for_a_slot(clock):
    hourly()
    clock.travel(3600)
    start_due()
    ScheduledJob.objects.update(next_run_at=NOON + HOUR, total_runs=0)
    job = MediaJob.objects.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        job.pk = "550e8400-e29b-41d4-a716-446655440000"
        MediaJob.objects.bulk_create([job])


def test_clock_says_when_it_looked(clock):
    assert last_beat() is None
    start_due()
    assert last_beat() == NOON
