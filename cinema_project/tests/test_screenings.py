"""``PUT`` and ``DELETE screenings/{id}``: the address is the catalogue's, the seats are the box office's."""

from datetime import UTC, datetime, timedelta

import pytest

from booking.models import SeatClaim
from booking.services.reservations import hold_seats
from booking.services.tickets import book_seats
from booking.tests import make
from catalog.models import Room, Screening
from catalog.tests import make as catalog
from catalog.tests.api import Api, cinema_body, film_body, room_body, screening_body, utc
from cinema_project.common import clock, outbox
from cinema_project.common.models import OutboxMessage

pytestmark = pytest.mark.django_db


@pytest.fixture
def api():
    return Api().as_("programmer")


def body_of(screening, **changes):
    """Return the body that leaves a screening as it is, but for the changes."""
    start = utc(screening.start_time)
    asked = {"movie_id": screening.movie_id, "room_id": screening.room_id, "screening_time": start, "price": 12.5}
    return asked | changes


def put(api, screening, **changes):
    return api.send("put", f"screenings/{screening.pk}", body_of(screening, **changes))


def delete(api, screening):
    return api.send("delete", f"screenings/{screening.pk}", None)


def sold(screening):
    buyer = make.user()
    book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=make.seats_of(screening)[:2], payment_id="paid")
    return buyer


def test_screening_is_replaced_and_its_end_follows(api):
    screening = make.screening(is_3d=True)
    film = catalog.movie(duration_minutes=45, cast=("Helm", "Abel"))
    start = screening.start_time + timedelta(days=1, seconds=7)

    changed = put(api, screening, movie_id=film.pk, screening_time=utc(start), price=9.25, is_imax=True, subtitles="de")

    now = Screening.objects.get()
    assert changed.status_code == 200, changed.content
    room = room_body(now.room, 6) | {"cinema": cinema_body(now.room.cinema)}
    assert changed.json() == screening_body(now) | {
        "price": 9.25,
        "is_3d": True,
        "is_imax": True,
        "subtitles": "de",
        "movie": film_body(film) | {"duration_minutes": 45, "runtime": 45},
        "room": room,
    }
    assert (now.start_time, now.end_time) == (start, start + timedelta(minutes=60))


def test_start_without_offset_is_read_on_the_clock_of_the_cinema(api):
    screening = make.screening()

    put(api, screening, screening_time="2031-06-01T20:00:09")

    assert Screening.objects.get().start_time == datetime(2031, 6, 1, 18, 0, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"screening_time": "2001-01-01T20:00:00Z"}, 400, "starts_in_the_past"),
        ({"screening_time": "2031-03-30T02:30:00"}, 400, "no_such_moment"),
        ({"screening_time": "2031-10-26T02:30:00"}, 400, "no_such_moment"),
        ({"end_time": "2001-01-01T20:00:00Z"}, 400, "ends_out_of_order"),
        ({"price": -1}, 400, "invalid"),
        ({"remap": "perhaps"}, 400, "invalid"),
        ({"movie_id": 2**63}, 404, "movie_not_found"),
        ({"room_id": 2**63}, 404, "room_not_found"),
    ],
)
def test_screening_is_not_changed_to_what_cannot_be(api, changes, status, code):
    screening = make.screening()
    before = list(Screening.objects.values())

    refused = put(api, screening, **changes)

    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert list(Screening.objects.values()) == before


def test_remap_in_the_address_is_true_or_false(api):
    screening = make.screening()

    refused = api.send("put", f"screenings/{screening.pk}?remap=perhaps", body_of(screening))

    assert (refused.status_code, refused.json()["detail"]) == (400, "remap must be true or false.")
    assert api.send("put", f"screenings/{screening.pk}?remap=False", body_of(screening)).status_code == 200


def test_film_still_to_come_needs_a_presale(api):
    screening, film = make.screening(), catalog.movie(state="COMING_SOON")

    assert put(api, screening, movie_id=film.pk).json()["code"] == "film_coming_soon"
    assert put(api, screening, movie_id=film.pk, presale=True).status_code == 200


def test_every_field_of_a_post_is_asked_for(api):
    refused = api.send("put", f"screenings/{make.screening().pk}", {"price": 9})

    assert [error["pointer"] for error in refused.json()["errors"]] == ["/movie_id", "/room_id", "/screening_time"]


def test_overlap_names_the_screening_in_the_way(api):
    first = make.screening()
    second = make.screening(room=first.room)

    refused = put(api, second, screening_time=utc(first.start_time))

    assert (refused.status_code, refused.json()["code"]) == (409, "room_overlap")
    assert refused.json()["conflicting_screening_id"] == first.pk


@pytest.mark.parametrize("by_query", [True, False])
def test_sold_screening_changes_its_room_on_request(api, by_query):
    screening, there = make.screening(), catalog.room(seats=(1, 2))
    sold(screening)

    refused = put(api, screening, room_id=there.pk)
    path = f"screenings/{screening.pk}" + ("?remap=true" if by_query else "")
    moved = api.send("put", path, body_of(screening, room_id=there.pk, **({} if by_query else {"remap": True})))

    assert (refused.status_code, refused.json()["code"]) == (409, "has_live_claims")
    assert (moved.status_code, moved.json()["room"]["id"]) == (200, there.pk)
    assert set(SeatClaim.objects.values_list("seat__room", flat=True)) == {there.pk}


