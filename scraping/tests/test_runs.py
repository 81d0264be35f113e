"""Runs from their beginning to their end, over real HTTP."""

import gzip
from datetime import timedelta

import pytest

from cinema_project.common import clock as clocks
from cinema_project.tests.sites import answer, no_answer
from scraping.models import Attempt, Host, Item, Page, Quarantined, RawPayload, Run, Unit
from scraping.services.execution import work_on
from scraping.services.runs import AlreadyRunning, NothingToReplay, replay_run, start_run, unfinished_run
from scraping.services.sinks import SINKS
from scraping.sources.base import Record, SourceDown, UnitGone
from scraping.sources.base import Unit as Planned
from scraping.sources.registry import UnknownSource
from scraping.tests import numbers
from scraping.tests.conftest import ruled
from scraping.tests.numbers import films

pytestmark = pytest.mark.both_databases
CHANGED = "Sat, 21 Nov 2026 10:00:00 GMT"


@pytest.fixture(autouse=True)
def quick(monkeypatch) -> None:
    """Let the next try come soon: how long it may take is another test's business."""
    monkeypatch.setattr("scraping.fetching.retry.FIRST_BACKOFF", 0.02)
    monkeypatch.setattr("scraping.fetching.retry.LEAST_BACKOFF", 0.01)


def summary(run: Run) -> tuple[str, str, int, int, int, int]:
    counts = run.counts
    return (
        run.state, run.verdict, counts["created"], counts["updated"], counts["unchanged"], counts["vanished"],
    )  # fmt: skip


def test_run_stores_what_the_site_says(go):
    run = go()

    assert (run.state, run.verdict, run.words) == (
        "succeeded", "changed", "6 created, 0 updated, 0 unchanged; 3 requests.",
    )  # fmt: skip
    assert Item.objects.count() == 6
    item = Item.objects.get(external_id="2-1")
    assert item.data == {"title": "Film 2-1", "year": 2001, "poster": "p.jpg"}
    assert (item.kind, item.path, item.run_id) == ("film", "$.films[1]", run.pk)
    assert RawPayload.objects.filter(pk=item.payload).exists()
    assert run.counts == {
        "units": {"done": 3}, "created": 6, "updated": 0, "unchanged": 0, "quarantined": 0, "vanished": 0,
        "requests": 3, "records": {"film": 6},
    }  # fmt: skip
    assert run.coverage == {"film": {"records": 6, "filled": {"id": 6, "title": 6, "year": 6, "poster": 6}}}


def test_second_run_changes_nothing(go):
    go()
    before = list(Item.objects.order_by("pk").values())

    assert summary(go()) == ("succeeded", "unchanged", 0, 0, 6, 0)
    assert list(Item.objects.order_by("pk").values()) == before
    assert RawPayload.objects.count() == 3


def test_only_what_changed_is_written(go, site):
    first = go()
    site.does("/page/2", answer({"films": [*films(2)["films"][:1], {"id": "2-1", "title": "Renamed"}]}))

    second = go()

    assert summary(second) == ("succeeded", "changed", 0, 1, 5, 0)
    assert set(Item.objects.filter(run=second).values_list("external_id", flat=True)) == {"2-1"}
    assert Item.objects.filter(run=first).count() == 5


def test_pages_lead_to_further_pages_each_once(go, site, source):
    source.pages = 1
    site.does("/page/1", answer({**films(1), "next": 2}))
    site.does("/page/2", answer({**films(2), "next": 3}))
    site.does("/page/3", answer({**films(3), "next": 1}))

    assert go().counts["created"] == 6
    assert sorted(site.paths) == ["/page/1", "/page/2", "/page/3"]


def test_failure_that_passes_is_tried_again(go, site):
    site.does("/page/1", answer(status=500), no_answer, answer(films(1)))

    run = go()

    assert summary(run) == ("succeeded", "changed", 6, 0, 0, 0)
    attempts = Attempt.objects.filter(unit__key="page:1").order_by("number")
    assert list(attempts.values_list("number", "outcome", "status")) == [
        (1, "failed", 500), (2, "failed", None), (3, "done", 200),
    ]  # fmt: skip


def test_partial_failure_is_called_partial_and_nothing_vanishes(go, site):
    go()
    site.does("/page/2", answer(status=500))

    run = go()

    assert summary(run) == ("partial", "partial", 0, 0, 4, 0)
    assert run.words == (
        "1 of 3 units could not be read, so nothing is taken for vanished. 0 created, 0 updated, 4 unchanged; "
        "5 requests. 1 time: The site answers with status 500."
    )
    assert Item.objects.filter(vanished_at=None).count() == 6


