"""Booking and tickets over HTTP."""

import pytest

from accounts.tests.make import bearer
from booking.models import SeatClaim
from booking.services.reservations import hold_seats
from booking.services.tickets import book_seats
from booking.tests import make
from booking.tests.test_api_seats import AT, problem
from cinema_project.common.database import query

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
BASE = "/api/v1/tickets"


@pytest.fixture
def screening():
    return make.screening(seats=4, types=["vip"], price="10.00")


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


def test_book_answers_the_tickets(call, screening, seats, person):
    response = call(
        "post", "/book", {"screening_id": screening.pk, "seat_ids": [seats[1], seats[0]], "payment_id": "p 1"}
    )

    claims = list(SeatClaim.objects.order_by("seat_id").select_related("booking"))
    assert response.status_code == 201
    assert "Idempotent-Replayed" not in response
    for ticket, claim in zip(response.json(), claims, strict=True):
        secret, _, signature = ticket.pop("code").partition(".")
        assert (secret, len(signature), ticket.pop("short_code")) == (claim.secret, 16, claim.secret[:8])
    first, second = response.json()
    assert first == {
        "id": claims[0].pk,
        "user_id": person.pk,
        "screening_id": screening.pk,
        "seat_id": seats[0],
        "price": 15.0,
        "currency": "EUR",
        "ticket_type": "adult",
        "status": "confirmed",
        "booked_at": AT,
        "confirmed_at": AT,
        "payment_id": "p 1",
        "booking_number": claims[0].booking.booking_number,
        "seat": {
            "id": seats[0],
            "room_id": screening.room_id,
            "row_label": "A",
            "seat_number": 1,
            "seat_type": "vip",
            "x": 0,
            "y": 0,
        },
    }
    assert (second["seat_id"], second["price"]) == (seats[1], 10.0)


def test_book_refuses_taken_seats(call, screening, seats):
    sold(make.user(), screening, seats[0])
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[1:2])

    booked = call("post", "/book", {"screening_id": screening.pk, "seat_ids": seats[:2]})
    held = call("post", "/book", {"screening_id": screening.pk, "seat_id": seats[1]})

    assert problem(booked) == (409, "seats_booked", f"Seats [{seats[0]}] are already booked")
    assert problem(held) == (409, "seats_held", f"Seats [{seats[1]}] are currently reserved by other users")


def test_book_from_reservation_replays_itself(call, screening, seats, person):
    hold_seats(buyer=person, screening_id=screening.pk, seat_ids=seats[:2])
    body = {"screening_id": screening.pk, "seat_ids": seats[:2], "payment_id": "stripe_pi_1"}

    first = call("post", "/book-from-reservation", body)
    again = call("post", "/book-from-reservation", body | {"seat_ids": seats[1::-1]})
    other_door = call("post", "/book", body)

    assert [one.status_code for one in (first, again, other_door)] == [201, 201, 201]
    assert first.json() == again.json() == other_door.json()
    assert [one.headers.get("Idempotent-Replayed") for one in (first, again, other_door)] == [None, "true", "true"]


def test_book_from_reservation_refuses_without_hold_or_payment(call, screening, seats, person):
    body = {"screening_id": screening.pk, "seat_ids": seats[:1]}
    expired = call("post", "/book-from-reservation", body | {"payment_id": "p"})
    unpaid = call("post", "/book-from-reservation", body)

    assert problem(expired)[:2] == (409, "reservation_expired")
    assert problem(unpaid)[:2] == (400, "payment_id_invalid")
    assert unpaid.json()["errors"][0]["pointer"] == "/payment_id"


def test_r26_another_user_gets_the_same_body_as_another_sale(call, screening, seats, person):
    sold(person, screening, seats[0], payment_id="paid")
    body = {"screening_id": screening.pk, "seat_ids": seats[1:2], "payment_id": "paid"}

    refusals = [call("post", "/book", body, by=by).json() for by in (person, make.user())]
    for refusal in refusals:
        refusal.pop("instance")

    assert refusals[0] == refusals[1]
    assert refusals[0]["code"] == "payment_id_reused"


def test_an_idempotency_key_and_a_payment_both_apply(call, screening, seats):
    body, key = {"screening_id": screening.pk, "seat_ids": seats[:1]}, {"Idempotency-Key": "k"}

    first, again = (call("post", "/book", body, **key) for _ in range(2))
    blind = call("post", "/book", body)

    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert problem(blind)[:2] == (409, "seats_booked")


def test_my_tickets_are_ones_own_newest_first(call, screening, seats, person, noon):
    sold(make.user(), screening, seats[3])
    early = make.screening(start_time=make.start_of(screening).replace(hour=1))
    sold(person, early, make.seats_of(early)[0])
    noon.travel(60)
    sold(person, screening, seats[0], seats[1])
    between = make.start_of(early)

    everything = call("get", "/my-tickets").json()
    noon.at(between)
    upcoming, past = (call("get", f"/my-tickets?upcoming={word}").json() for word in ("true", "false"))

    assert [ticket["screening_id"] for ticket in everything] == [screening.pk, screening.pk, early.pk]
    assert [ticket["seat_id"] for ticket in upcoming] == seats[:2]
    assert [ticket["screening_id"] for ticket in past] == [early.pk]
    assert problem(call("get", "/my-tickets?upcoming=maybe"))[0] == 400


@pytest.mark.parametrize("count", [1, 3])
def test_my_tickets_ask_the_database_once_for_three_as_for_one(call, screening, seats, person, count, monkeypatch):
    sold(person, screening, *seats[:count])
    asked = []
    monkeypatch.setattr("booking.selectors.tickets.query", lambda *sql: asked.append(sql) or query(*sql))

    assert (len(call("get", "/my-tickets").json()), len(asked)) == (count, 1)


def test_a_ticket_is_shown_to_its_owner_and_to_staff(call, screening, seats, person):
    [ticket] = sold(person, screening, seats[0]).tickets
    path = f"/{ticket.id}"

    assert [call("get", path, by=by).status_code for by in (person, make.user(groups=["manager"]))] == [200, 200]
    assert problem(call("get", path, by=make.user())) == (404, "not_found", f"Ticket with id {ticket.id} not found")
    assert problem(call("get", "/999999999"))[0] == 404


def test_a_hold_is_no_ticket(call, screening, seats, person):
    [hold] = hold_seats(buyer=person, screening_id=screening.pk, seat_ids=seats[:1]).holds

    assert [call(method, f"/{hold.id}").status_code for method in ("get", "delete")] == [404, 404]


def test_a_ticket_may_be_given_back_again_and_again_until_the_start(call, screening, seats, person, noon):
    first, second = (ticket.id for ticket in sold(person, screening, *seats[:2]).tickets)

    answers = [call("delete", f"/{first}"), call("delete", f"/{first}/")]
    strangers = call("delete", f"/{second}", by=make.user())
    noon.at(make.start_of(screening))
    late = call("delete", f"/{second}")

    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 2
    assert problem(strangers)[:2] == (404, "not_found")
    assert problem(late) == (400, "screening_past", "Cannot cancel tickets for past screenings")
    assert make.states(screening) == [(seats[0], "cancelled"), (seats[1], "confirmed")]


def test_a_used_ticket_may_not_be_given_back(call, screening, seats, person):
    [ticket] = sold(person, screening, seats[0]).tickets
    SeatClaim.objects.update(state="used")

    assert problem(call("delete", f"/{ticket.id}"))[:2] == (409, "illegal_transition")
