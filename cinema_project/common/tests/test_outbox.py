"""R57: effects are rows, and a relay delivers them."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from cinema_project.common import clock as product_clock
from cinema_project.common import outbox, relay
from cinema_project.common.models import OutboxMessage

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
delivered: list[object] = []


def deliver(payload):
    if payload.get("bad"):
        raise ValueError("no such door")
    delivered.append(payload["number"])


@pytest.fixture(autouse=True)
def door(settings):
    outbox._handler.cache_clear()
    settings.OUTBOX_HANDLERS = {"test": f"{__name__}.deliver"}
    delivered.clear()
    yield
    outbox._handler.cache_clear()


def add(number, **payload):
    outbox.add("test", key=str(number), payload={"number": number} | payload)


def test_messages_are_delivered_once_in_the_order_of_writing():
    for number in (3, 1, 2):
        add(number)

    tried = outbox.deliver_due(), outbox.deliver_due()

    assert (tried, delivered) == ((3, 0), [3, 1, 2])
    assert not outbox.anything_due()


def test_one_bad_message_holds_up_no_other_and_is_tried_again_later(clock):
    add(1, bad=True)
    add(2)

    outbox.deliver_due()
    at_once = outbox.deliver_due()
    clock.travel(3)
    later = outbox.deliver_due()

    bad = OutboxMessage.objects.get(key="1")
    assert (delivered, at_once, later) == ([2], 0, 1)
    assert (bad.attempts, bad.last_error, bad.delivered_at) == (2, "no such door", None)


def test_pauses_grow_to_half_a_minute(clock):
    add(1, bad=True)
    pauses = []
    for _ in range(7):
        outbox.deliver_due()
        message = OutboxMessage.objects.get()
        pauses.append(round((message.due_at - message.created_at).total_seconds() - clock.offset))
        clock.travel(31)

    assert pauses == [2, 4, 8, 16, 30, 30, 30]


def test_a_key_names_one_effect():
    add(1)

    with pytest.raises(IntegrityError), transaction.atomic():
        add(1)

    assert OutboxMessage.objects.count() == 1


def test_staff_may_have_a_message_delivered_again():
    add(1)
    outbox.deliver_due()

    count = outbox.deliver_again(message_ids=[OutboxMessage.objects.get().pk, 10**9])
    outbox.deliver_due()

    assert (count, delivered) == (1, [1, 1])


def test_delivered_messages_are_kept_for_an_hour(clock):
    clock.at(product_clock.now())
    add(1)
    outbox.deliver_due()
    add(2)

    clock.travel(3600)
    assert outbox.prune() == 0
    clock.travel(1)
    assert outbox.prune() == 1
    assert OutboxMessage.objects.values_list("key", flat=True).get() == "2"


@pytest.mark.django_db(transaction=True)
def test_the_relay_delivers_what_nobody_hurried():
    add(1)
    outbox.wake.clear()
    stop = threading.Event()

    def run():
        relay.run(stop)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    wait_until(lambda: delivered == [1])
    add(2)
    wait_until(lambda: delivered == [1, 2])
    stop.set()
    thread.join(5)

    assert not thread.is_alive()
    assert OutboxMessage.objects.filter(delivered_at=None).count() == 0


@pytest.mark.django_db(transaction=True)
def test_many_relays_deliver_each_message_once():
    for number in range(50):
        add(number)

    def run():
        while outbox.anything_due():
            outbox.deliver_due()
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(delivered) == list(range(50))


def wait_until(ready):
    """Give threads up to five seconds."""
    pause = threading.Event()
    for _ in range(500):
        if ready():
            return
        pause.wait(0.01)
    raise AssertionError("nothing happened")
