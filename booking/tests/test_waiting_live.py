"""The waiting list in the running product: seats given back find their party within seconds, lapsed offers, too."""

import pytest

from booking.tests.auditing import audit
from booking.tests.sale import BOOK, client, open_sale

HOLDERS = "SELECT user_id FROM booking_seatclaim WHERE state = 'held' ORDER BY seat_id"
MAILS = "SELECT COUNT(*) FROM common_outboxmessage WHERE topic = 'seats_offered' AND delivered_at IS NOT NULL"


@pytest.mark.timeout(180)
def test_seats_given_back_go_to_the_next_in_line(product):
    world = open_sale(product, people=3, seats=2)
    server = product.start(WAITING_OFFER_SECONDS=3)
    for name in ("relay", "worker") if product.is_scaled else ():
        product.start(name, WAITING_OFFER_SECONDS=3)
    owner, first, second = world.people
    [screening] = world.screenings

    with client(server, owner) as ann, client(server, first) as bob, client(server, second) as carol:
        sale = {"screening_id": screening, "seat_ids": world.seats, "payment_id": "paid"}
        tickets = [ticket["id"] for ticket in ann.post(BOOK, json=sale).json()]
        party = {"screening_id": screening, "party_size": 2}
        assert [who.post("/api/v1/waiting-list", json=party).status_code for who in (bob, carol)] == [201, 201]

        for ticket in tickets:
            assert ann.delete(f"/api/v1/tickets/{ticket}").status_code == 204

        server.process.wait_until(lambda: product.query(HOLDERS) == [(first.id,)] * 2, seconds=20)
        server.process.wait_until(lambda: product.query(HOLDERS) == [(second.id,)] * 2, seconds=20)
        server.process.wait_until(lambda: product.query(MAILS) == [(2,)], seconds=20)
        statuses = [who.get("/api/v1/waiting-list").json()[0]["status"] for who in (bob, carol)]

    assert statuses[0] == "lapsed"
    assert audit(product) == []
