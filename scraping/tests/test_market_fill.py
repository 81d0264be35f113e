"""How full other cinemas are: the figures equal those of a slow and simple count."""

import random
from collections import defaultdict
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cinema_project.common.errors import Invalid
from scraping.selectors.fill import By, Fill, fill_by, period, together
from scraping.tests import make

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

TODAY = make.EVENING.astimezone(make.JAKARTA).date()
WEEK = (TODAY - timedelta(days=6), TODAY)


@pytest.fixture(autouse=True)
def night(clock):
    """Everything of the day has begun."""
    clock.at(make.EVENING + timedelta(hours=4))
    return clock


@pytest.fixture
def shown() -> list[tuple]:
    """Sixty showings, half of them seen, and of each what was seen, as a person would write it down."""
    chance = random.Random(7)
    films = [make.film(title) for title in ("Nosferatu", "Metropolis", "")]
    houses = [make.theatre(merchant=chain, city=city) for chain in ("XXI", "CGV") for city in ("JAKARTA", "MEDAN")]
    told = []
    for _ in range(60):
        starts_at = make.EVENING - timedelta(days=chance.randrange(9), minutes=5 * chance.randrange(100))
        one = make.showing(
            starts_at=starts_at,
            film=chance.choice(films),
            theatre=chance.choice(houses),
            vanished_at=make.EVENING if chance.random() < 0.1 else None,
        )
        size = chance.randrange(5, 40)
        looks = []
        for minutes in sorted(chance.sample(range(-3, 31), chance.randrange(4)), reverse=True):
            row = "".join(chance.choice("01") for _ in range(size))
            make.look(one, minutes, row)
            looks.append((minutes, row))
        told.append((one, looks))
    return told


def counted(shown, key, **place) -> dict[str, tuple[int, ...]]:
    """Count showing by showing: showings, observed, seats, not free, taken since."""
    found = defaultdict(lambda: [0, 0, 0, 0, 0])
    for one, looks in shown:
        there = {"city": one.theatre.city, "chain": one.theatre.merchant}
        if one.vanished_at or not WEEK[0] <= one.day <= WEEK[1] or any(there[name] != place[name] for name in place):
            continue
        sums = found[key(one)]
        sums[0] += 1
        before = [(minutes, row) for minutes, row in looks if minutes >= 0]
        if before and before[-1][0] <= 15:
            first, last = looks[0][1], before[-1][1]
            taken = sum(was == "1" and now == "0" for was, now in zip(first, last, strict=True))
            for at, number in enumerate((1, len(last), last.count("0"), taken), start=1):
                sums[at] += number
    return {name: tuple(sums) for name, sums in found.items()}


KEYS = {
    By.MOVIE: lambda one: str(one.film_id),
    By.MERCHANT: lambda one: one.theatre.merchant,
    By.HOUR: lambda one: f"{one.starts_at.astimezone(make.JAKARTA):%H}",
}


def numbers(fill: Fill) -> tuple[int, ...]:
    return fill.showings, fill.observed, fill.seats_total, fill.unavailable, fill.taken_since


@pytest.mark.parametrize("by", By)
@pytest.mark.parametrize("place", [{}, {"city": "JAKARTA"}, {"chain": "CGV"}, {"city": "MEDAN", "chain": "XXI"}])
def test_figures_are_those_of_a_simple_count(shown, by, place):
    found = fill_by(by, *WEEK, **place)

    truth = counted(shown, KEYS[by], **place)
    assert {fill.key: numbers(fill) for fill in found} == truth
    assert numbers(together(found)) == tuple(map(sum, zip(*truth.values(), strict=True)))
    assert any(fill.observed < fill.showings for fill in found)


def test_bounds_are_weighted_by_seats_not_by_showings():
    film = make.film()
    small, large = make.showing(film=film), make.showing(film=film)
    make.look(small, 5, "0000")
    make.look(large, 5, "1" * 96)

    [fill] = fill_by(By.MOVIE, *WEEK)

    assert (fill.upper_bound, fill.lower_bound) == (4.0, 0.0)


@pytest.mark.parametrize(
    ("minutes", "observed"), [(15.1, 0), (15, 1), (0, 1), (-0.1, 0)], ids=["early", "just", "start", "after"]
)
def test_only_what_was_seen_shortly_before_the_start_counts(minutes, observed):
    make.look(make.showing(), minutes, "0011")

    [fill] = fill_by(By.MERCHANT, *WEEK)

    assert (fill.showings, fill.observed, fill.seats_total) == (1, observed, 4 * observed)


def test_showing_that_has_not_begun_is_not_in_question(night):
    night.at(make.EVENING - timedelta(minutes=1))
    make.look(make.showing(), 5, "0011")

    assert fill_by(By.MOVIE, *WEEK) == []


def test_nothing_observed_is_no_fault():
    make.showing(theatre=make.theatre(merchant=""))

    [fill] = fill_by(By.MERCHANT, *WEEK)

    assert (fill.name, fill.upper_bound, fill.lower_bound, fill.observed) == ("unknown", 0.0, 0.0, 0)
    assert numbers(together([])) == (0, 0, 0, 0, 0)


def test_films_with_most_seats_taken_come_first_and_hours_in_their_order():
    for title, hours, row in (("A", 1, "0111"), ("B", 2, "000"), ("C", 0, "11")):
        make.look(make.showing(film=make.film(title), starts_at=make.EVENING - timedelta(hours=hours)), 5, row)

    assert [fill.name for fill in fill_by(By.MOVIE, *WEEK)] == ["B", "A", "C"]
    assert [fill.name for fill in fill_by(By.HOUR, *WEEK)] == ["17:00 to 17:59", "18:00 to 18:59", "19:00 to 19:59"]


@pytest.mark.parametrize("by", By)
def test_figures_take_one_query(shown, by):
    with CaptureQueriesContext(connection) as queries:
        fill_by(by, *WEEK)

    assert sum('"scraping_' in asked["sql"] for asked in queries) == 1


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ((None, None), WEEK),
        ((date(2026, 11, 1), None), (date(2026, 11, 1), date(2026, 11, 7))),
        ((None, date(2026, 11, 7)), (date(2026, 11, 1), date(2026, 11, 7))),
        ((date(2026, 11, 7), date(2026, 11, 7)), (date(2026, 11, 7), date(2026, 11, 7))),
        ((None, date.min), (date.min, date.min)),
        ((date.max, None), (date.max, date.max)),
    ],
)
def test_days_are_a_week_up_to_today_unless_told_otherwise(asked, days):
    assert period(*asked) == days


@pytest.mark.parametrize("asked", [(date(2026, 11, 8), date(2026, 11, 7)), (date(2026, 1, 1), date(2026, 4, 3))])
def test_no_days_and_too_many_are_refused(asked):
    with pytest.raises(Invalid, match="more than 91 days"):
        period(*asked)
