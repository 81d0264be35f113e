"""Bookings over HTTP, in the words of the older clients."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.make import bearer
from booking.models import Booking
from booking.services.reservations import hold_seats
from booking.services.tickets import book_seats, cancel_ticket
from booking.tests import make
from booking.tests.test_api_seats import AT, problem
from catalog.models import Screening

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon"), pytest.mark.both_databases]
BASE = "/api/v1/bookings"


@pytest.fixture
def screening():
    return make.screening(seats=12, types=["vip"], price="10.00")


@pytest.fixture
def seats(screening):
    return make.seats_of(screening)


@pytest.fixture
def person():
    return make.user()


@pytest.fixture
def call(client, person):
    def run(method, path, body=None, *, by=person, **headers):
        sent = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(client, method)(BASE + path, **sent, headers=bearer(by) | headers)

    return run


def sold(person, screening, *seat_ids, **options):
    return book_seats(buyer=person, screening_id=screening.pk, seat_ids=list(seat_ids), **options)


@pytest.mark.parametrize("name", ["screening_id", "showing_id"])
def test_create_answers_the_booking(call, screening, seats, name):
    response = call("post", "/create", {name: screening.pk, "seat_ids": [seats[10], seats[1], seats[0]]})

    booking = Booking.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "id": booking.pk,
        "booking_number": booking.booking_number,
        "movie_title": screening.movie.title,
        "poster_path": None,
        "room_name": screening.room.name,
        "showing_time": f"{screening.start_time:%Y-%m-%dT%H:%M:%S.%fZ}",
        "seats": ["A1", "A2", "A11"],
        "total_price": 35.0,
        "currency": "EUR",
        "booking_date": AT,
        "status": "upcoming",
    }
    assert call("get", f"/{booking.pk}").json() == response.json()
    assert call("get", "/my-bookings").json() == [response.json()]


def test_create_refuses_as_book_does(call, screening, seats):
    sold(make.user(), screening, seats[0])
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[1:2])

    def answer(**asked):
        return problem(call("post", "/create", {"screening_id": screening.pk} | asked))

    assert answer(seat_ids=seats[:2]) == (409, "seats_booked", f"Seats [{seats[0]}] are already booked")
    assert answer(seat_ids=seats[1:3]) == (
        409,
        "seats_held",
        f"Seats [{seats[1]}] are currently reserved by other users",
    )
    assert answer(seat_ids=[]) == (400, "invalid", "seat_ids must be a list with at least one seat id.")
    assert answer(screening_id=None) == (400, "invalid", "screening_id must be a positive whole number.")
    assert answer(screening_id=10**9, seat_ids=seats) == (
        404,
        "screening_not_found",
        "Screening with id 1000000000 not found",
    )
    assert problem(call("post", "/create", {"showing_id": "x"})) == (
        400,
        "invalid",
        "showing_id must be a positive whole number.",
    )
    assert Booking.objects.count() == 1


def test_create_repeats_the_answer_to_its_payment(call, screening, seats):
    asked = {"screening_id": screening.pk, "seat_ids": seats[:2], "payment_id": "p 1"}

    first, again = call("post", "/create", asked), call("post", "/create", asked)

    assert (again.status_code, again["Idempotent-Replayed"]) == (201, "true")
    assert first.json() == again.json()
    other = call("post", "/create", asked, by=make.user())
    assert problem(other)[:2] == (409, "payment_id_reused")


def test_create_repeats_the_answer_to_its_key(call, screening, seats):
    key, asked = {"Idempotency-Key": "k"}, {"screening_id": screening.pk, "seat_ids": seats[:2]}

    first, again = call("post", "/create", asked, **key), call("post", "/create", asked, **key)
    reused = call("post", "/create", asked | {"seat_ids": seats[3:4]}, **key)

    assert first.json() == again.json()
    assert problem(reused)[:2] == (422, "idempotency_key_reused")
    assert Booking.objects.count() == 1


def test_reserve_seats_is_reserve(call, screening, seats):
    response = call("post", "/reserve-seats", {"screening_id": screening.pk, "seat_ids": seats[:2]})

    assert response.status_code == 201
    assert [hold["seat_id"] for hold in response.json()["reservations"]] == seats[:2]
    again = call("post", "/reserve-seats", {"screening_id": screening.pk, "seat_ids": seats[:1]}, by=make.user())
    assert problem(again)[:2] == (409, "seats_held")


def test_bookings_come_by_the_start_of_the_film_with_what_became_of_them(call, person):
    later, over, off = make.screening(seats=3), make.screening(seats=2), make.screening(seats=2)
    both = {
        screening: sold(person, screening, *make.seats_of(screening)[:2]).tickets for screening in (later, over, off)
    }
    for ticket in [both[later][0], *both[off]]:
        cancel_ticket(ticket_id=ticket.id, by=person)
    Screening.objects.filter(pk=over.pk).update(start_time=over.start_time - timedelta(hours=30))
    sold(make.user(), later, make.seats_of(later)[2])

    found = call("get", "/my-bookings").json()

    assert [(one["seats"], one["total_price"], one["status"]) for one in found] == [
        (["A1", "A2"], 25.0, "past"),
        (["A2"], 12.5, "upcoming"),
        (["A1", "A2"], 25.0, "cancelled"),
    ]


def test_the_poster_is_a_whole_address(call, person, screening, seats):
    screening.movie.poster = "posters/nosferatu.webp"
    screening.movie.save()
    sold(person, screening, seats[0])

    [one] = call("get", "/my-bookings").json()

    assert one["poster_path"] == "http://testserver/media/posters/nosferatu.webp"


def test_bookings_of_others_are_not_there(call, screening, seats):
    other = make.user()
    number = Booking.objects.get(booking_number=sold(other, screening, seats[0]).booking_number).pk

    assert call("get", "/my-bookings").json() == []
    assert problem(call("get", f"/{number}")) == (404, "not_found", f"Booking with id {number} not found")
    assert problem(call("get", "/987654321"))[0] == 404
    staff = [make.user(is_superuser=True), make.user(groups=["box office"]), make.user(groups=["auditor"])]
    assert [call("get", f"/{number}", by=one).status_code for one in (other, *staff)] == [200] * 4
    assert call("get", f"/{number}", by=make.user(groups=["programmer"])).status_code == 404


def test_lists_come_in_parts_and_with_as_many_queries_for_three_as_for_one(call, client, person):
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(f"{BASE}/my-bookings", headers=signed_in)
        return len(asked)

    signed_in = bearer(person)

    sold(person, first := make.screening(), make.seats_of(first)[0])
    one = count()
    for _ in range(2):
        sold(person, another := make.screening(), *make.seats_of(another)[:2])

    part = call("get", "/my-bookings?skip=1&limit=1")
    assert count() == one
    assert (len(part.json()), part["X-Total-Count"]) == (1, "3")
