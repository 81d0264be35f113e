from datetime import timedelta

import pytest

from accounts.tests import make as people
from catalog.models import CastMember, Cinema, Movie, MovieState, Room, Screening, Seat
from catalog.tests import make
from catalog.tests.api import Api, cinema_body, screening_body, utc
from cinema_project.common import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def api():
    return Api()


CINEMA = {"name": "Lux", "address": "Am Markt 1", "city": "Bonn", "timezone": "Europe/Berlin", "amenities": ["bar"]}
MOVIE = {"title": "Metropolis", "duration_minutes": 153, "genre": ["science fiction"], "cast": ["Helm", "Abel"]}


def writes():
    screening = make.screening()
    start = utc(clock.now() + timedelta(days=40))
    return [
        ("post", "cinemas", CINEMA),
        ("patch", f"cinemas/{screening.room.cinema_id}", {"name": "Lux"}),
        ("put", f"cinemas/{screening.room.cinema_id}", CINEMA),
        ("post", f"cinemas/{screening.room.cinema_id}/rooms", {"name": "Blue"}),
        ("post", f"rooms/{screening.room_id}/seats/bulk", {"seats": [{"row_label": "Z", "seat_number": 1}]}),
        ("post", "movies", MOVIE),
        ("patch", f"movies/{screening.movie_id}", {"title": "Faust"}),
        (
            "post",
            "screenings",
            {"movie_id": screening.movie_id, "room_id": screening.room_id, "screening_time": start, "price": 9},
        ),
    ]


def everything():
    rooms = list(Room.objects.order_by("pk").values("pk", "name", "cleaning_minutes"))
    return [rooms] + [
        list(model.objects.order_by("pk").values()) for model in (Cinema, Seat, Movie, CastMember, Screening)
    ]


def test_writes_are_for_staff(api):
    asked = writes()
    before = everything()

    for method, path, body in asked:
        assert Api().send(method, path, body).status_code == 401
        for person in (Api().as_(), Api().as_("auditor"), Api().as_("box office")):
            assert person.send(method, path, body).status_code == 403

    assert everything() == before


@pytest.mark.both_databases
@pytest.mark.parametrize("number", [2**63 - 1, 2**63, 2**64 - 1])
def test_numbers_beyond_all_rows_are_not_found(api, number):
    api.as_("manager")
    screening = make.screening()
    body = {"movie_id": screening.movie_id, "room_id": number, "screening_time": utc(clock.now()), "price": 9}

    answers = [
        api.post("screenings", body),
        api.send("put", f"screenings/{screening.pk}", body),
        *(api.send(method, f"rooms/{number}", {"name": "Blue"}) for method in ("put", "patch", "delete")),
    ]

    assert {(one.status_code, one.json()["code"]) for one in answers} == {(404, "room_not_found")}


def test_what_is_empty_is_null(api):
    api.as_("manager")
    empty = dict.fromkeys(("description", "rating", "director", "country", "language", "trailer_url"), "")
    film = api.post("movies", MOVIE | empty).json()
    other = make.screening(language="German", subtitles="English")
    body = {"movie_id": film["id"], "room_id": other.room_id, "screening_time": utc(clock.now() + timedelta(days=9))}
    shown = api.post("screenings", body | {"price": 9, "language": "", "subtitles": ""}).json()
    said = api.post(f"movies/{film['id']}/reviews", {"rating": 3, "title": "", "comment": ""}).json()

    assert {name: film[name] for name in empty} == dict.fromkeys(empty)
    assert [shown["language"], shown["subtitles"], said["title"], said["comment"]] == [None] * 4
    assert api.send("patch", f"movies/{film['id']}", {"director": "Lang"}).json()["director"] == "Lang"
    assert api.send("patch", f"movies/{film['id']}", {"director": ""}).json()["director"] is None


PRIVATE = ["http://127.0.0.1/x", "http://localhost/x", "http://10.0.0.1/x", "http://[::1]/x", "ftp://films.test/x"]


@pytest.mark.parametrize("url", [*PRIVATE, "http://user:pw@films.test/x", "x"])
@pytest.mark.parametrize("field", ["image_url", "trailer_url", "profile_image_url"])
def test_an_address_that_is_not_public_is_refused(api, field, url):
    api.as_("programmer")
    film = make.movie(cast=("Helm",))
    part = {"movie_id": film.pk, "actor_name": "Abel", "character_name": "Freder", "role": "actor"}
    row, path, body = ("casts", f"casts/{film.cast_members.get().pk}", part) if field == "profile_image_url" else (
        "movies", f"movies/{film.pk}", MOVIE
    )  # fmt: skip

    for refused in (api.post(row, body | {field: url}), api.send("patch", path, {field: url})):
        assert refused.status_code == 400
        assert {error["pointer"] for error in refused.json()["errors"]} == {f"/{field}"}
    assert api.send("patch", path, {field: "https://films.test/x"}).json()[field] == "https://films.test/x"
    assert api.send("patch", path, {field: None}).json()[field] is None


