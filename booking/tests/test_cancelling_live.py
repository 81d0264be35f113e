"""R43 in the running product: the request only leaves an instruction, and the workers do the rest."""

import pytest

from booking.tests.auditing import audit
from booking.tests.sale import BOOK, client, open_sale, statuses_in, told, watch

STATES = "SELECT state FROM booking_seatclaim ORDER BY id"


@pytest.mark.timeout(180)
def test_cancelled_screening_gives_everybody_everything_back(product):
    world = open_sale(product, people=2, seats=4)
    server = product.start()
    for name in ("relay", "worker") if product.is_scaled else ():
        product.start(name)
    buyer, watcher = world.people
    [screening] = world.screenings
    sale = {"screening_id": screening, "seat_ids": world.seats[:2], "payment_id": "paid"}

    with (
        client(server, buyer) as ann,
        client(server, world.staff) as staff,
        watch(server, screening, watcher) as socket,
    ):
        told(socket)
        assert ann.post(BOOK, json=sale).status_code == 201
        told(socket)
        answers = [staff.delete(f"/api/v1/screenings/{screening}").status_code for _ in range(2)]
        freed = told(socket, seconds=20)
        again = ann.post(BOOK, json={**sale, "payment_id": "more", "seat_ids": world.seats[2:]})

    assert answers == [204, 204]
    assert statuses_in(freed) == dict.fromkeys(world.seats[:2], "available")
    assert (again.status_code, again.json()["code"]) == (409, "screening_cancelled")
    assert {*product.query(STATES)} <= {("cancelled",), ("refunded",)}  # the money may be back already
    assert [float(amount) for (amount,) in product.query("SELECT amount FROM booking_refund")] == [12.5, 12.5]
    mails = "SELECT COUNT(*) FROM common_outboxmessage WHERE topic = 'screening_cancelled' AND delivered_at IS NOT NULL"
    server.process.wait_until(lambda: product.query(mails) == [(1,)], seconds=20)
    assert audit(product) == []
