"""P7 in the running product: what sales do while the mail server is slow or away, and what a crash costs."""

import time
from collections import Counter
from email.message import EmailMessage

import pytest

from booking.tests.auditing import audit
from booking.tests.reading import parsed
from booking.tests.sale import BOOK, client, open_sale, statuses_in, told, watch
from cinema_project.tests.mail_servers import Sink, running
from cinema_project.tests.processes import HOST, free_port

pytestmark = [pytest.mark.timeout(180)]
SALES = 24
UNTOLD = "SELECT COUNT(*) FROM common_outboxmessage WHERE topic = 'seats' AND delivered_at IS NULL"


def wait_until(ready, *, seconds=30.0):
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.02)


def start(product):
    """Start a web process, and the relay where it is not part of it."""
    server = product.start()
    return server, product.start("relay") if product.is_scaled else server


def buy(server, world, count=SALES):
    """Let people buy a seat each; return the numbers of their bookings."""
    numbers = []
    for person, seat in zip(world.people, world.seats[:count], strict=False):
        with client(server, person) as tab:
            answer = tab.post(BOOK, json={"screening_id": world.screenings[0], "seat_ids": [seat]})
        assert answer.status_code == 201, answer.text
        numbers.append(answer.json()[0]["booking_number"])
    return numbers


def bookings_in(letters: list[EmailMessage]) -> Counter:
    """Count the mails about each booking."""
    return Counter(letter["Subject"].rpartition("(")[2].partition(")")[0] for letter in letters)


def taken(sink):
    return bookings_in([received.letter for received in sink.taken])


def undelivered(product):
    [(count,)] = product.query(
        "SELECT COUNT(*) FROM common_outboxmessage WHERE topic = 'booking_confirmed' AND delivered_at IS NULL"
    )
    return count


def test_p7_each_sale_is_mailed_once_and_a_failed_one_never(product):
    """First there is no mail server at all, then one, and two relays where there may be."""
    world = open_sale(product, people=SALES, seats=SALES)
    port = free_port()
    product.settings["EMAIL_URL"] = f"smtp://{HOST}:{port}"
    server, _ = start(product)
    if product.is_scaled:
        product.start("relay")
    numbers = buy(server, world)
    with client(server, world.people[0]) as tab:
        refused = tab.post(BOOK, json={"screening_id": world.screenings[0], "seat_ids": world.seats[1:2]})
    wait_until(lambda: product.query("SELECT 1 FROM common_outboxmessage WHERE attempts > 0"))
    with running(Sink(), port=port) as sink:
        product.clock.travel(31)
        wait_until(lambda: not undelivered(product))
        time.sleep(2)  # for mails that should not come

    assert refused.status_code == 409
    assert taken(sink) == dict.fromkeys(numbers, 1)


def test_sales_and_seat_maps_go_on_while_the_mail_server_sleeps(product):
    world = open_sale(product, people=8, seats=8)
    [screening], [*buyers, watcher] = world.screenings, world.people
    with running(Sink(stalls=8)) as sink:
        product.settings["EMAIL_URL"] = f"smtp://{HOST}:{sink.port}"
        server, _ = start(product)
        with watch(server, screening, watcher) as socket:
            assert told(socket)["type"] == "connection_confirmed"
            delays = []
            for buyer, seat in zip(buyers, world.seats, strict=False):
                with client(server, buyer) as tab:
                    began = time.monotonic()
                    answer = tab.post(BOOK, json={"screening_id": screening, "seat_ids": [seat]})
                    assert statuses_in(told(socket)) == {seat: "booked"}
                    delays.append(time.monotonic() - began)
                assert answer.status_code == 201
                wait_until(lambda: sink.begun)
            wait_until(lambda: product.query(UNTOLD) == [(0,)], seconds=2)
        assert len(sink.taken) == 0, "the server did not stall"
        assert max(delays[1:]) < 1, delays
        sink.stalls = 0
        wait_until(lambda: not undelivered(product), seconds=40)

    assert Counter(sink.people()) == dict.fromkeys(sink.people(), 1)
    assert len(sink.taken) == len(buyers)
    assert audit(product) == []


@pytest.mark.postgresql
def test_p7_a_relay_killed_in_the_midst_of_mails_sends_none_more_than_twice(scaled):
    world = open_sale(scaled, people=SALES, seats=SALES)
    with running(Sink(stalls=0.15)) as sink:
        scaled.settings["EMAIL_URL"] = f"smtp://{HOST}:{sink.port}"
        numbers = buy(scaled.start(), world)
        relay = scaled.start("relay")
        wait_until(lambda: len(sink.taken) >= SALES // 4)
        relay.kill()
        [(under_way,)] = scaled.query(
            "SELECT COUNT(*) FROM common_outboxmessage WHERE topic = 'booking_confirmed' AND attempts > 0"
            " AND delivered_at IS NULL"
        )
        left = undelivered(scaled)
        scaled.start("relay")
        time.sleep(1)
        scaled.clock.travel(31)  # the mails under way were the dead one's for half a minute
        wait_until(lambda: not undelivered(scaled))
        time.sleep(1)

    mailed = taken(sink)
    assert 0 < under_way <= left < SALES, "nothing was under way when the relay died"
    assert mailed.keys() == {*numbers}
    assert max(mailed.values()) <= 2
    assert sum(mailed.values()) <= SALES + under_way
    names = Counter(received.letter["Message-ID"] for received in sink.taken)
    assert len(names) == SALES


def test_without_a_mail_server_the_mails_are_files(embedded):
    world = open_sale(embedded, people=1, seats=1)
    [number] = buy(embedded.start(), world)
    wait_until(lambda: not undelivered(embedded))

    [file] = (embedded.folder / "mail").iterdir()
    assert bookings_in([parsed(file.read_bytes())]) == {number: 1}
