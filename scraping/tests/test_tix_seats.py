"""Looks at seats, from the listings to the snapshots, over real HTTP."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from scraping.fakes.faults import says
from scraping.fakes.world import SeatState, World
from scraping.models import MarketShowtime, Quarantined, SeatSnapshot
from scraping.sources.base import Payload, Unit
from scraping.sources.tix_seats import TixSeats
from scraping.tests.tix_market import market
from scraping.tix.layouts import percent

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def world():
    return World(theatres=20, cities=8)


@pytest.fixture
def tix(settings, monkeypatch, world, clock):
    monkeypatch.setattr("scraping.fetching.retry.FIRST_BACKOFF", 0.3)
    with market(settings, monkeypatch, clock, world) as tix:
        tix.run(schedules=True)
        tix.served.asked.clear()
        yield tix


def busiest(chain: str = "") -> datetime:
    """Return a moment in the evening at which something of this chain starts."""
    shown = MarketShowtime.objects.filter(starts_at__gte=datetime(2026, 11, 21, 11, tzinfo=UTC))
    return (shown.filter(theatre__merchant=chain) if chain else shown).order_by("starts_at", "pk")[0].starts_at


def looks() -> set[tuple[str, str]]:
    return set(SeatSnapshot.objects.values_list("showtime__upstream_id", "look"))


def starting(tix, after: timedelta, until: timedelta) -> set[str]:
    """Return what starts so far from now, as the site knows it."""
    now = tix.clocks()
    shown = tix.site.world.showings(tix.site.today)
    return {one.id for one in shown if after < one.starts_at - now <= until}


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


@pytest.mark.parametrize("chain", ["XXI", "CGV", "Cinépolis"])
def test_snapshot_is_what_the_site_knows_in_every_shape(tix, chain):
    tix.clocks.go_to(busiest(chain) - minutes(8))

    run = tix.run("tix-seats")

    assert run.state == "succeeded", run.words
    one = SeatSnapshot.objects.filter(showtime__theatre__merchant=chain).select_related("showtime")[0]
    showing = tix.site.world.showings_by_id(tix.site.today)[one.showtime.upstream_id]
    seats = tix.site.world.seats(showing, one.captured_at)
    taken = sum(seat.state is not SeatState.FREE for seat in seats)
    assert (one.seats_total, one.unavailable) == (len(seats), taken)
    assert one.occupancy_upper_bound == percent(taken, len(seats))
    assert sum(row["seats"] for row in one.by_row) == len(seats)
    assert "".join(frees for _, frees in one.layout).count("1") == len(seats) - taken
    assert (len(one.payload), one.run_id, one.item.data["look"]) == (64, run.pk, one.look)


def test_each_showing_is_looked_at_once_in_each_phase_and_once_at_least(tix):
    tix.clocks.go_to(busiest() - minutes(29))
    wanted = starting(tix, minutes(20), minutes(30))
    assert wanted

    first = tix.run("tix-seats", due=True)
    again = tix.run("tix-seats", due=True)
    early = {one for one in looks() if one[0] in wanted}
    tix.clocks.travel(minutes(15))
    tix.run("tix-seats", due=True)
    later = {one for one in looks() if one[0] in wanted} - early

    assert first.counts["created"] >= len(wanted)
    assert (again.counts["units"], again.counts["requests"]) == ({}, 0)
    assert early == {(name, "20-30") for name in wanted}
    assert {name for name, _ in later} == wanted
    assert {look for _, look in later} <= {"10-20", "0-10"}


@pytest.mark.parametrize(("waited", "phase"), [(0, "20-30"), (2, "10-20"), (14, "0-10")])
def test_look_that_waited_long_counts_for_the_phase_it_was_made_in(waited, phase):
    starts_at = datetime(2026, 11, 21, 12, tzinfo=UTC)
    args = {"showing": "1", "chain": "XXI", "starts_at": starts_at.isoformat(), "look": "20-30"}
    seats = [{"row": "A", "column": "1", "status": {"code": "1"}}, {"row": "A", "column": "2", "status": {"code": "5"}}]
    content = json.dumps({"code": 1000, "data": {"site_codes": seats}}).encode()
    answer = Payload("", content, fetched_at=starts_at - minutes(21) + minutes(waited))

    (record,) = TixSeats().parse(Unit("seats:1", args), answer)

    assert (record.external_id, record.data["look"]) == (f"1:{phase}", phase)


def test_what_is_not_on_sale_or_called_off_is_not_looked_at(tix):
    tix.clocks.go_to(busiest() - minutes(8))
    soon = MarketShowtime.objects.filter(starts_at__gt=tix.clocks(), starts_at__lte=tix.clocks() + minutes(15))
    closed, *_ = soon.order_by("pk")
    MarketShowtime.objects.filter(pk=closed.pk).update(status=0)
    expected = set(soon.filter(status=1).values_list("upstream_id", flat=True))

    tix.run("tix-seats")

    assert {name for name, _ in looks()} == expected


def test_budget_goes_first_to_what_nobody_has_seen(tix, settings):
    settings.TIX_REQUESTS_PER_SECOND = 0.0025  # two looks in a round
    tix.clocks.go_to(busiest() - minutes(9))

    tix.run("tix-seats", due=True)

    soonest = MarketShowtime.objects.filter(starts_at__gt=tix.clocks(), status=1).order_by("starts_at", "upstream_id")
    assert [name for name, _ in sorted(looks())] == sorted(soonest.values_list("upstream_id", flat=True)[:2])


def test_layout_that_nobody_understands_is_put_aside(tix):
    tix.clocks.go_to(busiest() - minutes(8))
    tix.served.breaks("*/layout", says({"success": True, "data": {"seat_map": []}}))

    run = tix.run("tix-seats")

    assert run.counts["units"]["quarantined"] == 1
    assert Quarantined.objects.get().errors[0]["what"].startswith("WrongShape: data.seat_map should be")


def test_without_an_account_the_run_fails_and_says_what_to_set(tix, settings):
    settings.TIX_PHONE_NUMBER = ""
    tix.clocks.go_to(busiest() - minutes(8))

    run = tix.run("tix-seats")

    assert run.state == "failed"
    assert "TIX_PHONE_NUMBER and TIX_PASSWORD are not set" in run.words
    assert tix.asked("/v1/movies") == 0
