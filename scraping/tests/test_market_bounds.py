"""How full a showing is at least and at most: what looks say together, and what is kept of it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as some

from cinema_project.common.database import write
from scraping.fakes.world import SeatState, World
from scraping.models import MarketShowtime, SeatSnapshot
from scraping.services.bounds import note_bounds
from scraping.tests import make
from scraping.tests.tix_market import market
from scraping.tix.watching import taken_since

A, B = "A", "B"
LAST = ("looked_at", "seats_total", "unavailable", "taken_since")


@pytest.mark.parametrize(
    ("looks", "taken"),
    [
        ([], []),
        ([[(A, "10")]], [0]),
        ([[(A, "1110")], [(A, "0010")]], [0, 2]),
        ([[(A, "1")], [(A, "0")], [(A, "1")]], [0, 1, 0]),
        ([[(A, "0")], [(A, "1")], [(A, "0")]], [0, 0, 0]),
        ([[(A, "11"), (B, "1")], [(A, "01"), (B, "0")]], [0, 2]),
        ([[(A, "11")], [(A, "000")], [(A, "000")], [(A, "01")]], [0, 0, 0, 1]),
        ([[(A, "11")], [(B, "00")]], [0, 0]),
        ([[[A, "1"]], [(A, "0")]], [0, 1]),
    ],
)
def test_lower_bound_counts_seats_free_at_the_first_look_at_the_same_hall(looks, taken):
    assert taken_since(looks) == taken


@given(some.lists(some.tuples(some.text("01", min_size=6, max_size=6), some.text("01", min_size=6, max_size=6))))
def test_lower_bound_is_never_above_the_upper_one(halls):
    looks = [[(A, first), (B, second)] for first, second in halls]

    assert all(0 <= taken <= (a + b).count("0") for taken, (a, b) in zip(taken_since(looks), halls, strict=True))


@pytest.mark.both_databases
@pytest.mark.django_db
class TestKept:
    def test_showing_keeps_its_last_look_before_the_start(self):
        one = make.showing()

        looks = [make.look(one, minutes, row) for minutes, row in ((25, "1110"), (5, "1010"), (-2, "0000"))]

        assert [look.taken_since for look in looks] == [0, 1, 3]
        assert [look.occupancy_lower_bound for look in looks] == [0.0, 25.0, 75.0]
        assert tuple(getattr(one, name) for name in LAST) == (one.starts_at - timedelta(minutes=5), 4, 2, 1)
        assert (one.last_look.occupancy_lower_bound, one.last_look.occupancy_upper_bound) == (25.0, 50.0)

    def test_look_that_comes_late_is_put_in_its_place(self):
        one = make.showing()
        make.look(one, 5, "0010")

        make.look(one, 25, "1111")

        assert [look.taken_since for look in SeatSnapshot.objects.order_by("captured_at")] == [0, 3]
        assert (one.looked_at, one.taken_since) == (one.starts_at - timedelta(minutes=5), 3)

    def test_nothing_is_kept_of_looks_after_the_start(self):
        one = make.showing()

        make.look(one, -1, "01")

        assert (one.last_look, one.looked_at) == (None, None)

    def test_looks_of_others_are_left_alone(self):
        one, other = make.showing(), make.showing()
        make.look(other, 9, "01")
        MarketShowtime.objects.filter(pk=other.pk).update(taken_since=1)

        make.look(one, 5, "01")

        other.refresh_from_db()
        assert other.taken_since == 1

    @pytest.mark.parametrize("wrong", [{"taken_since": 3}, {"unavailable": 9}, {"looked_at": None}])
    def test_database_refuses_a_last_look_that_does_not_add_up(self, wrong):
        one = make.showing()
        make.look(one, 5, "0011")

        with pytest.raises(IntegrityError), transaction.atomic():
            MarketShowtime.objects.filter(pk=one.pk).update(**wrong)

    def test_database_refuses_more_taken_than_are_not_free(self):
        make.look(make.showing(), 5, "0011")

        with pytest.raises(IntegrityError), transaction.atomic():
            SeatSnapshot.objects.update(taken_since=3)

    def test_looks_of_before_get_their_bounds(self):
        shown = [make.showing() for _ in range(3)]
        for one in shown[:2]:
            for minutes, row in ((25, "1110"), (5, "1010"), (-2, "0000")):
                make.look(one, minutes, row)
        good = [list(model.objects.order_by("pk").values()) for model in (SeatSnapshot, MarketShowtime)]
        MarketShowtime.objects.update(**dict.fromkeys(LAST))
        SeatSnapshot.objects.update(taken_since=0)

        migration = import_module("scraping.migrations.0010_bounds_of_earlier_looks")
        migration.work_out(apps, SimpleNamespace(connection=connection))

        assert [list(model.objects.order_by("pk").values()) for model in (SeatSnapshot, MarketShowtime)] == good

    def test_as_many_statements_for_many_showings_as_for_one(self, django_assert_num_queries):
        shown = [make.showing() for _ in range(3)]
        for one in shown:
            make.look(one, 25, "11")
            make.look(one, 5, "10")
        SeatSnapshot.objects.update(taken_since=0)

        with django_assert_num_queries(4):
            note_bounds({shown[0].pk})
        with django_assert_num_queries(4):
            note_bounds({one.pk for one in shown[1:]})


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_what_was_sold_lies_between_the_bounds(settings, monkeypatch, clock):
    with market(settings, monkeypatch, clock, World(theatres=12, cities=4)) as tix:
        tix.run(schedules=True)
        evening = MarketShowtime.objects.filter(starts_at__gte=make.EVENING).order_by("starts_at", "pk")
        tix.clocks.go_to(evening[0].starts_at - timedelta(minutes=29))
        tix.run("tix-seats", due=True)
        tix.clocks.travel(timedelta(minutes=15))
        tix.run("tix-seats", due=True)

        seen = list(MarketShowtime.objects.filter(snapshots__look="20-30", looked_at__isnull=False).distinct())
        shown = tix.site.world.showings_by_id(tix.site.today)
        sold = {one.pk: _sold(tix.site.world, shown[one.upstream_id], one.looked_at) for one in seen}

        assert seen
        assert all(one.taken_since <= sold[one.pk] <= one.unavailable for one in seen)
        assert sum(one.taken_since for one in seen) > 0


def _sold(world, showing, at) -> int:
    return sum(seat.state is SeatState.SOLD for seat in world.seats(showing, at))


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_looks_at_once_know_of_each_other():
    one = make.showing()
    make.look_alone(one, 25, "1111")
    both_there = threading.Barrier(2, timeout=1)

    @write
    def keep(minutes: float, row: str) -> None:
        make.look_alone(one, minutes, row)
        with suppress(threading.BrokenBarrierError):  # SQLite lets one write at a time
            both_there.wait()
        note_bounds({one.pk})

    def look(minutes: float, row: str) -> None:
        try:
            keep(minutes, row)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        [*pool.map(look, (15, 5), ("0111", "0011"))]

    one.refresh_from_db()
    assert [look.taken_since for look in SeatSnapshot.objects.order_by("captured_at")] == [0, 1, 2]
    assert (one.looked_at, one.taken_since) == (one.starts_at - timedelta(minutes=5), 2)
