"""Paying in the running product: over HTTP, with its worker and its relay, embedded and scaled."""

import re
import time

import pytest

from booking.tests.auditing import audit
from booking.tests.sale import RESERVE, client, open_sale, run_inside

pytestmark = [pytest.mark.timeout(180)]
PATIENCE = 20


@pytest.fixture
def server(product):
    product.settings |= {"PAYMENTS_MODE": "verify", "PAYMENT_PROVIDER": "fake"}
    world = open_sale(product, seats=4)
    server = product.start()
    if product.is_scaled:
        product.start("relay")
        product.start("worker")
    return server, world


def until(what):
    deadline = time.monotonic() + PATIENCE
    while not (found := what()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def choose_at_the_bank(tab, secret, outcome):
    """Press a button of the bank's page, as somebody who came by the address alone."""
    page = tab.get(f"/payments/test/{secret}/", headers={"Authorization": ""})
    [token] = {*re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)}
    return tab.post(f"/payments/test/{secret}/", data={"outcome": outcome, "csrfmiddlewaretoken": token})


def test_a_client_pays_the_bank_tells_and_the_tickets_are_there(product, server):
    web, world = server
    [screening], seats, [buyer, _] = world.screenings, world.seats[:2], world.people
    asked = {"screening_id": screening, "seat_ids": seats}
    with client(web, buyer) as tab:
        tab.post(RESERVE, json=asked)
        intent = tab.post("/api/v1/payments/intents", json=asked).json()
        unpaid = tab.post("/api/v1/tickets/book-from-reservation", json=asked | {"payment_id": intent["payment_id"]})
        assert choose_at_the_bank(tab, intent["client_secret"], "twice").status_code == 200

        path = f"/api/v1/payments/{intent['payment_id']}/tickets"
        tickets = until(lambda: tab.get(path).json())
        again = tab.post("/api/v1/tickets/book-from-reservation", json=asked | {"payment_id": intent["payment_id"]})
        tab.delete(f"/api/v1/tickets/{tickets[0]['id']}")
        run_inside(product, "from booking import tasks; tasks.send_refunds()")
        [payment] = tab.get("/api/v1/payments/history").json()

    assert (unpaid.status_code, unpaid.json()["code"]) == (409, "payment_not_captured")
    assert [(ticket["seat_id"], ticket["status"]) for ticket in tickets] == [(seat, "confirmed") for seat in seats]
    assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
    assert (payment["status"], [refund["status"] for refund in payment["refunds"]]) == ("part_refunded", ["settled"])
    assert audit(product) == []


def test_repeated_calls_for_one_payment_make_one_sale(product, server):
    web, world = server
    [screening], seats, [buyer, _] = world.screenings, world.seats[:2], world.people
    asked = {"screening_id": screening, "seat_ids": seats}
    with client(web, buyer) as tab, client(web, world.staff) as office:
        tab.post(RESERVE, json=asked)
        paid = [tab.post("/api/v1/payment/process", json=asked | {"payment_method": "card"}) for _ in range(3)]
        keyed = [
            tab.post(
                "/api/v1/payment/process", json=asked | {"payment_method": "card"}, headers={"Idempotency-Key": "k"}
            )
            for _ in range(2)
        ]
        ledger = office.get("/api/v1/admin/payments/ledger").json()

    assert {answer.status_code for answer in [*paid, *keyed]} == {200}, [answer.text for answer in [*paid, *keyed]]
    assert len({answer.json()["payment_id"] for answer in [*paid, *keyed]}) == 1
    [account] = ledger.values()
    assert account["captured"] == account["live"] == paid[0].json()["amount"]
    assert audit(product) == []