def test_what_will_never_work_is_tried_once(go, site, source):
    site.does("/page/2", answer(status=404))
    site.does("/page/3", answer(b"x" * 100, Content_Encoding="br"))

    run = go()

    assert run.state == "partial"
    assert sorted(site.paths) == ["/page/1", "/page/2", "/page/3"]
    assert dict(Unit.objects.filter(run=run, state="dead").values_list("key", "error")) == {
        "page:2": "The site answers with status 404.",
        "page:3": "The answer is packed in a way that was not asked for.",
    }


def test_nothing_read_is_a_failure_in_plain_words(go, site):
    site.scripts.clear()

    run = go()

    assert (run.state, run.words) == ("failed", "None of 3 units could be read. The site answers with status 404.")


def test_source_that_is_down_ends_its_run_at_once(go, source, site):
    source.pages = 50

    def fetch(unit, client):
        if unit.args["page"] == 3:
            raise SourceDown("The site has closed.")
        return client.get(f"{site.url}/page/1")

    source.fetch = fetch

    run = go()

    assert (run.state, run.words) == ("failed", "The site has closed.")
    assert not Unit.objects.filter(run=run, state__in=Unit.OPEN).exists()


def test_unit_that_is_gone_is_given_up(go, source):
    source.fetch = lambda unit, client: exec("raise gone", {"gone": UnitGone("Never heard of it.")})

    assert go().words == "None of 3 units could be read. Never heard of it."


def test_fault_of_a_source_costs_its_unit_only(go, source, site):
    source.fetch = lambda unit, client: client.get(f"{site.url}/page/{3 / (unit.args['page'] - 1):.0f}")

    run = go()

    assert (run.state, run.counts["units"]) == ("partial", {"dead": 1, "done": 2})
    assert "ZeroDivisionError: division by zero" in run.words


def test_what_a_complete_run_does_not_name_has_vanished_and_may_come_back(go, site):
    go()
    site.does("/page/3", answer(films(3, number=1)))
    gone = go()
    site.does("/page/3", answer(films(3)))

    assert summary(gone) == ("succeeded", "changed", 0, 0, 5, 1)
    assert gone.words.endswith("1 vanished.")
    assert Item.objects.get(external_id="3-1").vanished_at is not None
    assert summary(go()) == ("succeeded", "changed", 0, 1, 5, 0)
    assert Item.objects.get(external_id="3-1").vanished_at is None


def test_too_little_is_suspect_and_nothing_vanishes(go, site, source):
    go()
    for number in (1, 2, 3):
        site.does(f"/page/{number}", answer({"films": []}))

    empty = go()
    site.does("/page/1", answer(films(1)))
    few = go()

    assert (empty.state, empty.verdict, few.state) == ("empty_suspect", "empty", "empty_suspect")
    assert empty.words.startswith(
        "Suspiciously little was found; nothing is taken for vanished. Only 0 of kind film; usually there are 6."
    )
    assert Item.objects.filter(vanished_at=None).count() == 6


def test_fewer_than_a_source_must_have_is_suspect_in_the_first_run(go, source):
    ruled(source, least={"film": 10})

    run = go()

    assert (run.state, run.alarms) == ("empty_suspect", ["Only 6 of kind film; at least 10 are to be expected."])
    assert Item.objects.count() == 6


def test_part_of_a_source_lets_nothing_vanish(go, site):
    go()
    site.does("/page/3", answer(films(3, number=1)))

    run = go(city="JAKARTA")

    assert summary(run) == ("succeeded", "unchanged", 0, 0, 5, 0)


def test_field_that_vanishes_raises_the_alarm_in_the_first_run(go, site):
    go()
    for number in (1, 2, 3):
        site.does(f"/page/{number}", answer(films(number, poster="")))

    run = go()

    assert run.state == "succeeded"
    assert run.alarms == ["film: poster fell from 100% to 0%; look where the site has it now, and mend the parser."]
    assert run.alarms[0] in run.words


def test_record_that_is_refused_goes_into_quarantine_alone(go, site):
    bad = {"id": "2-1", "title": "", "year": "soon"}
    site.does("/page/2", answer({"films": [films(2)["films"][0], bad, {"id": "2-2", "title": "a\0b"}]}))

    run = go()

    assert summary(run)[:3] == ("succeeded", "changed", 5)
    assert run.counts["quarantined"] == 2
    rows = Quarantined.objects.order_by("external_id")
    first = rows[0]
    assert (first.external_id, first.data, first.path, first.unit_key) == ("2-1", bad, "$.films[1]", "page:2")
    assert [error["where"] for error in rows[0].errors] == ["title", "year"]
    assert rows[1].errors == [{"where": "", "what": "A text holds the character NUL."}]


