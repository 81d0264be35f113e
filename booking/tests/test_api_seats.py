"""Seat map and holds over HTTP: what is answered, what is refused, who may."""

import pytest
from django.db.models import F

from accounts.tests.make import bearer
from booking.services.reservations import hold_seats
from booking.services.tickets import book_seats
from booking.tests import make
from catalog.models import Room

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
BASE = "/api/v1/seat-reservations"
AT, UNTIL = "2031-06-02T12:00:00.500000Z", "2031-06-02T12:05:00.500000Z"


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
    """Call an endpoint as ``person``: ``call("post", "/reserve", {...})``."""

    def run(method, path, body=None, *, by=person, **headers):
        sent = {} if body is None else {"data": body, "content_type": "application/json"}
        known = bearer(by) if by else {}
        return getattr(client, method)(
            path if path.startswith("/api") else BASE + path, **sent, headers=known | headers
        )

    return run


def problem(response):
    """Return ``(status, code, sentence)`` of a refusal."""
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == response.status_code
    return response.status_code, body["code"], body["detail"]


def test_availability_is_open_and_names_nobody(call, screening, seats, person):
    hold_seats(buyer=person, screening_id=screening.pk, seat_ids=seats[:1])
    book_seats(buyer=person, screening_id=screening.pk, seat_ids=seats[1:2])

    response = call("get", f"/screening/{screening.pk}/availability", by=None)

    assert response.status_code == 200
    assert response["X-Seat-Seq"] == "2"
    assert response.json()[0] == {
        "seat": {
            "id": seats[0],
            "room_id": screening.room_id,
            "row_label": "A",
            "seat_number": 1,
            "seat_type": "vip",
            "x": 0,
            "y": 0,
        },
        "status": "reserved",
        "reserved_by": None,
        "expires_at": UNTIL,
        "is_mine": False,
    }
    rest = [(one["status"], one["reserved_by"], one["expires_at"], one["is_mine"]) for one in response.json()[1:]]
    assert rest == [("booked", None, None, False), *[("available", None, None, False)] * 2]


@pytest.mark.parametrize(("path", "status"), [("", "reserved"), ("/me", "reserved_by_me")])
def test_availability_marks_ones_own_seats(call, screening, seats, person, path, status):
    hold_seats(buyer=person, screening_id=screening.pk, seat_ids=seats[:1])
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[1:2])

    entries = call("get", f"/screening/{screening.pk}/availability{path}").json()

    assert [(one["status"], one["reserved_by"], one["is_mine"]) for one in entries[:3]] == [
        (status, person.pk, True),
        ("reserved", None, False),
        ("available", None, False),
    ]


def test_availability_shows_staff_everybody(call, screening, seats, person):
    hold_seats(buyer=person, screening_id=screening.pk, seat_ids=seats[:1])

    first, *_ = call("get", f"/screening/{screening.pk}/availability", by=make.user(groups=["manager"])).json()

    assert (first["status"], first["reserved_by"], first["is_mine"]) == ("reserved", person.pk, False)


def test_availability_is_not_sent_again_while_nothing_changed(call, screening, seats, person, noon):
    path = f"/screening/{screening.pk}/availability"
    hold_seats(buyer=person, screening_id=screening.pk, seat_ids=seats[:1])
    tags = [call("get", path, by=by)["ETag"] for by in (None, person, make.user())]

    again = call("get", path, by=None, **{"If-None-Match": tags[0]})
    noon.travel(300)
    lapsed = call("get", path, by=None, **{"If-None-Match": tags[0]})

    assert len(set(tags)) == 3
    assert (again.status_code, again.content) == (304, b"")
    assert (lapsed.status_code, lapsed.json()[0]["status"]) == (200, "available")


def test_availability_of_an_unknown_screening_is_not_found(call):
    assert problem(call("get", "/screening/999999999/availability", by=None)) == (
        404,
        "screening_not_found",
        "Screening with id 999999999 not found",
    )
    assert call("get", "/screening/999999999/availability/me").status_code == 404
    assert call("get", f"/screening/{10**17}/availability", by=None).status_code == 404


