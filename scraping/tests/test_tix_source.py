"""TIX's listings through the whole engine, over real HTTP, against the truth of the fake."""

import dataclasses
import json
from datetime import timedelta

import pytest

from scraping.fakes.faults import refused, says, server_error, slow
from scraping.fakes.messages import json_reply
from scraping.fakes.world import World
from scraping.models import Attempt, Item, MarketShowtime, Quarantined, Run
from scraping.tests.tix_market import market, tables, truth
from scraping.tix.cities import known_cities

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def world():
    return World(theatres=14, cities=8)


@pytest.fixture
def tix(settings, monkeypatch, world, clock):
    monkeypatch.setattr("scraping.fetching.retry.FIRST_BACKOFF", 0.3)
    with market(settings, monkeypatch, clock, world) as tix:
        yield tix


def counts(run: Run) -> tuple:
    return tuple(run.counts[name] for name in ("created", "updated", "vanished", "quarantined"))


def test_rows_are_the_truth_and_a_second_run_changes_nothing(tix):
    run = tix.run(schedules=True)

    assert (run.state, run.verdict) == ("succeeded", "changed"), run.words
    assert tables() == truth(tix.site)
    rows = {model: list(model.objects.order_by("pk").values()) for model in (Item, MarketShowtime)}

    again = tix.run(schedules=True)

    assert (again.state, again.verdict, counts(again)) == ("succeeded", "unchanged", (0, 0, 0, 0))
    assert {model: list(model.objects.order_by("pk").values()) for model in rows} == rows


def test_one_city_without_its_showings(tix):
    city = tix.site.world.cities[1].name

    run = tix.run(city=city.lower())

    assert (run.state, {*run.counts["records"]}) == ("succeeded", {"city", "listing"})
    assert {found for found, _ in tables()["listings"]} == {city}
    assert tix.asked("/v1/schedules") == 0


def test_city_that_is_none_is_refused_with_its_neighbours(tix):
    run = tix.run(city="jakarto")

    assert run.state == "failed"
    assert "Did you mean JAKARTA?" in run.words
    assert tix.asked("/") == 0


def test_every_row_leads_back_to_the_answer_it_stood_in(tix):
    run = tix.run(schedules=True)

    showtime = MarketShowtime.objects.select_related("item").first()
    assert (showtime.item.run_id, len(showtime.item.payload)) == (run.pk, 64)
    assert showtime.item.data["showtime_id"] == showtime.upstream_id


def test_part_that_fails_makes_the_run_partial_and_nothing_vanish(tix):
    tix.run(schedules=True)
    before = tables()
    film = MarketShowtime.objects.earliest("pk").film.upstream_id
    schedule = next(one.schedule_id for one in tix.site.world.films if one.movie_id == film)
    tix.served.breaks(f"/v1/schedules/movies/{schedule}", *[says(b"<h1>Bad gateway</h1>", 400)] * 100)

    run = tix.run(schedules=True)

    assert (run.state, run.verdict) == ("partial", "partial")
    assert run.words.startswith(f"{run.counts['units']['dead']} of ")
    assert "status 400" in run.words
    assert tables() == before


def test_refusals_errors_and_slowness_that_pass_cost_nothing(tix):
    tix.served.breaks("/v1/cities", refused("TRY_AGAIN", "Later"))
    tix.served.breaks("/v1/movies", server_error(502), refused("TRY_AGAIN"))
    tix.served.breaks("/v1/schedules/movies/*", slow(0.5), server_error(503, retry_after=1))

    run = tix.run(schedules=True)

    assert (run.state, tables()) == ("succeeded", truth(tix.site))
    failed = set(Attempt.objects.filter(run=run, outcome="failed").values_list("error", flat=True))
    assert failed == {
        "The site refused: TRY_AGAIN (Later).",
        "The site refused: TRY_AGAIN (Try_Again).",
        "The site answers with status 502.",
        "The site answers with status 503.",
    }


def test_answer_that_takes_too_long_is_asked_for_again(settings, monkeypatch, clock, world):
    monkeypatch.setattr("scraping.fetching.retry.FIRST_BACKOFF", 0.3)
    with market(settings, monkeypatch, clock, world, seconds=0.8) as tix:
        tix.served.breaks("/v1/movies", slow(1.5))
        run = tix.run()

    assert run.state == "succeeded"
    assert Attempt.objects.filter(error="The answer took too long.").count() == 1


def test_proxy_is_asked_in_the_sites_stead(settings, monkeypatch, clock, world):
    with market(settings, monkeypatch, clock, world) as tix:
        settings.TIX_BASE_URL, settings.TIX_PROXY = "http://tix.example", tix.served.url
        run = tix.run()

    assert (run.state, run.counts["requests"]) == ("succeeded", 86)