@pytest.mark.parametrize("fields", [{"is_superuser": True}, {}])
def test_managers_and_admins_write_everything(fields):
    staff = Api().as_(*([] if fields else ["manager"]), **fields)

    for method, path, body in writes():
        assert staff.send(method, path, body).status_code == (201 if method == "post" else 200)


def test_programmers_write_all_but_cinemas():
    programmer = Api().as_("programmer")

    for method, path, body in writes():
        allowed = not path.startswith("cinemas") or path.endswith("/rooms")
        assert (programmer.send(method, path, body).status_code < 400) == allowed


def test_a_world_is_built_through_the_api(api):
    api.as_("manager")

    cinema = api.post("cinemas/", CINEMA | {"id": 99, "version": 5}).json()
    room = api.post(f"cinemas/{cinema['id']}/rooms/", {"name": "Blue"}).json()
    seats = api.post(f"rooms/{room['id']}/seats/bulk", {"rows": 28, "seats_per_row": 2, "seat_type": "vip"}).json()
    film = api.post("movies/", MOVIE).json()
    made = api.post(
        "screenings/",
        {
            "movie_id": film["id"],
            "room_id": room["id"],
            "screening_time": "2030-06-01T20:00:00",
            "price": 14.5,
            "is_imax": True,
            "bookings_count": 7,
        },
    )

    assert cinema == cinema_body(Cinema.objects.get()) | {
        "name": "Lux",
        "address": "Am Markt 1",
        "city": "Bonn",
        "amenities": ["bar"],
    }
    assert (room["capacity"], api.get(f"rooms/{room['id']}").json()["capacity"]) == (0, 56)
    assert [f"{seat['row_label']}{seat['seat_number']}" for seat in seats][-4:] == ["AA1", "AA2", "AB1", "AB2"]
    assert (film["state"], film["cast"]) == ("SHOWING", ["Helm", "Abel"])
    assert made.status_code == 201
    assert made.json() == screening_body(Screening.objects.get()) | {"price": 14.5, "is_imax": True}
    assert made.json()["end_time"] == "2030-06-01T20:48:00.000000Z"


def test_the_same_key_makes_one_cinema(api):
    api.as_("manager")

    first, second = (api.post("cinemas", CINEMA, **{"Idempotency-Key": "k1"}) for _ in range(2))

    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert (Cinema.objects.count(), second["Idempotent-Replayed"]) == (1, "true")


def test_overlap_is_a_conflict(api):
    there = make.screening()

    refused = api.as_("programmer").post(
        "screenings",
        {
            "movie_id": there.movie_id,
            "room_id": there.room_id,
            "screening_time": utc(there.start_time),
            "price": 1,
        },
    )

    assert (refused.status_code, refused.json()["code"]) == (409, "room_overlap")
    assert refused.json()["conflicting_screening_id"] == there.pk


