"""What is forgotten, what is kept, and how staff see a run."""

import pytest

from cinema_project.tests.sites import answer
from scraping import tasks
from scraping.models import Item, Page, Quarantined, RawPayload, Run
from scraping.selectors.runs import failures_of, items_of, lineage, progress_of, runs_of
from scraping.services.execution import work_on
from scraping.services.runs import start_run
from scraping.tests.conftest import ruled
from scraping.tests.numbers import films

pytestmark = pytest.mark.both_databases
DAY = 86_400


def test_old_runs_and_payloads_are_forgotten_and_items_stay(go, clock):
    go()
    clock.travel(20 * DAY)
    go()

    assert tasks.forget_old_runs() == {"runs": 0, "payloads": 3}
    clock.travel(20 * DAY)
    assert tasks.forget_old_runs() == {"runs": 1, "payloads": 0}
    assert (Run.objects.count(), Item.objects.count()) == (1, 6)


def test_payloads_that_are_still_needed_are_kept(go, site, clock):
    site.does("/page/1", answer(films(1), ETag='"1"'))
    site.does("/page/2", answer(b"<html>"))
    go()
    clock.travel(20 * DAY)

    tasks.forget_old_runs()

    needed = {Page.objects.get().payload, Quarantined.objects.get().payload}
    assert set(RawPayload.objects.values_list("pk", flat=True)) == needed


def test_payloads_over_the_limit_go_the_oldest_first(go, settings):
    go()
    settings.SCRAPE_PAYLOADS_MEGABYTES = 0

    assert tasks.forget_old_runs() == {"runs": 0, "payloads": 3}


def test_answer_too_large_to_keep_is_read_all_the_same(go, settings):
    settings.SCRAPE_LARGEST_PAYLOAD = 10

    assert go().counts["created"] == 6
    assert RawPayload.objects.count() == 0


def test_source_that_keeps_nothing_keeps_nothing(go, source):
    ruled(source, keep_payloads=False)

    assert go().counts["created"] == 6
    assert RawPayload.objects.count() == 0


def test_staff_see_how_far_a_run_is_and_why_units_failed(source, site):
    site.does("/page/2", answer(status=404))
    site.does("/page/3", answer(b"<html>"))
    run, _ = start_run(source="numbers", hand_off=False)
    work_on(run_id=run.pk, seconds=0)
    before = progress_of(run.pk)

    work_on(run_id=run.pk, seconds=30)

    assert (before.units, before.ended, before.percent, before.found) == (3, 0, 0, 0)
    after = progress_of(run.pk)
    assert (after.by_state, after.percent, after.found) == ({"dead": 1, "done": 1, "quarantined": 1}, 100, 2)
    assert failures_of(run.pk)[0] == {"unit": "page:2", "reason": "The site answers with status 404."}
    assert failures_of(run.pk)[1]["reason"].startswith("JSONDecodeError: ")
    assert [one.pk for one in runs_of("numbers")] == [run.pk]


def test_value_leads_back_to_run_payload_and_place(go):
    run = go()

    item = items_of("numbers", "film").get(external_id="1-1")

    told = lineage(item)
    assert (told["run"], told["path"]) == (run.pk, "$.films[1]")
    assert RawPayload.objects.filter(pk=told["payload"]).exists()
