"""R64: the audit finds what it is for."""

import json

import pytest
from django.core.management import call_command
from django.db import connection

from booking.selectors.invariants import CHECKS, violations
from booking.services.intents import begin_payment
from booking.services.reservations import hold_seats
from booking.services.tickets import book_seats, cancel_ticket
from booking.tests import make
from cinema_project.common.database import query

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
BROKEN = {
    "a claimed seat is in the screening's room": (
        "UPDATE catalog_seat SET row_label = 'Z', room_id = (SELECT MAX(id) FROM catalog_room)"
        " WHERE id IN (SELECT MAX(seat_id) FROM booking_seatclaim)"
    ),
    "a booking's total is the sum of its tickets": "UPDATE booking_booking SET total = total + 0.01",
    "a ticket is its booking's: same user, same screening": "UPDATE booking_booking SET user_id = {other}",
    "a claimed payment paid one booking of the same user, screening and amount": (
        "UPDATE booking_payment SET amount = amount + 0.01"
    ),
    "a payment that paid no booking is unclaimed, or goes back": (
        "INSERT INTO booking_payment"
        " (payment_id, user_id, screening_id, seat_ids, amount, currency, status, captured_at)"
        " SELECT 'lost', user_id, screening_id, seat_ids, amount, currency, 'refund_due', captured_at"
        " FROM booking_payment"
    ),
    "a paid ticket that was cancelled has a refund of its price, and no other ticket has one": (
        "DELETE FROM booking_refund"
    ),
    "a ticket is refunded when its refund is settled": (
        "UPDATE booking_seatclaim SET state = 'refunded' WHERE state = 'cancelled'"
    ),
    "a payment is refunded as far as its tickets are": "UPDATE booking_payment SET status = 'refunded'",
    "a payment that a provider took is in the books, for whoever made it": (
        "UPDATE booking_paymentintent SET status = 'paid'"
    ),
    "what was captured is live, refunded, due or unclaimed": ("UPDATE booking_refund SET amount = amount - 0.01"),
    "a ticket is booked before it is confirmed": (
        "UPDATE booking_seatclaim SET confirmed_at = '2001-01-01 00:00:00+00:00' WHERE confirmed_at IS NOT NULL"
    ),
    "the log of states ends with the present state of each claim": "UPDATE booking_statechange SET to_state = 'used'",
    "the newest message about seats is about the newest change": "UPDATE catalog_screening SET seat_seq = seat_seq + 1",
    "a screening counts its bookings": "UPDATE catalog_screening SET bookings_count = bookings_count + 1",
}


@pytest.fixture
def other():
    """Sell, hold and cancel a little; returns somebody who took no part."""
    screening, buyer = make.screening(), make.user()
    first, second, third, *_ = make.seats_of(screening)
    here = {"buyer": buyer, "screening_id": screening.pk}
    booked = book_seats(**here, seat_ids=[first, second], payment_id="paid")
    cancel_ticket(ticket_id=booked.tickets[0].id, by=buyer)
    hold_seats(**here, seat_ids=[third])
    begin_payment(**here, seat_ids=[third])
    make.screening()
    return make.user()


@pytest.mark.breaks_invariants
@pytest.mark.parametrize(("rule", "sql"), BROKEN.items(), ids=BROKEN.keys())
def test_r64_the_audit_finds_a_broken_rule(other, rule, sql):
    query(sql.format(other=other.pk))

    assert rule in {violation.rule for violation in violations()}


@pytest.mark.breaks_invariants
def test_r64_the_command_lists_what_is_broken_and_says_so_by_its_exit_code(other, capsys):
    query(BROKEN["a screening counts its bookings"])

    with pytest.raises(SystemExit) as ended:
        call_command("audit_invariants", "--json")

    report = json.loads(capsys.readouterr().out)
    assert (ended.value.code, report["status"], report["checks"]) == (1, "failed", len(CHECKS))
    assert {violation["rule"] for violation in report["violations"]} == {"a screening counts its bookings"}


def test_r64_the_command_is_content_with_a_sound_house(other, capsys):
    call_command("audit_invariants")

    assert capsys.readouterr().out == f"{len(CHECKS)} rules checked, 0 violations.\n"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite limits no statement")
def test_audit_may_take_longer_than_a_request(monkeypatch):
    limit = "SELECT current_setting('statement_timeout')"
    monkeypatch.setattr("booking.selectors.invariants.CHECKS", {"limit": limit})

    assert [found.row for found in violations()] == ["0"]
    assert query(limit) == [("5s",)]
