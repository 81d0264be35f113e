"""What programs read of other cinemas: shapes, filters, pages, refusals, and how many queries that takes."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests import make as accounts
from scraping.models import MarketShowtime, Quarantined
from scraping.tests import make

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

API = "/api/v1/market"
LATER = make.EVENING + timedelta(hours=4)


def refusal(client, market_staff, path: str, **query) -> tuple[int, str, list[str]]:
    answer = client.get(f"{API}/{path}", query, headers=market_staff)
    told = answer.json()
    return answer.status_code, told["code"], [error["pointer"] for error in told.get("errors", [])]


def test_films_are_those_listed_now_with_where(read_market):
    film = make.film("Nosferatu", cities=["JAKARTA", "BANDUNG"], genres=["Horror"], poster="https://x.example/1.jpg")
    film.listings.filter(city="BANDUNG").update(merchants=["CGV"], is_presale=True)
    make.film("Metropolis", cities=["MEDAN"]).listings.update(vanished_at=LATER)
    make.film("Faust")

    assert read_market("movies") == [
        {
            "id": film.pk,
            "upstream_id": film.upstream_id,
            "source": "tix",
            "title": "Nosferatu",
            "genres": ["Horror"],
            "poster": "https://x.example/1.jpg",
            "age_category": None,
            "country": None,
            "merchants": ["CGV", "XXI"],
            "is_presale": True,
            "cities": ["BANDUNG", "JAKARTA"],
            "first_seen_at": "2026-11-20T23:00:00.000000Z",
            "changed_at": "2026-11-20T23:00:00.000000Z",
        }
    ]


def test_films_of_a_city(read_market):
    make.film("Nosferatu", cities=["JAKARTA"])
    make.film("Metropolis", cities=["BALIKPAPAN", "JAKARTA"])

    assert [film["title"] for film in read_market("movies", city=" jakarta ")] == ["Metropolis", "Nosferatu"]
    assert [film["title"] for film in read_market("movies", city="Balikpapan")] == ["Metropolis"]
    assert read_market("movies", city="BALI") == []


def test_theatres_of_a_city(read_market):
    here = make.theatre(
        name="PLAZA XXI", address="Jl. Thamrin 1", latitude=-6.193, longitude=106.822, room_types=["2D"]
    )
    make.theatre(city="MEDAN")

    assert read_market("theatres", city="Jakarta") == [
        {
            "id": here.pk,
            "upstream_id": here.upstream_id,
            "source": "tix",
            "name": "PLAZA XXI",
            "merchant": "XXI",
            "city": "JAKARTA",
            "address": "Jl. Thamrin 1",
            "latitude": -6.193,
            "longitude": 106.822,
            "room_types": ["2D"],
            "first_seen_at": "2026-11-20T23:00:00.000000Z",
            "changed_at": "2026-11-20T23:00:00.000000Z",
        }
    ]
    assert [one["address"] for one in read_market("theatres", city="MEDAN")] == [None]


def test_showtime_tells_how_full_it_was_in_bounds(read_market):
    one = make.showing(category="2D", studio="4")
    make.look(one, 25, "11111110")
    make.look(one, 5, "01111010")

    assert read_market("showtimes") == [
        {
            "id": one.pk,
            "upstream_id": one.upstream_id,
            "source": "tix",
            "movie_id": one.film_id,
            "movie_title": "Nosferatu",
            "theatre_id": one.theatre_id,
            "theatre_name": "PLAZA XXI",
            "merchant": "XXI",
            "city": "JAKARTA",
            "date": "2026-11-21",
            "time": "19:00",
            "starts_at": "2026-11-21T12:00:00.000000Z",
            "status": 1,
            "is_available": True,
            "category": "2D",
            "studio": "4",
            "price": 50000,
            "currency": "IDR",
            "last_look": {
                "captured_at": "2026-11-21T11:55:00.000000Z",
                "seats_total": 8,
                "unavailable": 3,
                "taken_since": 2,
                "occupancy_upper_bound": 37.5,
                "occupancy_lower_bound": 25.0,
            },
        }
    ]


def test_showtimes_by_city_date_and_film(read_market):
    jakarta, medan = make.theatre(), make.theatre(city="MEDAN")
    film, other = make.film(), make.film("Metropolis")
    tomorrow = make.EVENING + timedelta(days=1)
    shown = {
        "first": make.showing(film=film, theatre=jakarta),
        "elsewhere": make.showing(film=film, theatre=medan, starts_at=make.EVENING + timedelta(minutes=5)),
        "other": make.showing(film=other, theatre=jakarta, starts_at=make.EVENING + timedelta(minutes=9)),
        "tomorrow": make.showing(film=film, theatre=jakarta, starts_at=tomorrow),
        "called off": make.showing(film=film, theatre=jakarta, vanished_at=LATER),
    }
    names = {one.pk: name for name, one in shown.items()}

    def found(**query) -> list[str]:
        return [names[one["id"]] for one in read_market("showtimes", **query)]

    assert found() == ["tomorrow", "first", "elsewhere", "other"]
    assert found(date="2026-11-21", city="jakarta") == ["first", "other"]
    assert found(movie=film.pk, city="JAKARTA") == ["tomorrow", "first"]
    assert found(movie=other.upstream_id) == ["other"]
    assert found(movie="Nosferatu") == found(movie="9" * 64) == found(date="1999-12-31") == []


def test_showing_after_midnight_belongs_to_the_day_it_is_listed_under(read_market):
    late = make.showing(starts_at=make.EVENING + timedelta(hours=5, minutes=30), day=make.EVENING.date())

    [told] = read_market("showtimes", date="2026-11-21")
    assert (told["id"], told["time"], told["starts_at"]) == (late.pk, "00:30", "2026-11-21T17:30:00.000000Z")


def test_occupancy_is_that_of_the_latest_look_with_all_the_others(read_market):
    one = make.showing()
    make.look(one, 25, "111", "110")
    make.look(one, 5, "010", "110")

    early = {
        "captured_at": "2026-11-21T11:35:00.000000Z",
        "seats_total": 6,
        "unavailable": 1,
        "taken_since": 0,
        "occupancy_upper_bound": 16.7,
        "occupancy_lower_bound": 0.0,
    }
    late = {
        "captured_at": "2026-11-21T11:55:00.000000Z",
        "seats_total": 6,
        "unavailable": 3,
        "taken_since": 2,
        "occupancy_upper_bound": 50.0,
        "occupancy_lower_bound": 33.3,
    }
    told = read_market(f"showtimes/{one.pk}/occupancy")
    caveat = told.pop("caveat")
    assert told == late | {
        "showtime_id": one.pk,
        "by_row": [{"row": "A", "seats": 3, "unavailable": 2}, {"row": "B", "seats": 3, "unavailable": 1}],
        "looks": [early, late],
    }
    assert "does not tell sold seats from blocked ones" in caveat
    assert "Lower bound" in caveat


def test_occupancy_that_nobody_has_looked_at_is_not_there(client, market_staff):
    one = make.showing()

    answer = client.get(f"{API}/showtimes/{one.pk}/occupancy", headers=market_staff)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert "manage.py scrape_seats" in answer.json()["detail"]
    assert refusal(client, market_staff, "showtimes/999999999999999999/occupancy") == (404, "not_found", [])


def test_fill_by_film(read_market, clock):
    clock.at(LATER)
    film = make.film()
    make.look(make.showing(film=film), 5, "0011")
    make.showing(film=film)

    told = read_market("fill")

    sums = {"showings": 2, "observed": 1, "seats_total": 4, "unavailable": 2, "taken_since": 0}
    bounds = {"occupancy_upper_bound": 50.0, "occupancy_lower_bound": 0.0}
    assert "does not tell sold seats from blocked ones" in told.pop("caveat")
    assert told == {
        "by": "movie",
        "first": "2026-11-15",
        "last": "2026-11-21",
        "total": {"key": "", "name": "all"} | sums | bounds,
        "rows": [{"key": str(film.pk), "name": "Nosferatu"} | sums | bounds],
    }
    assert [row["key"] for row in read_market("fill", by="hour", city="jakarta", merchant="XXI")["rows"]] == ["19"]
    assert read_market("fill", first="2026-11-01", last="2026-11-20")["rows"] == []


def test_fill_has_no_bounds_where_nothing_was_seen(read_market, clock):
    clock.at(LATER)
    make.showing()

    told = read_market("fill")

    for row in (told["total"], *told["rows"]):
        assert (row["showings"], row["observed"]) == (1, 0)
        assert (row["occupancy_upper_bound"], row["occupancy_lower_bound"]) == (None, None)


@pytest.mark.parametrize(
    ("path", "query", "pointer"),
    [
        ("showtimes", {"date": "21.11.2026"}, "/date"),
        ("showtimes", {"date": ""}, "/date"),
        ("showtimes", {"movie": "\0"}, "/movie"),
        ("showtimes", {"movie": "x" * 65}, "/movie"),
        ("movies", {"city": "\0"}, "/city"),
        ("theatres", {"city": "x" * 101}, "/city"),
        ("theatres", {"limit": 501}, "/limit"),
        ("fill", {"by": "seat"}, "/by"),
        ("fill", {"first": "2026-11-21", "last": "2026-11-20"}, "/first"),
        ("fill", {"first": "2026-01-01", "last": "2026-11-20"}, "/first"),
        ("runs", {"state": "merry"}, "/state"),
    ],
)
def test_wrong_questions_are_refused_where_they_are_wrong(client, market_staff, path, query, pointer):
    assert refusal(client, market_staff, path, **query) == (400, "invalid", [pointer])


def test_refusal_of_a_word_names_those_there_are(client, market_staff):
    told = client.get(f"{API}/fill", {"by": "seat"}, headers=market_staff).json()

    assert told["detail"] == "by: Choose one of movie, merchant, hour."


@pytest.mark.parametrize(("path", "number"), [("movies", 3), ("theatres", 3), ("showtimes", 5), ("runs", 3)])
def test_lists_come_in_pages(client, market_staff, path, number):
    city, film = make.theatre(), make.film("A", cities=["JAKARTA"])
    for at in range(2):
        make.film(f"B{at}", cities=["JAKARTA"])
        make.theatre()
        make.run(at)
    make.run(2)
    for at in range(5):
        make.showing(film=film, theatre=city, starts_at=make.EVENING + timedelta(minutes=at))

    whole = client.get(f"{API}/{path}", headers=market_staff)
    page = client.get(f"{API}/{path}/?skip=1&limit=1", headers=market_staff)

    assert (len(whole.json()), whole["X-Total-Count"]) == (number, str(number))
    assert page.json() == whole.json()[1:2]
    assert ('rel="next"' in page["Link"], 'rel="prev"' in page["Link"]) == (True, True)


def test_unchanged_answer_is_not_sent_again(client, market_staff):
    make.theatre()

    tag = client.get(f"{API}/theatres", headers=market_staff)["ETag"]

    assert client.get(f"{API}/theatres", headers={**market_staff, "If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(
    ("path", "number"),
    [("movies", 2), ("theatres", 1), ("showtimes", 1), ("fill", 1), ("runs", 3), ("showtimes/{}/occupancy", 2)],
)
def test_as_many_queries_for_many_rows_as_for_few(client, market_staff, path, number):
    def asked() -> int:
        showing = MarketShowtime.objects.latest("pk")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{API}/{path.format(showing.pk)}", headers=market_staff).status_code == 200
        return sum('"scraping_' in asked["sql"] for asked in queries)

    def add(at: int) -> None:
        one = make.showing(film=make.film(cities=["JAKARTA", "MEDAN"]))
        for minutes in (25, 5)[: at + 1]:
            make.look(one, minutes, "0011")
        run = make.run(at)
        Quarantined.objects.create(run=run, source="tix", unit_key="movies:1", created_at=make.EVENING)
        options = {"city": f"CITY {at}"}
        make.run(f"{at}, live", state="queued", finished_at=None, options=options, scope=str(at))

    add(0)
    few = asked()
    for at in range(1, 4):
        add(at)

    assert (few, asked()) == (number, number)


@pytest.mark.parametrize(
    "path", ["movies", "theatres", "showtimes", "showtimes/{}/occupancy", "fill", "runs", "runs/{}"]
)
def test_staff_and_auditors_alone_may_read(client, path):
    one = make.showing()
    make.look(one, 5, "01")
    run = make.run(1)
    address = f"{API}/{path.format(run.pk if path.startswith('runs') else one.pk)}"

    def status(**person) -> int:
        return client.get(address, headers=accounts.bearer(accounts.user(**person))).status_code

    assert client.get(address).status_code == 401
    assert {group: status(groups=(group,)) for group in ("programmer", "box office", "auditor", "manager")} == {
        "programmer": 403,
        "box office": 403,
        "auditor": 200,
        "manager": 200,
    }
    assert (status(), status(is_superuser=True)) == (403, 200)
    assert client.post(address, headers=accounts.bearer(accounts.user(groups=("manager",)))).status_code == 405
