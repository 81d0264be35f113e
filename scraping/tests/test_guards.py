"""What the database itself refuses, whoever asks."""

import pytest
from django.db import IntegrityError, transaction

from cinema_project.common import clock
from scraping.engine.states import move
from scraping.models import Attempt, Host, Run, SourceState, Unit
from scraping.state_guards import RUN_ARROWS, UNIT_ARROWS

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


@pytest.fixture
def run(db) -> Run:
    now = clock.now()
    return Run.objects.create(source="numbers", run_key="numbers@1", created_at=now, due_at=now)


@pytest.fixture
def unit(run) -> Unit:
    return Unit.objects.create(run=run, key="page:1", due_at=run.created_at)


def refused(work) -> bool:
    try:
        with transaction.atomic():
            work()
    except IntegrityError:
        return True
    return False


def moments(model, state) -> dict:
    """Return what goes with a state, for the constraints."""
    now = clock.now()
    if model is Run:
        return {"finished_at": now if state in Run.ENDED else None}
    leased = {"lease": "me", "leased_until": now} if state == "leased" else {"lease": "", "leased_until": None}
    return {**leased, "ended_at": None if state in Unit.OPEN else now}


@pytest.mark.parametrize(("model", "arrows"), [(Run, RUN_ARROWS), (Unit, UNIT_ARROWS)])
def test_no_state_changes_but_as_drawn(run, unit, model, arrows):
    row = run if model is Run else unit
    drawn = {(old, new) for old, targets in arrows.items() for new in targets}
    passed = set()
    for old in model.State.values:
        for new in model.State.values:
            model.objects.all().delete()
            start = {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields}
            if model is Unit:
                Run.objects.get_or_create(
                    pk=run.pk, defaults={"run_key": "k", "created_at": clock.now(), "due_at": clock.now()}
                )
            made = model.objects.create(**{**start, "state": old, **moments(model, old)})
            if old != new and not refused(
                lambda made=made, new=new: model.objects.filter(pk=made.pk).update(state=new, **moments(model, new))
            ):
                passed.add((old, new))

    assert passed == drawn


def test_move_goes_along_arrows_only_and_once(run):
    now = clock.now()

    assert move(Run, "succeeded", {"finished_at": now}, pk=run.pk) == 0
    assert [move(Run, "running", pk=run.pk), move(Run, "running", pk=run.pk)] == [1, 0]


def test_slot_and_source_have_one_run(run):
    same = {"source": "numbers", "created_at": run.created_at, "due_at": run.due_at}

    assert refused(lambda: Run.objects.create(run_key="numbers@1", **same))
    assert refused(lambda: Run.objects.create(run_key="numbers@2", **same))
    Run.objects.filter(pk=run.pk).update(state="cancelled", finished_at=run.created_at)
    assert not refused(lambda: Run.objects.create(run_key="numbers@2", **same))


def test_unit_is_done_once(run, unit):
    def done(number: int, outcome: str = "done") -> None:
        Attempt.objects.create(run=run, unit=unit, number=number, worker="me", outcome=outcome, ended_at=run.created_at)

    done(1, "failed")
    done(2)

    assert refused(lambda: done(3))
    assert refused(lambda: done(2, "failed"))


def test_states_have_what_belongs_to_them(run, unit):
    units, runs, now = Unit.objects.filter(pk=unit.pk), Run.objects.filter(pk=run.pk), clock.now()

    assert refused(lambda: units.update(state="leased"))
    assert refused(lambda: units.update(lease="me", leased_until=now))
    assert refused(lambda: units.update(ended_at=now))
    assert refused(lambda: runs.update(finished_at=now))
    assert refused(lambda: Unit.objects.create(run=run, key="page:1", due_at=now))
    assert refused(lambda: Host.objects.create(name="a:80", circuit="open"))
    assert refused(lambda: SourceState.objects.create(name="a", per_second=0))
    assert refused(lambda: SourceState.objects.create(name="b", quiet_from="22:00"))