def test_what_is_in_quarantine_has_not_vanished(go, site):
    go()
    site.does("/page/2", answer({"films": [films(2)["films"][0], {"id": "2-1", "title": ""}]}))

    assert summary(go()) == ("succeeded", "unchanged", 0, 0, 5, 0)
    assert Item.objects.get(external_id="2-1").vanished_at is None


def test_payload_that_cannot_be_parsed_waits_for_a_better_parser(go, site, source):
    site.does("/page/2", answer(b"<html>"))
    broken = go()
    assert (broken.state, broken.counts["units"]) == ("partial", {"done": 2, "quarantined": 1})
    [row] = Quarantined.objects.filter(resolved_at=None)
    assert (row.kind, row.unit_key) == ("", "page:2")
    asked = len(site.asked)
    plain = source.parse

    def parse(unit, payload):
        if payload.content == b"<html>":
            return [Record("film", "2-9", {"title": "From a page"})]
        return plain(unit, payload)

    source.parse = parse
    replay = work_on(run_id=replay_run(run_id=broken.pk).pk)

    assert summary(replay) == ("succeeded", "changed", 1, 0, 4, 0)
    assert len(site.asked) == asked
    assert not Quarantined.objects.filter(resolved_at=None).exists()
    assert Item.objects.get(external_id="2-9").run_id == replay.pk


def test_replay_of_an_old_run_does_not_bring_back_what_was_then(go, site, source):
    old = go()
    site.does("/page/1", answer({"films": [{"id": "1-0", "title": "Now"}, {"id": "1-1", "title": "Now"}]}))
    go()

    replay = work_on(run_id=replay_run(run_id=old.pk).pk)

    assert summary(replay) == ("succeeded", "unchanged", 0, 0, 6, 0)
    assert Item.objects.get(external_id="1-0").data["title"] == "Now"


def test_run_that_fetched_nothing_cannot_be_replayed(go, site):
    site.scripts.clear()

    with pytest.raises(NothingToReplay):
        replay_run(run_id=go().pk)


def test_unchanged_pages_are_not_sent_again_and_write_nothing(go, site):
    for number in (1, 2, 3):
        whole, none = (
            answer(films(number), ETag=f'"{number}"', Last_Modified="Sat, 21 Nov 2026 10:00:00 GMT"),
            answer(status=304),
        )
        site.does(f"/page/{number}", whole, none)
    go()
    pages, items = list(Page.objects.values()), list(Item.objects.order_by("pk").values())

    run = go()

    assert summary(run) == ("succeeded", "unchanged", 0, 0, 6, 0)
    assert {asked.headers.get("if-none-match") for asked in site.asked[3:]} == {'"1"', '"2"', '"3"'}
    assert site.asked[3].headers["if-modified-since"] == CHANGED
    assert (list(Page.objects.values()), list(Item.objects.order_by("pk").values())) == (pages, items)
    assert Attempt.objects.filter(run=run).values_list("received", flat=True)[0] == 0


def test_page_whose_payload_was_forgotten_is_asked_for_whole(go, site):
    site.does("/page/1", answer(films(1), ETag='"1"'))
    go()
    RawPayload.objects.all().delete()

    go()

    assert [asked.headers.get("if-none-match") for asked in site.asked if asked.path == "/page/1"] == [None, None]


def test_parser_sees_old_payloads_with_todays_eyes(go, site, source):
    site.does("/page/1", answer(films(1), ETag='"1"'), answer(status=304))
    go()
    source.parse = lambda unit, payload: [Record("film", unit.key, {"title": "Parsed anew"})]

    assert go().counts["created"] == 3


def test_same_thing_on_two_pages_is_counted_once(go, site, source):
    site.does("/page/2", answer(films(1)))

    assert summary(go())[2:5] == (4, 0, 2)
    assert summary(go())[2:5] == (0, 0, 6)


def test_sink_gets_what_changed_in_the_same_transaction(go, site, monkeypatch):
    class Sink:
        taken: list[tuple[str, list[str]]] = []

        def changed(self, items):
            self.taken.append(("changed", sorted(item.external_id for item in items if item.pk)))

        def vanished(self, items):
            self.taken.append(("vanished", [item.external_id for item in items]))

    monkeypatch.setitem(SINKS, "numbers", {"film": Sink()})
    go()
    assert sorted(name for _, names in Sink.taken for name in names) == ["1-0", "1-1", "2-0", "2-1", "3-0", "3-1"]
    Sink.taken.clear()
    site.does("/page/1", answer(films(1, number=1, title="Renamed")))

    go()

    assert Sink.taken == [("changed", ["1-0"]), ("vanished", ["1-1"])]


