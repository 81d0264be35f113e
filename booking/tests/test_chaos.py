"""P4 and P6: twenty faults during a sale, and an outside ledger that must agree with the database afterwards."""

import json
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from booking.tests.auditing import audit
from booking.tests.chaos import DELAY_SECONDS, PAUSE_SECONDS, Buyer, Ledger, Wire, book, paused, within
from booking.tests.sale import Person, client, open_sale
from cinema_project.tests.processes import Process
from cinema_project.tests.product import Product, Server, migrated_postgresql, scaled_product
from cinema_project.tests.services import MortalRedis, PostgreSQL, Services

pytestmark = [pytest.mark.timeout(600), pytest.mark.postgresql]
BUYERS, SEATS_EACH, SCREENINGS = 12, 10, 120
BACKGROUND = ("relay", "worker", "beat")
KEEPS_ITS_WORD = ("max_connections=400", "fsync=off")  # safe from kill -9; only a power cut wants more
SOLD = "SELECT screening_id, seat_id, id FROM booking_seatclaim WHERE state = 'confirmed'"


class House:
    """The product at full size, on a database and a Redis of its own."""

    def __init__(self, folder: Path, database: PostgreSQL, redis: MortalRedis) -> None:
        self.database, self.redis = database, redis
        template = migrated_postgresql(database.url, folder)
        self.product: Product = scaled_product(database.url, template, redis.url, folder)
        self.world = open_sale(self.product, people=BUYERS + 1, seats=BUYERS * SEATS_EACH, screenings=SCREENINGS)
        self.servers: dict[str, Server] = {name: self.product.start(name) for name in ("web", "http", *BACKGROUND)}
        self.wires = {name: Wire(self.servers[name].port) for name in ("web", "http")}

    def restart(self, name: str) -> None:
        """End a process as a crash does, and start another one."""
        self.servers[name].kill()
        self.servers[name] = self.product.start(name)
        if name in self.wires:
            self.wires[name].target = self.servers[name].port

    def restart_redis(self) -> None:
        self.redis.kill()
        time.sleep(PAUSE_SECONDS)
        self.redis.start()

    def restart_database(self) -> None:
        self.database.process.kill()
        time.sleep(PAUSE_SECONDS)
        assert within(20, self._database_starts)

    def _database_starts(self) -> bool:
        """Its last processes may still be on their way out."""
        with suppress(Exception):
            self.database.start()
            return True
        return False

    def pause(self, process: Callable[[], Process]) -> None:
        with paused(process()):
            time.sleep(PAUSE_SECONDS)

    def cut(self, name: str) -> None:
        """Hang up on everybody while their requests are under way."""
        self.wires[name].delay = DELAY_SECONDS
        time.sleep(DELAY_SECONDS)
        self.wires[name].cut()
        self.wires[name].delay = 0

    def slow_down(self, name: str) -> None:
        self.wires[name].delay = DELAY_SECONDS
        time.sleep(PAUSE_SECONDS)
        self.wires[name].delay = 0

    def faults(self) -> list[tuple[str, Callable[[], None]]]:
        """Return twenty of them."""
        kills = [*("web", "http") * 2, *BACKGROUND]
        pauses = ("web", "http", "relay", "worker")
        found: list[tuple[str, Callable[[], None]]] = [
            *((f"kill {name}", lambda name=name: self.restart(name)) for name in kills),
            *((f"pause {name}", lambda name=name: self.pause(lambda: self.servers[name].process)) for name in pauses),
            *((f"cut {name}", lambda name=name: self.cut(name)) for name in ("web", "http", "web")),
            ("slow http", lambda: self.slow_down("http")),
            ("kill redis", self.restart_redis),
            ("pause redis", lambda: self.pause(lambda: self.redis.process)),
            *(("kill postgresql", self.restart_database) for _ in range(2)),
            ("pause postgresql", lambda: self.pause(lambda: self.database.process)),
        ]
        return found