@pytest.mark.parametrize("path", ["/api/v1/screenings/{}/available-seats", "/api/v1/showtimes/{}/seats"])
def test_available_seats_are_those_one_could_hold(call, screening, seats, person, path):
    hold_seats(buyer=person, screening_id=screening.pk, seat_ids=seats[:1])
    screening.room.seats.filter(pk=seats[1]).update(is_active=False)
    Room.objects.filter(pk=screening.room_id).update(layout_version=F("layout_version") + 1)

    response = call("get", path.format(screening.pk), by=None)

    assert [seat["id"] for seat in response.json()] == seats[2:]
    assert problem(call("get", path.format(10**9), by=None))[:2] == (404, "screening_not_found")


@pytest.mark.parametrize(
    "path", ["/screening/{}/availability", "/screening/{}/availability/me", "/api/v1/screenings/{}/available-seats"]
)
def test_seat_lists_are_complete_unless_a_part_is_asked_for(call, screening, path):
    path = path.format(screening.pk)

    everything, part = call("get", path), call("get", f"{path}?skip=1&limit=2")

    assert (len(everything.json()), everything["X-Total-Count"], "Link" in everything) == (4, "4", False)
    assert (part.json(), part["X-Total-Count"]) == (everything.json()[1:3], "4")
    assert [link.rsplit("; ")[-1] for link in part["Link"].split(", ")] == ['rel="next"', 'rel="prev"']
    assert problem(call("get", f"{path}?limit=501"))[0] == 400


def test_reserve_holds_and_says_how_long(call, screening, seats, person):
    response = call("post", "/reserve", {"screening_id": screening.pk, "seat_ids": [seats[1], seats[0]]})

    body = response.json()
    ids = [one.pop("id") for one in body["reservations"]]
    assert (response.status_code, ids) == (201, sorted(ids))
    assert body == {
        "reservations": [
            {
                "screening_id": screening.pk,
                "seat_id": seat,
                "user_id": person.pk,
                "reserved_at": AT,
                "expires_at": UNTIL,
                "status": "active",
                "price": price,
                "currency": "EUR",
                "ticket_type": "adult",
            }
            for seat, price in zip(seats[:2], (15.0, 10.0), strict=True)
        ],
        "expires_in_minutes": 5,
        "message": "Reserved 2 seats for 5 minutes",
    }


def test_reserve_takes_one_seat_id_and_ignores_what_the_server_decides(call, screening, seats, person):
    body = {"screening_id": screening.pk, "seat_id": seats[0], "price": 0.01, "status": "confirmed", "user_id": 1}

    [hold] = call("post", "/reserve", body).json()["reservations"]

    assert (hold["seat_id"], hold["price"], hold["status"], hold["user_id"]) == (seats[0], 15.0, "active", person.pk)


def test_reserve_tells_which_seats_are_taken(call, screening, seats):
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[:2])
    book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[2:3])

    held = call("post", "/reserve", {"screening_id": screening.pk, "seat_ids": [seats[1], seats[0], seats[3]]})
    booked = call("post", "/reserve", {"screening_id": screening.pk, "seat_ids": seats})

    assert problem(held) == (409, "seats_held", f"Seats [{seats[0]}, {seats[1]}] are currently reserved by other users")
    assert held.json()["conflicting_seat_ids"] == seats[:2]
    assert problem(booked) == (409, "seats_booked", f"Seats [{seats[2]}] are already booked")


def test_reserve_after_the_start_is_refused(call, screening, seats, noon):
    noon.at(make.start_of(screening))

    response = call("post", "/reserve", {"screening_id": screening.pk, "seat_ids": seats[:1]})

    assert problem(response) == (400, "screening_past", "Cannot reserve seats for past screenings")


