"""P7, R58: the running product, while broker and relays are killed: afterwards what is retained is what is true."""

import random
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from booking.tests.auditing import audit
from booking.tests.brokers import Mosquitto, board, listening, truth, until
from booking.tests.sale import BOOK, RESERVE, Person, World, client, open_sale
from cinema_project.tests.product import Product, Server

pytestmark = [pytest.mark.timeout(240)]
PEOPLE, SEATS, SCREENINGS = 6, 16, 3


@pytest.fixture
def broker(tmp_path) -> Iterator[Mosquitto]:
    """One that forgets everything when it is killed."""
    started = Mosquitto(tmp_path / "mosquitto")
    started.start()
    yield started
    started.kill()


@pytest.fixture
def world(product: Product, broker: Mosquitto) -> World:
    product.settings["MQTT_URL"] = broker.url
    return open_sale(product, people=PEOPLE, seats=SEATS, screenings=SCREENINGS)


def start(product: Product) -> tuple[Server, Server]:
    """Start what serves, and what talks to the broker; embedded they are one."""
    web = product.start()
    return web, product.start("relay") if product.is_scaled else web


class Customer(threading.Thread):
    """Holds, buys, gives back, at random, until told to stop."""

    def __init__(self, web: Server, person: Person, world: World, stop: threading.Event) -> None:
        super().__init__()
        self.web, self.person, self.world, self.stopped = web, person, world, stop
        self.chance = random.Random(person.id)
        self.statuses: list[int] = []
        self.tickets: list[int] = []

    def run(self) -> None:
        with client(self.web, self.person) as tab:
            while not self.stopped.is_set():
                self.statuses.append(self.act(tab).status_code)

    def act(self, tab: Any) -> Any:
        screening = self.chance.choice(self.world.screenings)
        asked = {"screening_id": screening, "seat_ids": self.chance.sample(self.world.seats, self.chance.randint(1, 3))}
        kind = self.chance.choice(["hold", "hold", "book", "release", "cancel", "cancel"])
        if kind == "release":
            return tab.delete(f"/api/v1/seat-reservations/cancel/{screening}")
        if kind == "cancel" and self.tickets:
            return tab.delete(f"/api/v1/tickets/{self.tickets.pop()}")
        answer = tab.post(RESERVE if kind == "hold" else BOOK, json=asked)
        if kind != "hold" and answer.status_code == 201:
            self.tickets += [ticket["id"] for ticket in answer.json()]
        return answer


def storm(web: Server, world: World, *faults: Callable[[], object]) -> list[int]:
    """Let everybody act while the faults happen, one each second; return the statuses of all answers."""
    stop = threading.Event()
    customers = [Customer(web, person, world, stop) for person in world.people]
    for customer in customers:
        customer.start()
    for fault in faults:
        time.sleep(1)
        fault()
    time.sleep(1)
    stop.set()
    for customer in customers:
        customer.join()
    return [status for customer in customers for status in customer.statuses]


