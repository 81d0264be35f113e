"""Fixtures of the sale."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from booking.selectors import seatmap
from booking.services import contested
from booking.tests.auditing import audited
from booking.tests.brokers import Mosquitto, Relay
from booking.tests.make import NOON
from booking.tests.parallel import Queue
from booking.tests.sale import Person, World, open_sale
from catalog.selectors import layouts
from cinema_project.common import database
from cinema_project.environment import Mqtt
from cinema_project.tests.clock import Clock
from cinema_project.tests.processes import HOST
from cinema_project.tests.product import Product, Server, drop_database, embedded_product, scaled_product
from cinema_project.tests.services import MQTT_PASSWORD, MQTT_USER


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Forget the maps of earlier tests: SQLite gives the ids of rolled back rows away again."""
    seatmap._remembered.clear()
    layouts._remembered.clear()
    contested._refused_at.clear()
    contested._offers.clear()


@pytest.fixture
def noon(clock: Clock) -> Clock:
    """The clock, stopped."""
    clock.at(NOON)
    return clock


@dataclass
class House:
    """A running product that the tests of a module share; each takes a screening and people of its own."""

    product: Product
    servers: list[Server]
    world: World

    @property
    def tabs(self) -> tuple[Server, Server]:
        """Where two people are: at different web processes where there may be two."""
        return self.servers[0], self.servers[-1]

    def next_screening(self) -> int:
        return self.world.screenings.pop()

    def next_people(self, count: int) -> list[Person]:
        return [self.world.people.pop() for _ in range(count)]


@pytest.fixture(scope="module", params=["embedded", pytest.param("scaled", marks=pytest.mark.postgresql)])
def house(request: pytest.FixtureRequest) -> House:
    """Embedded: one process. Scaled: two web processes and the relay."""
    product = request.getfixturevalue(f"module_{request.param}")
    world = open_sale(product, people=60, seats=12, screenings=30)
    servers = [product.start()]
    if product.is_scaled:
        servers += [product.start()]
        product.start("relay")
    return House(product, servers, world)


@pytest.fixture(scope="module")
def module_embedded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("embedded")
    with audited(embedded_product(request.getfixturevalue("sqlite_template"), folder), request) as product:
        yield product


@pytest.fixture(scope="module")
def module_scaled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    url, redis_url = os.environ["TEST_DATABASE_URL"], os.environ["TEST_REDIS_URL"]
    folder = tmp_path_factory.mktemp("scaled")
    template = request.getfixturevalue("postgresql_template")
    with audited(scaled_product(url, template, redis_url, folder), request) as product:
        yield product
    drop_database(url, product.database_url.rsplit("/", 1)[1])


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Queue:
    """The queue of SQLite's writers, watched."""
    made = Queue()
    monkeypatch.setattr(database, "_sqlite_writer", made)
    return made


@pytest.fixture
def verify(settings) -> None:
    """Payments are verified with the test bank."""
    settings.PAYMENTS_MODE, settings.PAYMENT_PROVIDER = "verify", "fake"


@pytest.fixture
def broker(tmp_path: Path, settings: Any) -> Iterator[Mosquitto]:
    """A running Mosquitto, which this process's relays talk to."""
    folder = tmp_path / "mosquitto"
    started = Mosquitto(folder, settings=("persistence true", f"persistence_location {folder}/"))
    started.start()
    settings.MQTT = Mqtt(HOST, started.port, MQTT_USER, MQTT_PASSWORD)
    yield started
    started.kill()


@pytest.fixture
def start_relay(broker: Mosquitto) -> Iterator[Callable[[], Relay]]:
    relays: list[Relay] = []

    def start_another() -> Relay:
        relays.append(Relay())
        return relays[-1]

    yield start_another
    for relay in relays:
        relay.stop()