def test_an_idempotency_key_answers_a_repeated_reserve_and_extend(call, screening, seats):
    body, key = {"screening_id": screening.pk, "seat_ids": seats[:1]}, {"Idempotency-Key": "once"}
    first, again = (call("post", "/reserve", body, **key) for _ in range(2))
    other = call("post", "/reserve", body | {"seat_ids": seats[1:2]}, **key)
    extended = [call("post", "/extend", body, **{"Idempotency-Key": "more"}).json() for _ in range(2)]

    assert (first.json(), again["Idempotent-Replayed"]) == (again.json(), "true")
    assert problem(other)[:2] == (422, "idempotency_key_reused")
    assert extended[0] == extended[1]
    assert extended[0]["reservations"][0]["expires_at"] == "2031-06-02T12:10:00.500000Z"


def test_toggle_holds_and_gives_back(call, screening, seats):
    body = {"screening_id": screening.pk, "seat_ids": seats[:2]}

    on, off = call("post", "/toggle", body), call("post", "/toggle", body)

    assert (on.status_code, on.json()) == (
        200,
        {
            "action": "reserved",
            "message": "Reserved 2 seats for 5 minutes",
            "seat_ids": seats[:2],
            "expires_in_minutes": 5,
        },
    )
    assert (off.status_code, off.json()) == (
        200,
        {"action": "unreserved", "message": "Seats released", "seat_ids": seats[:2]},
    )


def test_toggle_of_anothers_seat_is_refused(call, screening, seats):
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[:1])

    assert problem(call("post", "/toggle", {"screening_id": screening.pk, "seat_id": seats[0]}))[0] == 409


def test_extend_adds_the_minutes_of_the_query(call, screening, seats, person):
    hold_seats(buyer=person, screening_id=screening.pk, seat_ids=seats[:2])
    body = {"screening_id": screening.pk, "seat_ids": seats[:2]}

    five, three = call("post", "/extend", body), call("post", "/extend?additional_minutes=3", body)

    assert [(one.status_code, one.json()["message"], one.json()["expires_in_minutes"]) for one in (five, three)] == [
        (200, "Extended reservation for 2 seats by 5 minutes", 5),
        (200, "Extended reservation for 2 seats by 3 minutes", 3),
    ]
    assert three.json()["reservations"][0]["expires_at"] == "2031-06-02T12:13:00.500000Z"


@pytest.mark.parametrize("minutes", ["0", "11", "-1", "2.5", "x", "", "1e1", "٣", "9" * 30])
def test_extend_refuses_other_minutes(call, screening, seats, person, minutes):
    hold_seats(buyer=person, screening_id=screening.pk, seat_ids=seats[:1])

    response = call(
        "post", f"/extend?additional_minutes={minutes}", {"screening_id": screening.pk, "seat_ids": seats[:1]}
    )

    assert problem(response)[0] == 400


def test_extend_refuses_what_one_does_not_hold(call, screening, seats):
    for seat in (seats[0], 10**9):
        response = call("post", "/extend", {"screening_id": screening.pk, "seat_ids": [seat]})
        assert problem(response)[:2] == (409, "hold_expired")


def test_cancel_by_delete_answers_204_whether_or_not_anything_was_held(call, screening, seats, person):
    hold_seats(buyer=person, screening_id=screening.pk, seat_ids=seats[:3])

    answers = [
        call("delete", f"/cancel/{screening.pk}?seat_ids={seats[0]},{seats[3]},{10**9}"),
        call("delete", f"/cancel/{screening.pk}"),
        call("delete", f"/cancel/{screening.pk}"),
    ]

    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 3
    assert make.states(screening) == [(seat, "released") for seat in seats[:3]]


@pytest.mark.parametrize("seat_ids", ["", "x", "1,x", "1,,2", "1.5", "-1", "0", "9" * 30, "1,1"])
def test_cancel_by_delete_refuses_a_malformed_list(call, screening, seats, person, seat_ids):
    hold_seats(buyer=person, screening_id=screening.pk, seat_ids=seats[:1])

    assert problem(call("delete", f"/cancel/{screening.pk}?seat_ids={seat_ids}"))[0] == 400
    assert make.states(screening) == [(seats[0], "held")]


def test_cancel_by_delete_of_an_unknown_screening_is_not_found(call):
    assert problem(call("delete", "/cancel/999999999"))[0] == 404