def check(statuses: list[int]) -> None:
    """The storm was one, and nobody saw a fault."""
    assert {status // 100 for status in statuses} <= {2, 4}
    assert sum(status in (201, 204) for status in statuses) > 50


def test_p7_what_is_retained_is_true_after_a_storm_with_the_broker_killed(product, broker, world):
    web, _ = start(product)
    until(lambda: board(broker) == truth(web, world))

    statuses = storm(web, world, broker.kill, broker.start, broker.kill, broker.start)

    check(statuses)
    until(lambda: board(broker) == truth(web, world))
    assert {"available", "reserved", "booked"} == {s for seats in board(broker).seats.values() for s in seats.values()}
    assert audit(product) == []


@pytest.mark.postgresql
def test_p7_what_is_retained_is_true_after_a_storm_with_relays_killed(scaled, broker):
    scaled.settings["MQTT_URL"] = broker.url
    world = open_sale(scaled, people=PEOPLE, seats=SEATS, screenings=SCREENINGS)
    web, relay = start(scaled)
    until(lambda: board(broker) == truth(web, world))
    scaled.start("relay")  # stands by, until it has the turn

    statuses = storm(web, world, relay.kill, lambda: scaled.start("relay"), scaled.servers[2].kill)

    check(statuses)
    until(lambda: board(broker) == truth(web, world))


def test_requests_survive_a_killed_relay_and_are_sold_once(product, broker, world):
    _, relay = start(product)
    screening, [person, *_] = world.screenings[0], world.people
    until(lambda: board(broker).seats)
    with listening(broker, "booking/response/#", user="ear", password="peanuts") as ear, listening(broker) as buyer:
        for number, seat in enumerate(world.seats[:8]):
            if number == 4:
                relay.kill()
            request = {"token": person.token, "showing_id": screening, "seat_ids": [seat]}
            buyer.say("booking/request", request | ({"payment_id": f"paid {seat}"} if number % 2 else {}))
        product.start("relay" if product.is_scaled else "web")

        def answered() -> dict[int, bool]:
            answers = [answer for topic in {topic for topic, _ in ear.words} for answer in ear.heard(topic)]
            return {ticket["seat_id"]: answer["success"] for answer in answers for ticket in answer["tickets"] or []}

        assert ear.wait(lambda: len(answered()) == 8, seconds=20), ear.words
        answers = answered()

    assert answers == dict.fromkeys(world.seats[:8], True)
    assert product.query("SELECT COUNT(*) FROM booking_seatclaim") == [(8,)]


def sale_seconds(web: Server, person: Person, screening: int, seats: list[int]) -> list[float]:
    """Hold and buy each seat and give it back; return how long each answer took."""
    taken = []
    with client(web, person) as tab:
        for seat in seats:
            asked = {"screening_id": screening, "seat_ids": [seat]}
            answers = [tab.post(RESERVE, json=asked), tab.post(BOOK, json=asked)]
            assert [answer.status_code for answer in answers] == [201, 201]
            taken += [answer.elapsed.total_seconds() for answer in answers]
            assert tab.delete(f"/api/v1/tickets/{answers[1].json()[0]['id']}").status_code == 204
    return taken


@pytest.mark.parametrize("fault", ["killed", "silent"])
def test_r58_a_broker_that_is_down_slows_no_sale(product, broker, world, fault):
    web, _ = start(product)
    until(lambda: board(broker) == truth(web, world))
    fail, mend = (broker.kill, broker.start) if fault == "killed" else (broker.pause, broker.go_on)
    person, screening = world.people[0], world.screenings[0]
    up, down = [], []
    for seats in (world.seats[:4], world.seats[4:8], world.seats[8:12], world.seats[12:]):
        up += sale_seconds(web, person, screening, seats)
        fail()
        down += sale_seconds(web, person, screening, seats)
        mend()

    assert statistics.median(down) < statistics.median(up) + 0.05
    assert max(down) < max(up) + 1


def test_readiness_names_the_broker_that_is_down(product, broker, world):
    web, _ = start(product)

    def ready() -> dict[str, Any]:
        with client(web) as tab:
            answer = tab.get("/health/ready")
            assert answer.status_code == 200
            return answer.json()

    assert ready() == {"status": "ok"}
    broker.kill()
    assert ready() == {"status": "degraded", "failed": ["mqtt_broker"]}
    broker.start()
    assert ready() == {"status": "ok"}


def test_the_relay_says_what_it_does(scaled, broker):
    off = scaled.start("relay")
    scaled.settings["MQTT_URL"] = broker.url
    on = scaled.start("relay")

    until(lambda: "Publishing seats to MQTT" in on.output())
    assert "MQTT is off" in off.output()
    assert f"MQTT goes to 127.0.0.1:{broker.port}" in on.output()
    assert "popcorn" not in on.output()