def test_guests_token_that_is_refused_once_is_asked_for_again(tix):
    tix.served.breaks("/v1/auth", refused("TRY_AGAIN"))

    assert tix.run().state == "succeeded"
    assert tix.asked("/v1/auth") == 2


def test_refusal_that_stays_is_told_in_the_sites_words(tix):
    tix.served.breaks("/v1/cities", *[refused("MAINTENANCE", "Back at noon")] * 5)

    run = tix.run()

    assert (run.state, run.verdict) == ("failed", "failed")
    assert "The site refused: MAINTENANCE (Back at noon)." in run.words


def test_guests_token_that_is_over_is_replaced_once_for_all_threads(tix):
    tix.run(schedules=True)
    tix.site.guard.revoke()
    tix.served.asked.clear()

    run = tix.run(schedules=True)

    assert (run.state, run.verdict) == ("succeeded", "unchanged")
    assert tix.asked("/v1/auth") == 1
    assert "401" not in run.words


def test_what_cannot_be_read_is_put_aside_and_does_not_vanish(tix):
    tix.run(schedules=True)
    before = tables()
    page = tix.site._schedule_page

    def spoilt(*asked):
        reply = page(*asked)
        document = json.loads(reply.body)
        document["data"]["theaters"][0]["price_groups"][0]["show_time"][0]["status"] = "on sale"
        return dataclasses.replace(reply, body=json.dumps(document).encode())

    tix.site._page = spoilt
    run = tix.run(schedules=True)

    refused_ones = Quarantined.objects.filter(run=run, kind="showing")
    assert run.counts["quarantined"] == refused_ones.count() > 0
    assert refused_ones[0].errors[0]["what"].endswith('should be a whole number, but is "on sale".')
    assert run.counts["vanished"] == 0
    assert tables() == before


def test_showing_that_is_called_off_vanishes_once_the_run_is_complete(tix):
    tix.run(schedules=True)
    page, gone = tix.site._schedule_page, MarketShowtime.objects.order_by("starts_at").last()

    def without(*asked):
        reply = page(*asked)
        document = json.loads(reply.body)
        for theatre in document["data"]["theaters"]:
            for group in theatre["price_groups"]:
                group["show_time"] = [one for one in group["show_time"] if one["id"] != gone.upstream_id]
        return dataclasses.replace(reply, body=json.dumps(document).encode())

    tix.site._page = without
    run = tix.run(schedules=True)

    assert (run.state, run.counts["vanished"]) == ("succeeded", 1)
    assert list(MarketShowtime.objects.exclude(vanished_at=None)) == [gone]


def test_city_that_the_site_adds_or_drops_is_told(tix):
    listed = [{"id": city.id, "name": city.name} for city in known_cities() if city.name != "AMBON"]
    tix.site.cities = lambda _: json_reply({"data": [*listed, {"id": "7", "name": "BATU"}]})

    run = tix.run()

    said = (
        "New cities at TIX, which are not read yet: BATU. "
        "Not in TIX's list of cities now, asked for all the same: AMBON."
    )
    assert (run.state, run.alarms, run.words.endswith(said)) == ("succeeded", [said], True)
    assert run.counts["units"] == {"done": 84}
    assert tix.run(city="BANDUNG").alarms == []


def test_showings_beyond_the_last_page_that_is_asked_for_make_the_run_partial(tix, monkeypatch):
    monkeypatch.setattr("scraping.tix.schedules.MOST_PAGES", 1)
    page = tix.site._schedule_page

    def endless(*asked):
        reply = page(*asked)
        document = json.loads(reply.body)
        document["data"]["has_next"] = True
        return dataclasses.replace(reply, body=json.dumps(document).encode())

    tix.site._page = endless
    run = tix.run(schedules=True)

    assert run.state == "partial"
    assert "times: More than 1 pages of showings: the rest was not asked for." in run.words
    assert tables()["showings"].items() <= truth(tix.site)["showings"].items()
    assert run.counts["records"]["showing"] == MarketShowtime.objects.count() > 20


def test_next_days_run_leaves_the_showings_of_today(tix):
    tix.run(schedules=True)
    today = tix.site.today
    shown = MarketShowtime.objects.count()
    tix.clocks.travel(timedelta(days=1))

    run = tix.run(schedules=True)

    assert MarketShowtime.objects.filter(day=today, vanished_at=None).count() == shown
    assert MarketShowtime.objects.filter(day=tix.site.today).exists()
    assert run.state == "succeeded"
