"""The clock of background work: intervals that settings give, and what the admin shows of events."""

import pytest
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from cinema_project.beat import begin, follow_settings
from cinema_project.celery import app as celery

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

READ, TEND = "Read what else is on in town", "Let events go on to their next date, and archive those that are over"


def intervals() -> dict[str, int]:
    return {name: PeriodicTask.objects.get(name=name).interval.every for name in (READ, TEND)}


def test_events_are_on_the_schedule():
    tasks = {name: PeriodicTask.objects.get(name=name) for name in (READ, TEND)}

    assert {name: (task.task, task.enabled) for name, task in tasks.items()} == {
        READ: ("scraping.tasks.gather_events", True),
        TEND: ("catalog.tasks.tend_events", True),
    }
    assert intervals() == {READ: 600, TEND: 3600}


def test_interval_that_is_set_counts_and_others_stay_as_staff_have_them(settings):
    crontab = CrontabSchedule.objects.create(minute="7")
    PeriodicTask.objects.filter(name=TEND).update(interval=None, crontab=crontab)
    settings.INTERVALS = {READ: 5, "No such task": 9}

    follow_settings()
    follow_settings()

    assert PeriodicTask.objects.get(name=READ).interval.every == 5
    assert PeriodicTask.objects.get(name=TEND).crontab == crontab
    settings.INTERVALS = {TEND: 60}
    follow_settings()
    assert intervals() == {READ: 5, TEND: 60}


@pytest.mark.parametrize(("is_on", "sent"), [(True, ["scraping.tasks.gather_events"]), (False, [])])
def test_beat_begins_with_events_unless_they_are_switched_off(monkeypatch, is_on, sent):
    told = []
    monkeypatch.setattr(celery, "send_task", lambda name, **options: told.append(name))
    PeriodicTask.objects.filter(name=READ).update(enabled=is_on)

    begin(celery)

    assert told == sent
