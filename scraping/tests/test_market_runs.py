"""What programs read of runs over other sites."""

import pytest

from cinema_project.common import clock
from scraping.models import Attempt, Run, Unit
from scraping.services.runs import start_run
from scraping.tests import make

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

LISTED = ("cities", "movies", "theatres_total", "theatres_success", "theatres_failed")


def test_runs_the_latest_first(read_market):
    first, last = (make.run(number) for number in range(2))
    other = make.run(2, source="tix-seats", state="empty_suspect", alarms=["Less than usual."])

    assert [run["id"] for run in read_market("runs")] == [other.pk, last.pk, first.pk]
    assert [run["id"] for run in read_market("runs", source="tix", state="succeeded")] == [last.pk, first.pk]
    [told] = read_market("runs", source="tix-seats")
    assert told == {
        "id": other.pk,
        "source": "tix-seats",
        "status": "partial",
        "state": "empty_suspect",
        "verdict": "changed",
        "words": "Read.",
        "alarms": ["Less than usual."],
        "trigger": "clock",
        "options": {"schedules": True},
        "replay_of": None,
        **dict.fromkeys(("created_at", "started_at", "finished_at"), "2026-11-21T12:00:00.000000Z"),
        "progress": {"units": 4, "ended": 4, "percent": 100, "found": 16},
        "created": 5,
        "updated": 2,
        "unchanged": 9,
        "vanished": 0,
        "quarantined": 0,
        "requests": 7,
    }


def test_run_under_way_tells_how_far_it_is(read_market):
    run, _ = start_run(source="tix", hand_off=False)
    now = clock.now()
    for number in range(4):
        unit = Unit.objects.create(run=run, key=f"movies:{number}", due_at=now)
        if number < 3:
            Unit.objects.filter(pk=unit.pk).update(state="leased", lease="me", leased_until=now)
            Unit.objects.filter(pk=unit.pk).update(state="done", lease="", leased_until=None, ended_at=now)
            done = {"worker": "me", "outcome": "done", "ended_at": now, "created": 4, "unchanged": 1}
            Attempt.objects.create(run=run, unit=unit, number=1, **done)

    [told] = read_market("runs")

    assert (told["status"], told["state"], told["finished_at"]) == ("running", "queued", None)
    assert told["progress"] == {"units": 4, "ended": 3, "percent": 75, "found": 15}
    assert read_market(f"runs/{run.pk}") == told | dict.fromkeys(LISTED) | {"failed": []}


def test_one_run_tells_what_it_came_to_and_what_it_could_not_read(read_market, client, market_staff):
    run, _ = start_run(source="tix", hand_off=False)
    now = clock.now()
    for key, state, error in (("movies:JAKARTA", "done", ""), ("movies:MEDAN", "dead", "It did not answer.")):
        unit = Unit.objects.create(run=run, key=key, due_at=now)
        Unit.objects.filter(pk=unit.pk).update(state="leased", lease="me", leased_until=now)
        Unit.objects.filter(pk=unit.pk).update(state=state, error=error, lease="", leased_until=None, ended_at=now)
    make.theatre(city="MEDAN")
    for state in ("running", "partial"):
        Run.objects.filter(pk=run.pk).update(state=state, finished_at=now if state == "partial" else None)

    told = read_market(f"runs/{run.pk}")

    assert (told["status"], told["failed"]) == ("partial", [{"unit": "movies:MEDAN", "reason": "It did not answer."}])
    assert [told[name] for name in LISTED] == [1, 0, 1, 0, 1]
    assert client.get(f"/api/v1/market/runs/{run.pk + 1}", headers=market_staff).status_code == 404