def test_sold_screening_does_not_go_where_it_has_no_seats(api):
    screening, there = make.screening(), catalog.room(seats=(1, 1))
    sold(screening)

    refused = put(api, screening, room_id=there.pk, remap=True)

    assert (refused.status_code, refused.json()["missing_seats"]) == (409, ["A2"])


def test_screening_without_claims_is_deleted(api):
    screening = make.screening()

    assert [delete(api, screening).status_code for _ in range(2)] == [204, 404]
    assert not Screening.objects.exists()


def test_sold_screening_is_cancelled_and_a_repeat_is_harmless(api):
    screening = make.screening()
    buyer = sold(screening)
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=make.seats_of(screening)[2:3])

    answers = [delete(api, screening) for _ in range(2)]
    while outbox.deliver_due():
        pass

    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 2
    assert api.get(f"screenings/{screening.pk}").json()["status"] == "cancelled"
    assert sorted(SeatClaim.objects.values_list("state", flat=True)) == ["cancelled", "cancelled", "released"]
    assert OutboxMessage.objects.filter(topic="screening_cancelled").count() == 1
    assert put(api, screening).json()["code"] == "screening_cancelled"


def test_screening_that_is_over_is_not_cancelled(api):
    over = make.screening(start_time=clock.now() - timedelta(days=1), seat_seq=1)

    refused = delete(api, over)

    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")


@pytest.mark.parametrize("method", ["put", "delete"])
@pytest.mark.parametrize("number", [0, 7, 2**63, 10**30])
def test_unknown_screening_is_named(api, method, number):
    body = body_of(make.screening(), price=1) if method == "put" else None

    refused = api.send(method, f"screenings/{number}", body)

    assert (refused.status_code, refused.json()["detail"]) == (404, f"Screening with id {number} not found")


@pytest.mark.parametrize("method", ["put", "delete"])
def test_screening_is_changed_by_programmers_alone(method):
    screening = make.screening()
    people = [Api(), Api().as_(), Api().as_("box office"), Api().as_("auditor")]

    answers = [one.send(method, f"screenings/{screening.pk}", body_of(screening, price=1)) for one in people]

    assert [answer.status_code for answer in answers] == [401, 403, 403, 403]
    assert list(Screening.objects.values_list("price", flat=True)) == [screening.price]


def test_change_takes_as_many_queries_for_many_seats_as_for_one(api, django_assert_max_num_queries):
    one, many = make.screening(seats=20), make.screening(seats=20)
    there = [catalog.room(seats=(1, 20)) for _ in range(2)]
    sold(one)
    for start in (0, 10):
        buyer = make.user()
        book_seats(buyer=buyer, screening_id=many.pk, seat_ids=make.seats_of(many)[start : start + 10])
    with django_assert_max_num_queries(60) as before:
        assert put(api, one, room_id=there[0].pk, remap=True).status_code == 200

    with django_assert_max_num_queries(len(before) + 1):  # one more mail to promise
        assert put(api, many, room_id=there[1].pk, remap=True).status_code == 200


def test_room_is_changed_by_its_facts(api):
    room = catalog.room(seats=(1, 3))

    patched = api.send("patch", f"rooms/{room.pk}", {"cleaning_minutes": 20})
    put_ = api.send("put", f"rooms/{room.pk}", {"name": "Blue"})

    now = Room.objects.get()
    assert (patched.status_code, put_.json()) == (200, room_body(now, 3))
    assert (now.name, now.cleaning_minutes) == ("Blue", 20)


def test_room_is_not_changed_to_what_cannot_be(api):
    room, other = catalog.room(name="Blue"), catalog.room(name="Red")
    Room.objects.filter(pk=other.pk).update(cinema=room.cinema)

    assert api.send("patch", f"rooms/{room.pk}", {"name": "Red"}).json()["code"] == "room_name_taken"
    assert api.send("put", f"rooms/{room.pk}", {}).status_code == 400
    assert api.send("patch", f"rooms/{room.pk}", {"cleaning_minutes": -1}).status_code == 400
    assert api.send("patch", "rooms/7777", {"name": "Green"}).json()["code"] == "room_not_found"
    assert Room.objects.get(pk=room.pk).name == "Blue"


@pytest.mark.parametrize("thing", ["movies", "rooms", "cinemas"])
def test_things_with_screenings_to_come_stay(thing):
    screening = make.screening()
    number = {"movies": screening.movie_id, "rooms": screening.room_id, "cinemas": screening.room.cinema_id}[thing]
    manager = Api().as_("manager")

    refused = manager.send("delete", f"{thing}/{number}", None)
    delete(manager, screening)
    removed = [manager.send("delete", f"{thing}/{number}", None).status_code for _ in range(2)]

    assert (refused.status_code, refused.json()["code"]) == (409, "has_screenings_to_come")
    assert refused.json()["screening_ids"] == [screening.pk]
    assert removed == [204, 404]


def test_tickets_still_name_the_film_the_room_and_the_cinema_that_are_gone(client, clock):
    film = catalog.movie(title="Metropolis")
    screening = make.screening(movie=film)
    buyer = sold(screening)
    clock.travel(5 * 24 * 3600)
    manager = Api().as_("manager")

    for path in (f"movies/{film.pk}", f"rooms/{screening.room_id}", f"cinemas/{screening.room.cinema_id}"):
        assert manager.send("delete", path, None).status_code == 204

    client.force_login(buyer)
    page = client.get("/tickets/").content.decode()
    assert "Metropolis" in page
    assert screening.room.cinema.name in page
