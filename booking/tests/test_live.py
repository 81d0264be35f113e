"""R56-R58: the running product tells every open seat map what happens, wherever it happens."""

import json
import time
from datetime import datetime

import pytest
from websockets.exceptions import ConnectionClosed

from booking.tests.sale import BOOK, RESERVE, client, run_inside, statuses_in, told, watch

pytestmark = [pytest.mark.timeout(180)]
BOOK_IN_A_COMMAND = """
from accounts.models import User
from booking.services.tickets import book_seats
book_seats(buyer=User.objects.get(pk={person.id}), screening_id={screening}, seat_ids=[{seat}])
"""
DIE_AFTER_THE_COMMIT = """
import os, signal
from django.db import transaction
from accounts.models import User
from booking.services.reservations import hold_seats
with transaction.atomic():
    transaction.on_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))
    hold_seats(buyer=User.objects.get(pk={person.id}), screening_id={screening}, seat_ids=[{seat}])
"""


@pytest.fixture
def seats(house):
    return house.world.seats


@pytest.fixture
def watched(house):
    """A screening, and the sockets of two people at different processes where there may be two."""
    screening, people = house.next_screening(), house.next_people(2)
    with watch(house.tabs[0], screening, people[0]) as one, watch(house.tabs[1], screening, people[1]) as two:
        assert [told(socket)["type"] for socket in (one, two)] == ["connection_confirmed"] * 2
        yield screening, people, (one, two)


def test_a_booking_reaches_the_watchers_of_every_process(house, watched, seats):
    screening, people, sockets = watched
    for number, (server, person) in enumerate(zip(house.tabs, people, strict=True)):
        with client(server, person) as tab:
            asked = {"screening_id": screening, "seat_ids": seats[number : number + 1]}
            assert tab.post(BOOK, json=asked).status_code == 201

        updates = [told(socket) for socket in sockets]

        assert [statuses_in(update) for update in updates] == [{seats[number]: "booked"}] * 2
        assert [update["seq"] for update in updates] == [number + 1] * 2


def test_a_hold_reaches_a_watcher_in_under_half_a_second(house, watched, seats):
    screening, people, (_, socket) = watched
    delays = []
    with client(house.tabs[0], people[0]) as tab:
        for seat in seats[:5]:
            began = time.monotonic()
            tab.post(RESERVE, json={"screening_id": screening, "seat_ids": [seat]})
            assert statuses_in(told(socket)) == {seat: "reserved"}
            delays.append(time.monotonic() - began)

    assert sorted(delays)[2] < 0.5, delays


def test_a_booking_by_a_command_reaches_every_watcher(house, watched, seats):
    screening, people, sockets = watched

    run_inside(house.product, BOOK_IN_A_COMMAND.format(person=people[0], screening=screening, seat=seats[3]))

    assert [statuses_in(told(socket)) for socket in sockets] == [{seats[3]: "booked"}] * 2


def test_r57_what_a_crash_left_behind_is_delivered_by_the_relay(house, watched, seats):
    screening, people, sockets = watched
    code = DIE_AFTER_THE_COMMIT.format(person=people[0], screening=screening, seat=seats[4])

    died = house.product.manage("shell", "-v", "0", "-c", code)

    assert died.returncode == -9
    assert [statuses_in(told(socket)) for socket in sockets] == [{seats[4]: "reserved"}] * 2
    delivered = "SELECT COUNT(*) FROM common_outboxmessage WHERE key = %s AND delivered_at IS NOT NULL"
    deadline = time.monotonic() + 5
    while house.product.query(delivered, f"{screening}:1") != [(1,)]:
        assert time.monotonic() < deadline


def test_expiry_reaches_watchers_within_half_a_second(house, watched, seats):
    screening, people, sockets = watched
    house.product.execute(["UPDATE catalog_cinema SET hold_seconds = 2, version = version + 1"])
    late = []
    with client(house.tabs[0], people[0]) as tab:
        for seat in seats[:3]:
            answer = tab.post(RESERVE, json={"screening_id": screening, "seat_ids": [seat]})
            ends = datetime.fromisoformat(answer.json()["reservations"][0]["expires_at"]).timestamp()
            for socket in sockets:
                assert statuses_in(told(socket)) == {seat: "reserved"}
            for socket in sockets:
                assert statuses_in(told(socket)) == {seat: "available"}
            late.append(time.time() + house.product.clock.offset - ends)
    house.product.execute(["UPDATE catalog_cinema SET hold_seconds = NULL, version = version + 1"])

    assert 0 <= sorted(late)[1] <= 0.5, late


def test_signing_out_closes_the_sockets_within_five_seconds(house, watched):
    _, people, (mine, other) = watched
    with client(house.tabs[1], people[0]) as tab:
        assert tab.post("/api/v1/auth/logout").status_code == 200

    with pytest.raises(ConnectionClosed) as closed:
        told(mine, seconds=5)

    assert closed.value.rcvd.code == 4401
    other.send('{"type": "ping"}')
    assert told(other)["type"] == "pong"


def test_ws_stats_count_the_watchers_of_all_processes(house, watched):
    screening, *_ = watched
    deadline = time.monotonic() + 10
    while True:
        with client(house.tabs[0]) as tab:
            stats = tab.get("/ws/stats").json()
        if stats["screening_details"].get(str(screening)) == 2:
            break
        assert time.monotonic() < deadline, stats

    assert screening in stats["active_screenings"]
    assert stats["total_connections"] >= 2


def test_bad_addresses_close_with_their_code(house, watched):
    screening, [person, _], _ = watched
    nobody = type(person)(0, "not-a-token")
    codes = []
    for number, caller, options in (
        (screening, nobody, {}),
        (10**9, person, {}),
        (screening, person, {"origin": "https://evil.test"}),
    ):
        with watch(house.tabs[0], number, caller, **options) as socket, pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=5)
        codes.append(closed.value.rcvd.code)

    assert codes == [4401, 4404, 4403]


@pytest.mark.long
@pytest.mark.postgresql
@pytest.mark.parametrize("house", ["scaled"], indirect=True)
def test_a_socket_idle_for_a_minute_still_receives(house, watched, seats):
    """Real time is the subject: what closes idle connections does so after half a minute."""
    screening, people, sockets = watched
    until = time.monotonic() + 61
    heard = []
    while (left := until - time.monotonic()) > 0:
        try:
            heard.append(json.loads(sockets[0].recv(timeout=left)))
        except TimeoutError:
            break
    with client(house.tabs[1], people[1]) as tab:
        tab.post(BOOK, json={"screening_id": screening, "seat_ids": seats[:2]})

    assert [message["type"] for message in heard] == ["heartbeat"] * len(heard)
    assert {message["seq"] for message in heard} == {0}
    assert 3 <= len(heard) <= 4
    assert [statuses_in(told(socket)) for socket in sockets] == [dict.fromkeys(seats[:2], "booked")] * 2
