"""The four scenarios of the seat guide's "Testing Correctness", word for word, in both ways to run the product."""

from threading import Barrier, Thread

import pytest

from booking.tests.sale import BOOK_FROM_RESERVATION, RESERVE, client, statuses_in, told, watch

AVAILABILITY = "/api/v1/seat-reservations/screening/{}/availability"
CLEANUP = "/api/v1/seat-reservations/cleanup"


@pytest.fixture
def sale(house):
    """Two tabs, each at a web process of its own where there may be two, and the socket of the second."""
    screening, people = house.next_screening(), house.next_people(2)
    first, second = (client(server, person) for server, person in zip(house.tabs, people, strict=True))
    with first, second, watch(house.tabs[1], screening, people[1]) as socket:
        assert told(socket) == {
            "type": "connection_confirmed",
            "screening_id": screening,
            "message": "Connected to real-time seat updates",
            "seq": 0,
        }
        yield screening, house.world.seats[:3], first, second, socket


def availability(tab, screening):
    """Return ``{seat: status}`` of the first three seats."""
    entries = tab.get(AVAILABILITY.format(screening)).json()
    return {entry["seat"]["id"]: entry["status"] for entry in entries[:3]}


def test_scenario_1_basic_reservation_flow(sale):
    screening, seats, tab, _, socket = sale
    wanted = seats[:2]

    assert availability(tab, screening) == dict.fromkeys(seats, "available")

    reservation = tab.post(RESERVE, json={"screening_id": screening, "seat_ids": wanted})
    assert reservation.status_code == 201
    assert reservation.json()["message"] == "Reserved 2 seats for 5 minutes"
    update = told(socket)
    assert (update["type"], statuses_in(update)) == ("bulk_seat_update", dict.fromkeys(wanted, "reserved"))

    tickets = tab.post(
        BOOK_FROM_RESERVATION, json={"screening_id": screening, "seat_ids": wanted, "payment_id": "test_payment_123"}
    )
    assert tickets.status_code == 201
    assert [(ticket["seat_id"], ticket["status"], ticket["payment_id"]) for ticket in tickets.json()] == [
        (seat, "confirmed", "test_payment_123") for seat in wanted
    ]
    update = told(socket)
    assert (update["type"], statuses_in(update)) == ("bulk_seat_update", dict.fromkeys(wanted, "booked"))
    assert availability(tab, screening) == dict.fromkeys(wanted, "booked") | {seats[2]: "available"}


def test_scenario_2_concurrency(sale):
    screening, seats, *tabs, socket = sale
    answers, gate = [], Barrier(2)

    def click(tab):
        gate.wait()
        answers.append(tab.post(RESERVE, json={"screening_id": screening, "seat_ids": seats[:1]}))

    clicks = [Thread(target=click, args=[tab]) for tab in tabs]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()

    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert (won.status_code, lost.status_code) == (201, 409)
    assert lost.json()["detail"] == f"Seats [{seats[0]}] are currently reserved by other users"
    update = told(socket)
    assert (update["type"], update["seat_id"], update["status"], update["seq"]) == (
        "seat_update",
        seats[0],
        "reserved",
        1,
    )


def test_scenario_3_idempotency(sale):
    screening, seats, tab, _, socket = sale
    call = {"screening_id": screening, "seat_ids": seats, "payment_id": "stripe_pi_1234567890"}
    tab.post(RESERVE, json=call)

    result1 = tab.post(BOOK_FROM_RESERVATION, json=call)
    result2 = tab.post(BOOK_FROM_RESERVATION, json=call)

    assert (result1.status_code, result2.status_code) == (201, 201)
    assert result1.json()[0]["id"] == result2.json()[0]["id"]
    assert result1.json() == result2.json()
    assert [result.headers.get("Idempotent-Replayed") for result in (result1, result2)] == [None, "true"]
    assert [told(socket)["seq"], told(socket)["seq"]] == [1, 2]


def test_scenario_4_expiration(sale, house):
    screening, seats, tab, other, socket = sale
    call = {"screening_id": screening, "seat_ids": seats[:2]}
    tab.post(RESERVE, json=call)
    assert statuses_in(told(socket)) == dict.fromkeys(seats[:2], "reserved")

    house.product.clock.travel(301)
    cleanup = other.post(CLEANUP)
    update = told(socket)
    late = tab.post(BOOK_FROM_RESERVATION, json=call | {"payment_id": "too late"})

    assert cleanup.status_code == 200
    assert cleanup.json().keys() == {"message", "timestamp", "duration_seconds"}
    assert statuses_in(update) == dict.fromkeys(seats[:2], "available")
    assert availability(other, screening) == dict.fromkeys(seats, "available")
    assert (late.status_code, late.json()["code"]) == (409, "reservation_expired")