def test_thing_that_cannot_be_stored_does_not_keep_back_the_others(go, source, monkeypatch):
    class Sink:
        def changed(self, items):
            if any(item.external_id == "2-0" for item in items):
                raise ArithmeticError("too much")

        def vanished(self, items):
            pass

    monkeypatch.setitem(SINKS, "numbers", {"film": Sink()})
    ruled(source, attempts=1)

    run = go()

    assert (run.state, run.counts["units"], run.counts["created"]) == ("partial", {"dead": 1, "done": 2}, 4)
    assert "It could not be stored: ArithmeticError: too much" in run.words


def test_slot_runs_once_and_another_slot_waits_for_its_end(source):
    first, is_new = start_run(source="numbers", slot="2026-11-21T06:00", hand_off=False)
    again, is_new_again = start_run(source="numbers", slot="2026-11-21T06:00", hand_off=False)

    assert (is_new, is_new_again, again) == (True, False, first)
    with pytest.raises(AlreadyRunning):
        start_run(source="numbers", slot="2026-11-22T06:00", hand_off=False)
    work_on(run_id=first.pk)
    assert start_run(source="numbers", slot="2026-11-22T06:00", hand_off=False)[1]
    assert not start_run(source="numbers", slot="2026-11-21T06:00", hand_off=False)[1]


def test_part_of_a_source_may_run_beside_the_whole(source):
    start_run(source="numbers", hand_off=False)

    assert start_run(source="numbers", options={"city": "JAKARTA"}, hand_off=False)[1]


def test_run_that_was_begun_today_can_be_found_again(source):
    run, _ = start_run(source="numbers", options={"city": "JAKARTA"}, hand_off=False)
    since = clocks.now() - timedelta(hours=1)

    assert unfinished_run(source="numbers", options={"city": "JAKARTA"}, since=since) == run
    assert unfinished_run(source="numbers", options={}, since=since) is None


def test_unknown_source_is_refused_by_name(db):
    with pytest.raises(UnknownSource, match="There is no source “nobody”; there are: "):
        start_run(source="nobody")


def test_plan_that_cannot_be_stored_fails_the_run_with_its_reason(source):
    source.plan = lambda options: [Planned("x" * 201)]
    run, _ = start_run(source="numbers", hand_off=False)

    assert work_on(run_id=run.pk).words.startswith("It could not be planned: The key of a unit has 1 to 200 characters")


def test_site_that_asks_for_peace_is_left_in_peace(go, site):
    site.does("/page/1", answer(status=429, Retry_After="1"), answer(films(1)))

    run = go()

    assert run.state == "succeeded"
    refused, again = (asked.at for asked in site.asked if asked.path == "/page/1")
    assert 1 <= again - refused < 2.5


def test_packed_pages_are_read(go, site):
    site.does("/page/1", answer(gzip.compress(b'{"films": []}'), Content_Encoding="gzip"))

    assert go().counts["created"] == 4


def test_host_that_fails_again_and_again_is_left_in_peace(go, site, source, clock):
    source.pages = 30
    ruled(source, threads=1, attempts=50)
    site.scripts = {"/page/*": [answer(status=500)]}
    run, _ = start_run(source="numbers", hand_off=False)

    work_on(run_id=run.pk, seconds=10)

    host = Host.objects.get()
    assert (host.circuit, host.failures, len(site.asked)) == ("open", 5, 5)
    run.refresh_from_db()
    assert run.state == "running"
    assert 25 < (run.due_at - clocks.now()).total_seconds() <= 30
    assert Attempt.objects.filter(run=run, outcome="deferred").count() > 0

    site.does("/page/*", numbers.any_page)
    clock.travel(31)
    work_on(run_id=run.pk, seconds=10)

    host.refresh_from_db()
    assert (host.circuit, host.failures) == ("closed", 0)


def test_half_open_host_gets_one_request_and_a_longer_rest_if_it_fails(go, site, source, clock):
    source.pages = 30
    ruled(source, threads=4, attempts=50)
    site.scripts = {"/page/*": [answer(status=500)]}
    run, _ = start_run(source="numbers", hand_off=False)
    work_on(run_id=run.pk, seconds=10)
    asked = len(site.asked)

    clock.travel(31)
    work_on(run_id=run.pk, seconds=10)

    assert len(site.asked) == asked + 1
    host = Host.objects.get()
    assert (host.circuit, host.times_opened) == ("open", 2)
    assert 55 < (host.open_until - clocks.now()).total_seconds() <= 60


def test_blocked_host_is_not_asked(go, site, source):
    Host.objects.create(name=site.url.removeprefix("http://"), is_blocked=True)

    run = go()

    assert (run.state, site.asked) == ("failed", [])
    assert "is blocked: nothing is asked of it." in run.words
