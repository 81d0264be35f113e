"""What staff see of runs, sources, hosts, quarantine and tokens, and what they can do about them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django_celery_beat.models import PeriodicTask

from accounts.tests import make
from cinema_project.common import clock
from cinema_project.common.sealing import seal
from scraping import background, tasks
from scraping.models import Attempt, Host, Quarantined, Run, SiteToken, SourceState, Unit
from scraping.services.runs import start_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client):
    boss = make.user(is_staff=True, is_superuser=True)
    client.force_login(boss)
    return boss


@pytest.fixture
def run(boss) -> Run:
    run, _ = start_run(source="tix", options={"schedules": True}, hand_off=False)
    Run.objects.filter(pk=run.pk).update(state="running")
    now = clock.now()
    for number in range(4):
        ended = number < 3
        unit = Unit.objects.create(run=run, key=f"movies:{number}", due_at=now)
        Unit.objects.filter(pk=unit.pk).update(state="leased", lease="me", leased_until=now)
        state = {"state": "done", "ended_at": now} if ended else {"state": "pending"}
        Unit.objects.filter(pk=unit.pk).update(lease="", leased_until=None, **state)
        if ended:
            Attempt.objects.create(
                run=run, unit=unit, number=1, worker="me", outcome="done", ended_at=now, created=5, payload="0" * 64
            )
    return run


def page(model, name: str, *args) -> str:
    return reverse(f"admin:scraping_{model._meta.model_name}_{name}", args=args)


def act(client, action: str, row) -> None:
    answer = client.post(page(type(row), "changelist"), {"action": action, "_selected_action": row.pk})
    assert answer.status_code == 302


def shown(client, model) -> str:
    return client.get(page(model, "changelist")).content.decode()


def test_list_says_how_far_a_run_is(client, run):
    assert "75 %: 3 of 4 pages, 15 things" in shown(client, Run)


def test_run_is_cancelled(client, boss, run):
    act(client, "cancel", run)

    run.refresh_from_db()
    assert (run.state, run.cancel_asked_by) == ("cancelled", boss)
    assert "Cancelled after 3 of 4 units." in shown(client, Run)


def test_run_that_is_over_cannot_be_cancelled(client, run):
    act(client, "cancel", run)
    act(client, "cancel", run)

    assert f"Run {run.pk} is over" in shown(client, Run)


def test_run_is_parsed_again(client, run):
    act(client, "replay", run)

    assert Run.objects.get(replay_of=run).trigger == "replay"


def test_quarantine_is_parsed_again(client, run):
    one = Quarantined.objects.create(
        run=run, source="tix", unit_key="movies:1", created_at=clock.now(), errors=[{"where": "id", "what": "Missing."}]
    )
    assert "id Missing." in shown(client, Quarantined)

    act(client, "replay", one)

    assert Run.objects.filter(replay_of=run).count() == 1


def test_source_runs_now_though_it_is_off(client, boss):
    source = SourceState.objects.get(pk="tix")
    assert not source.is_on

    act(client, "run", source)
    act(client, "run", source)

    run = Run.objects.get()
    assert (run.options, run.trigger, run.state) == ({"schedules": True}, "staff", "queued")
    assert f"tix is running already: run {run.pk}." in shown(client, SourceState)


def test_source_is_switched_on_and_slowed_down(client, boss):
    client.post(page(SourceState, "change", "tix"), {"is_on": "on", "per_second": "0.5"})

    source = SourceState.objects.get(pk="tix")
    assert (source.is_on, source.per_second) == (True, 0.5)


def test_pace_of_nothing_is_refused(client, boss):
    answer = client.post(page(SourceState, "change", "tix"), {"is_on": "on", "per_second": "-1"})

    assert answer.status_code == 200
    assert not SourceState.objects.get(pk="tix").is_on


def test_host_is_asked_again_and_blocked(client, boss):
    later = clock.now() + timedelta(hours=1)
    host = Host.objects.create(name="tix.example:443", circuit="open", failures=5, open_until=later)

    act(client, "try_again", host)
    client.post(page(Host, "change", host.pk), {"is_blocked": "on"})

    host.refresh_from_db()
    assert (host.circuit, host.failures, host.is_blocked) == ("closed", 0, True)


def test_token_is_never_shown(client, boss, monkeypatch):
    asked = []
    monkeypatch.setattr(background.get_token, "delay", lambda: asked.append(1))
    now = clock.now()
    sealed = seal('{"access": "abc"}')
    token = SiteToken.objects.create(name="tix user", sealed=sealed, issued_at=now, expires_at=now, got_by="login")

    pages = [shown(client, SiteToken), client.get(page(SiteToken, "change", token.pk)).content.decode()]
    act(client, "get_another", token)

    assert not any(sealed in one or "sealed" in one for one in pages)
    assert asked == [1]


def test_clock_has_its_tasks_in_the_time_of_jakarta():
    times = sorted((task.crontab.hour, task.crontab.minute) for task in tix_tasks())

    assert times == [("*", "*/15"), ("5", "50"), ("6", "0"), ("7", "30")]
    assert {str(task.crontab.timezone) for task in tix_tasks()} == {"Asia/Jakarta"}


def tix_tasks():
    return PeriodicTask.objects.filter(name__endswith="of TIX").select_related("crontab")


def test_clock_starts_nothing_while_a_source_is_off():
    assert tasks.start_slot(source="tix", options={"schedules": True}) is None
    assert tasks.refresh_token() is False
    assert not SiteToken.objects.exists()
