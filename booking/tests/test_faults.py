"""R58 and the crash of a web process: what was acknowledged is kept, and the sale goes on."""

import threading
import time
from contextlib import suppress

import httpx
import pytest

from booking.tests.auditing import audit
from booking.tests.sale import BOOK, BOOK_FROM_RESERVATION, RESERVE, client, open_sale, statuses_in, told, watch

pytestmark = [pytest.mark.timeout(180)]
BUYERS, SEATS = 6, 60


@pytest.mark.postgresql
def test_r58_without_redis_the_sale_goes_on_and_sockets_follow_the_database(scaled, mortal_redis):
    world = open_sale(scaled, seats=8)
    [screening], seats, [buyer, watcher] = world.screenings, world.seats, world.people
    web, http = scaled.start("web"), scaled.start("http")
    asked = {"screening_id": screening}
    with client(http, buyer) as tab, client(web, buyer) as other_tab, watch(web, screening, watcher) as socket:
        assert told(socket)["type"] == "connection_confirmed"
        tab.post(RESERVE, json=asked | {"seat_ids": seats[:2]})
        assert statuses_in(told(socket)) == dict.fromkeys(seats[:2], "reserved")
        mortal_redis.kill()

        answers, delays = [], []
        for call in (
            lambda: tab.post(RESERVE, json=asked | {"seat_ids": seats[2:3]}),
            lambda: tab.post(BOOK_FROM_RESERVATION, json=asked | {"seat_ids": seats[:2], "payment_id": "paid"}),
            lambda: other_tab.post(BOOK, json=asked | {"seat_ids": seats[4:5]}),
            lambda: tab.delete(f"/api/v1/seat-reservations/cancel/{screening}"),
        ):
            began = time.monotonic()
            answers.append(call())
            told(socket)
            delays.append(time.monotonic() - began)
        pages = [
            tab.get(path) for path in ("/api/v1/movies", "/api/v1/auth/me", "/api/v1/tickets/my-tickets", "/ws/stats")
        ]

    assert [answer.status_code for answer in answers] == [201, 201, 201, 204]
    assert [page.status_code for page in pages] == [200, 200, 200, 200]
    assert max(delays) < 2, delays
    assert max(answer.elapsed.total_seconds() for answer in answers) < 1


class Buyer(threading.Thread):
    """Books one seat after the other; remembers what was acknowledged, and what nobody knows."""

    def __init__(self, server, person, screening, seats):
        super().__init__()
        self.server, self.person, self.screening, self.seats = server, person, screening, seats
        self.acknowledged: dict[int, int] = {}
        self.unknown: list[int] = []

    def run(self):
        with client(self.server, self.person) as tab:
            for seat in self.seats:
                try:
                    answer = book(tab, self.screening, seat)
                except httpx.TransportError:
                    self.unknown.append(seat)
                    return
                assert answer.status_code == 201, answer.text
                self.acknowledged[seat] = answer.json()[0]["id"]


def book(tab, screening, seat):
    return tab.post(BOOK, json={"screening_id": screening, "seat_ids": [seat], "payment_id": f"paid for {seat}"})


def test_p4_p5_a_web_process_killed_mid_sale_loses_no_acknowledged_ticket(product):
    world = open_sale(product, people=BUYERS, seats=SEATS)
    [screening] = world.screenings
    server = product.start()
    buyers = [Buyer(server, person, screening, world.seats[n::BUYERS]) for n, person in enumerate(world.people)]
    for buyer in buyers:
        buyer.start()
    while sum(len(buyer.acknowledged) for buyer in buyers) < SEATS // 3:
        time.sleep(0.001)
    server.kill()
    for buyer in buyers:
        buyer.join()

    acknowledged = {seat: ticket for buyer in buyers for seat, ticket in buyer.acknowledged.items()}
    sold = dict(product.query("SELECT seat_id, id FROM booking_seatclaim WHERE state = 'confirmed'"))
    unknown = {seat for buyer in buyers for seat in buyer.unknown}
    assert unknown, "nothing was under way when the process died"
    assert acknowledged.items() <= sold.items()
    assert sold.keys() - acknowledged.keys() <= unknown

    again = product.start()
    for buyer in buyers:
        with client(again, buyer.person) as tab:
            replayed = {seat: book(tab, screening, seat) for seat in [*buyer.acknowledged, *buyer.unknown]}
        assert {answer.status_code for answer in replayed.values()} == {201}
        assert {seat: replayed[seat].json()[0]["id"] for seat in buyer.acknowledged} == buyer.acknowledged
    count = product.query("SELECT COUNT(*), COUNT(DISTINCT seat_id) FROM booking_seatclaim WHERE state = 'confirmed'")
    assert count == [(len(acknowledged) + len(unknown),) * 2]
    assert audit(product) == []


def test_p6_a_restart_takes_the_messages_up_again(product):
    """Sockets that come back ask for what they missed, and get it in order."""
    world = open_sale(product, seats=4)
    [screening], seats, [buyer, watcher] = world.screenings, world.seats, world.people
    server = product.start()
    with client(server, buyer) as tab, watch(server, screening, watcher) as socket:
        seq = told(socket)["seq"]
        for seat in seats[:3]:
            assert book(tab, screening, seat).status_code == 201
        server.kill()
        with suppress(Exception):
            while True:
                told(socket)
    again = product.start()

    with watch(again, screening, watcher) as socket:
        assert told(socket)["seq"] == 3
        socket.send(f'{{"type": "resume", "seq": {seq}}}')
        missed = [told(socket) for _ in range(3)]

    assert [(message["seq"], statuses_in(message)) for message in missed] == [
        (number, {seat: "booked"}) for number, seat in enumerate(seats[:3], start=1)
    ]