def test_cancel_by_post_counts(call, screening, seats, person):
    hold_seats(buyer=person, screening_id=screening.pk, seat_ids=seats[:2])
    body = {"screening_id": screening.pk, "seat_ids": seats}

    assert [call("post", "/cancel", body).json() for _ in range(2)] == [
        {"message": "Cancelled 2 reservations", "cancelled_count": 2},
        {"message": "Cancelled 0 reservations", "cancelled_count": 0},
    ]


def test_my_reservations_are_ones_own(call, screening, seats, person, noon):
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[3:])
    hold_seats(buyer=person, screening_id=screening.pk, seat_ids=seats[:1])
    noon.travel(300)
    hold_seats(buyer=person, screening_id=screening.pk, seat_ids=seats[1:2])

    live, everything = call("get", "/my-reservations"), call("get", "/my-reservations?include_expired=true")

    assert [(one["seat_id"], one["status"]) for one in live.json()] == [(seats[1], "active")]
    assert [(one["seat_id"], one["status"]) for one in everything.json()] == [
        (seats[0], "expired"),
        (seats[1], "active"),
    ]
    assert everything["X-Total-Count"] == "2"
    assert [one["seat_id"] for one in call("get", "/my-reservations?include_expired=true&limit=1").json()] == seats[:1]
    assert problem(call("get", "/my-reservations?include_expired=maybe"))[0] == 400


def test_cleanup_tells_how_many(call, screening, seats, person, noon, settings):
    hold_seats(buyer=person, screening_id=screening.pk, seat_ids=seats[:3])
    noon.travel(300)
    settings.DEBUG = True

    body = call("post", "/cleanup", by=None).json()

    assert (body["message"], body["timestamp"]) == ("Cleaned up 3 expired reservations", "2031-06-02T12:05:00.500000Z")
    assert 0 <= body["duration_seconds"] < 5


@pytest.mark.parametrize(("method", "path"), [("post", f"{BASE}/cleanup"), ("get", "/ws/stats")])
def test_cleanup_and_stats_are_for_staff_in_production(client, settings, method, path):
    settings.DEBUG = False

    statuses = [
        getattr(client, method)(path, headers=bearer(by) if by else {}).status_code
        for by in (None, make.user(), make.user(groups=["box office"]), make.user(groups=["manager"]))
    ]

    assert statuses == [401, 403, 403, 200]


def test_ws_stats_of_a_quiet_house(client, settings):
    settings.DEBUG = True

    assert client.get("/ws/stats/").json() == {"total_connections": 0, "active_screenings": [], "screening_details": {}}


SIGNED_IN = [
    ("get", "/screening/{}/availability/me"),
    ("post", "/reserve"),
    ("post", "/toggle"),
    ("post", "/extend"),
    ("post", "/cancel"),
    ("delete", "/cancel/{}"),
    ("get", "/my-reservations"),
    ("post", "/api/v1/tickets/book"),
    ("post", "/api/v1/tickets/book-from-reservation"),
    ("get", "/api/v1/tickets/my-tickets"),
    ("get", "/api/v1/tickets/1"),
    ("delete", "/api/v1/tickets/1"),
]


@pytest.mark.parametrize(("method", "path"), SIGNED_IN)
@pytest.mark.parametrize("slash", ["", "/"])
def test_without_a_token_one_is_asked_for_it(call, screening, seats, method, path, slash):
    body = {"screening_id": screening.pk, "seat_ids": seats[:1], "payment_id": "x"} if method == "post" else None
    before = make.written(screening)

    response = call(method, path.format(screening.pk) + slash, body, by=None)

    assert problem(response) == (401, "not_authenticated", "Not authenticated")
    assert response["WWW-Authenticate"] == "Bearer"
    assert make.written(screening) == before


def test_an_expired_token_is_refused_before_anything_else(client, person, noon):
    headers = bearer(person)
    noon.travel(901)

    response = client.post(f"{BASE}/reserve", "not json", content_type="text/plain", headers=headers)

    assert problem(response) == (401, "token_expired", "Token has expired")
