"""R58: broker, mail server and Redis are killed in turn during a sale; nobody notices, and nothing is lost."""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from itertools import count

import httpx
import pytest
from aiosmtpd.controller import Controller

from booking.tests.auditing import audit
from booking.tests.brokers import Mosquitto, board, truth, until
from booking.tests.sale import BOOK_FROM_RESERVATION, RESERVE, World, client, open_sale
from cinema_project.tests.processes import HOST, free_port
from cinema_project.tests.product import Product, Server

pytestmark = [pytest.mark.timeout(300), pytest.mark.postgresql]
SALES, TILLS, SEATS, SCREENINGS = 500, 8, 100, 5
UNDELIVERED = "SELECT topic, key, last_error FROM common_outboxmessage WHERE delivered_at IS NULL"


class MailServer:
    """Takes every mail, while it is there, and remembers the booking numbers in the subjects."""

    def __init__(self) -> None:
        self.port = free_port()
        self.taken: list[str] = []
        self._running: Controller | None = None

    async def handle_DATA(self, server, session, envelope) -> str:
        subject = message_from_bytes(envelope.content, policy=policy.default)["Subject"]
        self.taken += re.findall(r"\(([0-9A-Z]{8})\)", subject)
        return "250 OK"

    def start(self) -> None:
        self._running = Controller(self, hostname=HOST, port=self.port)
        self._running.start()

    def kill(self) -> None:
        if self._running:
            self._running.stop()
        self._running = None


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.kill()


@pytest.fixture
def broker(tmp_path) -> Iterator[Mosquitto]:
    """One that forgets everything when it is killed."""
    started = Mosquitto(tmp_path / "mosquitto")
    started.start()
    yield started
    started.kill()


class Sale:
    """Sells one seat after the other at several tills."""

    def __init__(self, servers: list[Server], world: World) -> None:
        self.servers, self.world = servers, world
        self.seats = [(screening, seat) for seat in world.seats for screening in world.screenings]
        self.places = count()
        self.answers: list[tuple[int, float]] = []

    def run(self, plan: dict[int, Callable[[], object]]) -> None:
        """Sell everything. What is planned happens once so many are sold, in this thread: servers die with theirs."""
        tills = [threading.Thread(target=self._till, args=[number]) for number in range(TILLS)]
        for till in tills:
            till.start()
        for sold, happens in plan.items():
            until(lambda: len(self.answers) >= 2 * sold, seconds=120)  # noqa: B023
            happens()
        assert len(self.answers) < 2 * SALES, "the sale was over before everything had happened"
        for till in tills:
            till.join()

    def _till(self, number: int) -> None:
        with client(self.servers[number % len(self.servers)]) as tab:
            while (place := next(self.places)) < len(self.seats):
                self._sell(tab, place)

    def _sell(self, tab: httpx.Client, place: int) -> None:
        screening, seat = self.seats[place]
        signed_in = {"authorization": f"Bearer {self.world.people[place % len(self.world.people)].token}"}
        wanted = {"screening_id": screening, "seat_ids": [seat]}
        held = tab.post(RESERVE, json=wanted, headers=signed_in)
        paid = tab.post(BOOK_FROM_RESERVATION, json=wanted | {"payment_id": f"paid {place}"}, headers=signed_in)
        self.answers += [(answer.status_code, answer.elapsed.total_seconds()) for answer in (held, paid)]


def start(product: Product) -> list[Server]:
    servers = [product.start("web"), product.start("http")]
    product.start("relay")
    product.start("relay")
    return servers


@pytest.mark.long
def test_r58_p7_500_sales_while_broker_mail_server_and_redis_are_killed_in_turn(
    scaled, broker, mail_server, mortal_redis
):
    scaled.settings |= {"MQTT_URL": broker.url, "EMAIL_URL": f"smtp://{HOST}:{mail_server.port}"}
    # At most ten seats a person and screening.
    world = open_sale(scaled, people=60, seats=SEATS, screenings=SCREENINGS)
    servers = start(scaled)
    until(lambda: board(broker) == truth(servers[0], world))
    sale = Sale(servers, world)

    sale.run(
        {
            50: broker.kill,
            150: broker.start,
            175: mail_server.kill,
            275: mail_server.start,
            300: mortal_redis.kill,
            450: mortal_redis.start,
        }
    )

    assert [status for status, _ in sale.answers] == [201] * 2 * SALES
    assert max(seconds for _, seconds in sale.answers) < 5
    assert scaled.query("SELECT COUNT(*) FROM booking_seatclaim WHERE state = 'confirmed'") == [(SALES,)]
    assert audit(scaled) == []
    until(lambda: board(broker) == truth(servers[0], world))
    # Mails are tried again every 30 seconds at least, and 500 of them take a busy machine a while.
    until(lambda: scaled.query(UNDELIVERED) == [], seconds=150)
    mails = Counter(mail_server.taken)
    assert mails.keys() == {number for (number,) in scaled.query("SELECT booking_number FROM booking_booking")}
    assert max(mails.values()) <= 2  # one that was taken while the server died may come again (P7)
