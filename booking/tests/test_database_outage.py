"""R58 and P5: PostgreSQL goes away in the middle of a sale, and comes back."""

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from booking.tests.auditing import audit
from booking.tests.sale import BOOK, RESERVE, client, open_sale, told, watch
from cinema_project.tests.product import migrated_postgresql, scaled_product
from cinema_project.tests.services import Services

pytestmark = [pytest.mark.timeout(240), pytest.mark.postgresql]
OUTAGE_SECONDS = 12  # long enough for pauses between attempts to grow, if they did
BACKGROUND = ("relay", "worker", "beat")
HARD_WORK = 24  # more requests at once than a process has connections


@pytest.fixture
def outage(scaled, tmp_path):
    """A product on a PostgreSQL of its own, which the test may end."""
    folder = Path(tempfile.mkdtemp(prefix="cinema-outage-"))
    folder.chmod(0o755)  # PostgreSQL refuses root, and another user must get there
    services = Services(folder)
    server = services.own_postgresql()
    product = scaled_product(server.url, migrated_postgresql(server.url, tmp_path), scaled.redis_url, tmp_path)
    yield product, server
    product.close()
    services.stop()


def test_r58_p5_without_postgresql_a_clear_503_and_sales_right_after_it_is_back(outage):
    product, database = outage
    world = open_sale(product, people=2, seats=20)
    [screening], seats, [buyer, watcher] = world.screenings, world.seats, world.people
    background = [product.start(kind) for kind in BACKGROUND]
    servers = [product.start("web"), product.start("http")]
    with ExitStack() as opened:
        tabs = [opened.enter_context(client(server, buyer)) for server in servers]
        socket = opened.enter_context(watch(servers[0], screening, watcher))
        assert told(socket)["type"] == "connection_confirmed"
        assert book(tabs[0], screening, seats[0]).status_code == 201

        database.stop()
        background += [product.start(kind) for kind in BACKGROUND]
        with ThreadPoolExecutor(HARD_WORK) as crowd:
            refusals = list(
                crowd.map(lambda n: asked_once(servers[n % 2], buyer, screening, seats[1]), range(HARD_WORK))
            )
        time.sleep(OUTAGE_SECONDS)
        late = [asked_once(server, buyer, screening, seats[1]) for server in servers]
        page = tabs[0].get("/", headers={"accept": "text/html"})

        database.start()
        began = time.monotonic()
        for tab, seat in zip(tabs, seats[2:4], strict=True):
            while book(tab, screening, seat).status_code != 201:
                assert time.monotonic() - began < 5
                time.sleep(0.1)
        while told(socket).get("seat_id") != seats[3]:  # what was said before, and then the newest
            pass

    for answer, seconds in refusals + late:
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2"), answer.text
        assert answer.json()["status"] == 503
        assert seconds < 3
    assert page.status_code == 503
    assert "html" in page.headers["content-type"]
    assert [one.process.child.poll() for one in background] == [None] * 6
    assert audit(product) == []


def asked_once(server, person, screening, seat):
    """Return the answer to one hold, and after how many seconds it came."""
    with client(server, person) as tab:
        began = time.monotonic()
        answer = tab.post(RESERVE, json={"screening_id": screening, "seat_ids": [seat]})
        return answer, time.monotonic() - began


def book(tab, screening, seat):
    return tab.post(BOOK, json={"screening_id": screening, "seat_ids": [seat], "payment_id": f"paid for {seat}"})