class Watcher(threading.Thread):
    """An open seat map that comes back whenever it is hung up on, and asks for what it missed."""

    def __init__(self, house: House, person: Person, screening: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.house, self.person, self.screening, self.stop = house, person, screening, stop
        self.seq = 0

    def run(self) -> None:
        while not self.stop.is_set():
            with suppress(OSError, WebSocketException, TimeoutError):
                self._watch(
                    f"{self.house.servers['web'].ws_url}/ws/screenings/{self.screening}?token={self.person.token}"
                )
            time.sleep(0.1)

    def _watch(self, address: str) -> None:
        with connect(address, compression=None, open_timeout=2, close_timeout=1) as socket:
            while not self.stop.is_set():
                self.seq = max(self.seq, json.loads(socket.recv(timeout=20)).get("seq", 0))

    def sees_the_present(self) -> bool:
        """Tell whether the map gets as far, within two seconds, as the database is now (P6)."""
        [(seq,)] = self.house.product.query("SELECT seat_seq FROM catalog_screening WHERE id = %s", self.screening)
        return within(2, lambda: self.seq >= seq)


@pytest.fixture
def house(tmp_path) -> Iterator[House]:
    folder = Path(tempfile.mkdtemp(prefix="cinema-chaos-"))
    folder.chmod(0o755)  # PostgreSQL refuses root, and another user must get there
    services, redis = Services(folder), MortalRedis(tmp_path)
    redis.start()
    made = House(tmp_path, services.own_postgresql(KEEPS_ITS_WORD), redis)
    yield made
    made.product.close()
    for wire in made.wires.values():
        wire.close()
    redis.kill()
    services.stop()


def test_p4_p6_twenty_faults_lose_nothing_and_double_nothing(house):
    ledger, stop, watched = Ledger(), threading.Event(), house.world.screenings[0]
    *people, onlooker = house.world.people
    buyers = [
        Buyer(list(house.wires.values())[number % 2], person, places_of(house, number), ledger, stop)
        for number, person in enumerate(people)
    ]
    watcher = Watcher(house, onlooker, watched, stop)
    faults = house.faults()
    random.Random(20).shuffle(faults)
    blind = []
    for thread in (watcher, *buyers):
        thread.start()
    for name, strike in faults:
        time.sleep(0.5)
        strike()
        if not within(5, watcher.sees_the_present):  # five seconds to come back, two to catch up
            blind.append(name)
    stop.set()
    for thread in buyers:
        thread.join(30)

    assert len(faults) == 20
    assert (ledger.strange, blind) == ([], [])
    assert len(ledger.unknown) >= 50, "too little was under way when the faults struck"
    sold = {(screening, seat): ticket for screening, seat, ticket in house.product.query(SOLD)}
    assert ledger.sold.items() <= sold.items()
    assert sold.keys() - ledger.sold.keys() <= ledger.unknown.keys()
    assert not ledger.refused & sold.keys()

    replayed = {place: repeated(house, person, place) for place, person in ledger.unknown.items()}
    assert all(sold.get(place, ticket) == ticket for place, ticket in replayed.items())
    [(tickets, places)] = house.product.query(
        "SELECT COUNT(*), COUNT(DISTINCT (screening_id, seat_id)) FROM booking_seatclaim WHERE state = 'confirmed'"
    )
    assert tickets == places == len(ledger.sold) + len(ledger.unknown)
    assert audit(house.product) == []


def places_of(house: House, number: int) -> list[tuple[int, int]]:
    """Return the seats that are this buyer's to buy: ten in each screening, a new screening each time."""
    seats = house.world.seats[number * SEATS_EACH : (number + 1) * SEATS_EACH]
    return [(screening, seat) for seat in seats for screening in house.world.screenings]


def repeated(house: House, person: Person, place: tuple[int, int]) -> int:
    with client(house.servers["http"], person) as tab:
        answer = book(tab, place)
    assert answer.status_code == 201, answer.text
    return answer.json()[0]["id"]