def test_a_film_moves_forward_only(api):
    film = make.movie(state=MovieState.COMING_SOON)
    api.as_("programmer")

    assert api.send("patch", f"movies/{film.pk}", {"state": "SHOWING"}).json()["state"] == "SHOWING"
    refused = api.send("patch", f"movies/{film.pk}", {"state": "COMING_SOON"})

    assert (refused.status_code, refused.json()["code"]) == (400, "state_goes_back")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("cinemas", {}),
        ("cinemas", []),
        ("cinemas", CINEMA | {"name": ""}),
        ("cinemas", CINEMA | {"name": None}),
        ("cinemas", CINEMA | {"name": "a\0b"}),
        ("cinemas", CINEMA | {"name": "x" * 256}),
        ("cinemas", CINEMA | {"name": ["Lux"]}),
        ("cinemas", CINEMA | {"timezone": "Mars/Base"}),
        ("cinemas", CINEMA | {"currency": "euro"}),
        ("cinemas", CINEMA | {"latitude": 91}),
        ("cinemas", CINEMA | {"amenities": "bar"}),
        ("cinemas", CINEMA | {"amenities": ["x"] * 10_000}),
        ("cinemas", CINEMA | {"amenities": [{"a": 1}]}),
        ("movies", MOVIE | {"duration_minutes": 0}),
        ("movies", MOVIE | {"duration_minutes": 10**30}),
        ("movies", MOVIE | {"duration_minutes": 2**63 - 1}),
        ("movies", MOVIE | {"duration_minutes": 32768}),
        ("movies", MOVIE | {"duration_minutes": "long"}),
        ("movies", MOVIE | {"state": "RUNNING"}),
        ("movies", MOVIE | {"release_date": "31.12.2026"}),
        ("movies", MOVIE | {"budget": -1}),
        ("movies", MOVIE | {"image_url": "javascript:alert(1)"}),
        ("movies", MOVIE | {"image_url": "http://169.254.169.254/latest"}),
        ("movies", MOVIE | {"trailer_url": "http://localhost:8000/"}),
        ("movies", MOVIE | {"trailer_url": "ftp://films.test/faust.mp4"}),
        ("movies", MOVIE | {"details": {"a": "b\0"}}),
        ("movies", MOVIE | {"details": {"a\0": 1}}),
        ("movies", MOVIE | {"details": {"a": "\ud800"}}),
        ("movies", MOVIE | {"details": [1]}),
        ("movies", MOVIE | {"details": {"a": "x" * 20_001}}),
        ("movies", MOVIE | {"cast": [None]}),
        ("rooms/{room}/seats/bulk", {}),
        ("rooms/{room}/seats/bulk", {"rows": 2}),
        ("rooms/{room}/seats/bulk", {"rows": 0, "seats_per_row": 5}),
        ("rooms/{room}/seats/bulk", {"rows": 2000, "seats_per_row": 2000}),
        ("rooms/{room}/seats/bulk", {"rows": 10**30, "seats_per_row": 1}),
        ("rooms/{room}/seats/bulk", {"rows": 1, "seats_per_row": 1, "seat_type": "throne"}),
        ("rooms/{room}/seats/bulk", {"seats": []}),
        ("rooms/{room}/seats/bulk", {"seats": [{"row_label": "A", "seat_number": 0}]}),
        ("rooms/{room}/seats/bulk", {"seats": [{"row_label": "Z", "seat_number": n + 1} for n in range(10_000)]}),
        ("cinemas/{cinema}/rooms", {"name": "x" * 101}),
        ("cinemas/{cinema}/rooms", {"name": "x", "cleaning_minutes": -1}),
        ("screenings", {}),
        ("screenings", {"price": -1}),
        ("screenings", {"price": "NaN"}),
        ("screenings", {"price": 1e30}),
        ("screenings", {"price": 9.999}),
        ("screenings", {"screening_time": "soon"}),
        ("screenings", {"screening_time": "2001-01-01T20:00:00Z"}),
        ("screenings", {"screening_time": "9999-12-31T23:59:59-14:00"}),
        ("screenings", {"screening_time": "0001-01-01T00:00:00"}),
        ("screenings", {"screening_time": "2030-03-31T02:30:00"}),
        ("screenings", {"screening_time": "2030-10-27T02:30:00"}),
        ("screenings", {"end_time": "2030-06-01T10:00:00"}),
        ("screenings", {"movie_id": True}),
        ("screenings", {"movie_id": "x"}),
    ],
)
def test_wrong_bodies_are_refused_and_nothing_is_written(api, path, body):
    room, film = make.room(), make.movie()
    if path == "screenings" and body:
        whole = {"movie_id": film.pk, "room_id": room.pk, "screening_time": "2030-06-01T20:00:00", "price": 9}
        body = whole | body
    before = everything()

    refused = api.as_("manager").post(path.format(room=room.pk, cinema=room.cinema_id), body)

    assert refused.status_code == 400, refused.content
    assert refused["Content-Type"] == "application/problem+json"
    assert everything() == before


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("rooms/{room}/seats/bulk", {"rows": 1, "seats_per_row": 1}, 409),
        ("rooms/{nothing}/seats/bulk", {"rows": 1, "seats_per_row": 1}, 404),
        ("cinemas/{cinema}/rooms", {"name": "Blue"}, 409),
        ("cinemas/{nothing}/rooms", {"name": "Blue"}, 404),
        ("screenings", {"movie_id": 2**63}, 404),
        ("screenings", {"room_id": 2**63}, 404),
    ],
)
def test_clashes_and_missing_things(api, path, body, status):
    room, film = make.room(name="Blue"), make.movie()
    if path == "screenings":
        whole = {"movie_id": film.pk, "room_id": room.pk, "screening_time": "2030-06-01T20:00:00", "price": 9}
        body = whole | body
    before = everything()

    refused = api.as_("manager").post(path.format(room=room.pk, cinema=room.cinema_id, nothing=10**30), body)

    assert refused.status_code == status, refused.content
    assert everything() == before


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [("{", "application/json", 400), ("[" * 100_000, "application/json", 400), ("a=1", "text/plain", 415)],
)
def test_bodies_that_are_no_json(api, body, kind, status):
    headers = people.bearer(people.user(groups=("manager",)))

    refused = api.client.post("/api/v1/cinemas", body, content_type=kind, headers=headers)

    assert refused.status_code == status
