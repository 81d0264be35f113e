from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from catalog.demo import programme
from catalog.demo.draw_posters import POSTERS
from catalog.models import MovieState, SeatType
from catalog.services.plans import plan_to_seats

NOW = datetime(2026, 11, 21, 11, 30, tzinfo=UTC)


def rooms():
    return [pytest.param(room, id=room["name"]) for house in programme.cinemas("small") for room in house["rooms"]]


def moments(document):
    """Yield each screening with the moments at which its room is taken and free again."""
    zones = {house["name"]: ZoneInfo(house["timezone"]) for house in document["cinemas"]}
    minutes = {film["slug"]: film["duration_minutes"] for film in document["movies"]}
    for screening in document["screenings"]:
        start = datetime.fromisoformat(screening["start"]).replace(tzinfo=zones[screening["cinema"]])
        yield screening, start, start + timedelta(minutes=15 + minutes[screening["movie"]] + 15)


def days(document, day):
    return [screening for screening in document["screenings"] if screening["start"].startswith(day.isoformat())]


def test_programme_is_the_same_for_the_same_seed():
    assert programme.programme(now=NOW, seed=7) == programme.programme(now=NOW, seed=7)


def test_programme_differs_with_the_seed():
    assert programme.programme(now=NOW, seed=7)["screenings"] != programme.programme(now=NOW, seed=8)["screenings"]


def test_programme_of_a_day_is_the_same_seen_from_another_day():
    today = programme.programme(now=NOW, seed=1)
    tomorrow = programme.programme(now=NOW + timedelta(days=1), seed=1)

    assert days(today, date(2026, 11, 25)) == days(tomorrow, date(2026, 11, 25)) != []


def test_programme_offers_enough_on_many_days():
    coming = [start for _, start, _ in moments(programme.programme(now=NOW, seed=1)) if start > NOW]

    assert 350 <= len(coming) <= 600
    assert len({start.date() for start in coming}) >= 14


def test_programme_has_screenings_that_are_over():
    starts = [start for _, start, _ in moments(programme.programme(now=NOW, seed=1))]

    assert min(starts) < NOW - timedelta(hours=12)
    assert sum(start < NOW for start in starts) >= 20


@pytest.mark.parametrize("size", ["small", "large"])
def test_screenings_never_overlap_in_a_room(size):
    taken = {}
    for screening, start, free in moments(programme.programme(now=NOW, seed=1, size=size)):
        taken.setdefault((screening["cinema"], screening["room"]), []).append((start, free))

    for spans in taken.values():
        assert all(before[1] <= after[0] for before, after in pairwise(sorted(spans)))


def test_large_programme_is_larger():
    small, large = (programme.programme(now=NOW, seed=1, size=size) for size in ("small", "large"))

    assert len(large["cinemas"]) == len({house["name"] for house in large["cinemas"]}) == 9
    assert len(large["screenings"]) > 4 * len(small["screenings"])


def test_evenings_cost_more_than_afternoons():
    monday = days(programme.programme(now=NOW, seed=1), date(2026, 11, 23))
    full = [screening for screening in monday if screening["movie"] != "a-trip-to-the-moon"]
    berlin = {row["start"][11:13] >= "18": row["price"] for row in full if row["cinema"] == "Lichtspielhaus Morgenrot"}

    assert berlin == {False: 10.5, True: 12.5}


def test_wanted_days_only():
    only = programme.programme(now=NOW, seed=1, wanted=lambda cinema, room, day: (room, day.day) == ("Studio", 24))

    assert {(row["room"], row["start"][:10]) for row in only["screenings"]} == {("Studio", "2026-11-24")}
    assert only["screenings"] == [
        row for row in days(programme.programme(now=NOW, seed=1), date(2026, 11, 24)) if row["room"] == "Studio"
    ]


def test_cinemas_stand_in_three_zones_with_three_currencies():
    houses = programme.cinemas("small")

    assert len(houses) == 3
    assert {house["timezone"] for house in houses} == {"Europe/Berlin", "Europe/London", "America/New_York"}
    assert {house["currency"] for house in houses} == {"EUR", "GBP", "USD"}
    assert all(2 <= len(house["rooms"]) <= 4 for house in houses)


@pytest.mark.parametrize("room", rooms())
def test_room_has_places_for_wheelchairs_beside_companions(room):
    seats = plan_to_seats(room["plan"])
    companions = {(seat.x, seat.y) for seat in seats if seat.seat_type == SeatType.COMPANION}
    wheelchairs = [seat for seat in seats if seat.seat_type == SeatType.WHEELCHAIR]

    assert wheelchairs
    assert all({(seat.x - 1, seat.y), (seat.x + 1, seat.y)} & companions for seat in wheelchairs)
    assert {type(room["step_free"]), type(room["hearing_loop"])} == {bool}


def test_rooms_differ():
    sizes = [len(plan_to_seats(room.values[0]["plan"])) for room in rooms()]

    assert min(sizes) < 30
    assert max(sizes) > 300
    assert len(set(sizes)) == len(sizes)


def test_films_are_complete():
    films = programme.films()

    assert len({film["slug"] for film in films}) == len(films) == 24
    assert all(film["director"] and film["cast"] and film["country"] and film["trailer_url"] for film in films)
    assert all(film["release_date"][:4].isdigit() and 80 < len(film["description"]) < 400 for film in films)
    states = [film["state"] for film in films]
    assert {state: states.count(state) for state in MovieState} == {"SHOWING": 19, "COMING_SOON": 3, "ENDED": 2}


def test_every_film_has_a_poster_of_its_own():
    assert set(POSTERS) == {film["slug"] for film in programme.films()}
    for film in programme.films():
        path = programme.FOLDER / film["poster"]
        with Image.open(path) as poster:
            assert (poster.format, poster.size) == ("WEBP", (600, 900))
        assert path.stat().st_size <= 40 * 1024
