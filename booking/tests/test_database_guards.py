"""P2: what must never be is refused by the database itself, whoever writes."""

import pytest
from django.db import IntegrityError, connection, transaction

from booking.models import Refund
from booking.services.intents import begin_payment
from booking.services.reservations import hold_seats
from booking.services.seat_rules import SeatsBooked
from booking.services.tickets import book_seats, cancel_ticket
from booking.services.unclaimed import give_back_now
from booking.tests import make
from cinema_project.common.database import query

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
TIMES = ("start_time", "end_time", "room_free_at")
CLAIM = (
    "INSERT INTO booking_seatclaim (screening_id, seat_id, user_id, state, price, currency, reserved_at, expires_at,"
    " booking_id, booked_at, extensions, secret) SELECT screening_id, seat_id, user_id, '{state}', price, currency,"
    " reserved_at, expires_at, booking_id, booked_at, 0, 'another' FROM booking_seatclaim"
)


def refused(sql, *, by):
    """Assert that the constraint (PostgreSQL names it; SQLite names the columns) refuses the statement."""
    before = make.SeatClaim.objects.count()
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        query(sql)
    name, columns = by
    assert (name if connection.vendor == "postgresql" else columns) in str(error.value)
    assert make.SeatClaim.objects.count() == before


@pytest.fixture
def screening():
    return make.screening()


@pytest.mark.parametrize("new", ["held", "pending", "confirmed", "used"])
@pytest.mark.parametrize("there", ["held", "confirmed"])
def test_p2_a_second_live_claim_on_a_seat_is_refused(screening, there, new):
    buyer = make.user()
    [seat, *_] = make.seats_of(screening)
    book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=[seat])
    query("UPDATE booking_seatclaim SET reserved_at = booked_at, expires_at = booked_at")
    if there == "held":
        cancel_ticket(ticket_id=query("SELECT id FROM booking_seatclaim")[0][0], by=buyer)
        hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=[seat])
    ticket = "SELECT id FROM booking_booking" if new != "held" else "SELECT CAST(NULL AS BIGINT)"
    sql = CLAIM.format(state=new).replace(" booking_id, booked_at, 0", f" ({ticket}), reserved_at, 0")

    refused(
        f"{sql} WHERE state = '{there}'",
        by=("one_live_claim_per_seat", "booking_seatclaim.screening_id, booking_seatclaim.seat_id"),
    )


def test_p2_a_payment_id_is_refused_twice(screening):
    book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=make.seats_of(screening)[:1], payment_id="paid")

    refused(
        "INSERT INTO booking_payment"
        " (payment_id, user_id, screening_id, seat_ids, amount, currency, status, captured_at)"
        " SELECT payment_id, user_id, screening_id, seat_ids, amount, currency, status, captured_at"
        " FROM booking_payment",
        by=("booking_payment_pkey", "booking_payment.payment_id"),
    )
    refused(
        "INSERT INTO booking_booking (booking_number, user_id, screening_id, payment_id, total, currency, booked_at)"
        " SELECT 'another', user_id, screening_id, payment_id, total, currency, booked_at FROM booking_booking",
        by=("booking_booking_payment_id", "booking_booking.payment_id"),
    )


def test_p2_screenings_of_a_room_never_overlap(screening):
    columns = [field.column for field in screening._meta.concrete_fields if field.column not in ("id", "status")]
    listed = ", ".join(columns)
    copy = f"INSERT INTO catalog_screening ({listed}, status) SELECT {listed}, '{{}}' FROM catalog_screening"
    guard = ("screening_room_overlap", "screening_room_overlap")

    refused(copy.format("scheduled"), by=guard)
    query(copy.format("cancelled"))
    make.screening(room=screening.room)
    times = ", ".join(f"{name} = (SELECT MIN({name}) FROM catalog_screening)" for name in TIMES)
    refused(f"UPDATE catalog_screening SET {times}", by=guard)


def test_p2_a_seats_label_is_refused_twice_in_a_room(screening):
    refused(
        "INSERT INTO catalog_seat (room_id, row_label, seat_number, seat_type, is_active)"
        " SELECT room_id, row_label, seat_number, seat_type, is_active FROM catalog_seat WHERE seat_number = 1",
        by=("seat_label_unique_in_room", "catalog_seat.room_id, catalog_seat.row_label, catalog_seat.seat_number"),
    )


def test_p2_a_second_refund_of_a_ticket_is_refused(screening):
    buyer = make.user()
    booked = book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=make.seats_of(screening)[:1])
    cancel_ticket(ticket_id=booked.tickets[0].id, by=buyer)

    refused(
        "INSERT INTO booking_refund (claim_id, amount, currency, status, created_at)"
        " SELECT claim_id, amount, currency, status, created_at FROM booking_refund",
        by=("booking_refund_claim_id", "booking_refund.claim_id"),
    )
    assert Refund.objects.count() == 1


def test_p2_an_outbox_key_is_refused_twice(screening):
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=make.seats_of(screening)[:1])

    refused(
        "INSERT INTO common_outboxmessage (topic, key, payload, created_at, due_at, attempts, last_error)"
        " SELECT topic, key, payload, created_at, due_at, attempts, last_error FROM common_outboxmessage",
        by=("outbox_key_unique", "common_outboxmessage.topic, common_outboxmessage.key"),
    )


@pytest.fixture
def unclaimed(screening):
    """Money that bought nothing, on its way back."""
    buyer, seats = make.user(), make.seats_of(screening)[:1]
    book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats)
    with pytest.raises(SeatsBooked):
        book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats, payment_id="unclaimed")
    give_back_now(payment_id="unclaimed", user_id=buyer.pk)


def test_a_second_refund_of_a_payment_is_refused(unclaimed):
    refused(
        "INSERT INTO booking_refund (payment_id, amount, currency, status, created_at)"
        " SELECT payment_id, amount, currency, status, created_at FROM booking_refund",
        by=("booking_refund_payment_id", "booking_refund.payment_id"),
    )


@pytest.mark.parametrize("things", ["NULL, NULL", "(SELECT MAX(id) FROM booking_seatclaim), 'unclaimed'"])
def test_a_refund_is_of_a_ticket_or_of_a_payment(unclaimed, things):
    refused(
        "INSERT INTO booking_refund (claim_id, payment_id, amount, currency, status, created_at)"
        f" SELECT {things}, amount, currency, 'due', captured_at FROM booking_payment",
        by=("refund_of_one_thing", "refund_of_one_thing"),
    )


def test_a_second_open_intent_for_the_same_seats_is_refused(screening):
    buyer, seats = make.user(), make.seats_of(screening)[:1]
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=seats)
    begin_payment(buyer=buyer, screening_id=screening.pk, seat_ids=seats)
    columns = "user_id, screening_id, seat_ids, amount, currency, provider, hosted, client_secret, address, status"
    rest = "created_at, ask_at"
    refused(
        f"INSERT INTO booking_paymentintent (payment_id, reference, {columns}, {rest})"
        f" SELECT 'another', 'another', {columns}, {rest} FROM booking_paymentintent",
        by=("one_open_intent_per_choice", "booking_paymentintent.user_id"),
    )


def test_a_message_of_a_provider_is_kept_once(screening):
    message = "INSERT INTO booking_providerevent (provider, event_id, kind, reference, received_at)"
    hold_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=make.seats_of(screening)[:1])
    query(f"{message} SELECT 'fake', 'evt_1', '', '', reserved_at FROM booking_seatclaim")
    refused(
        f"{message} SELECT 'fake', 'evt_1', '', '', reserved_at FROM booking_seatclaim",
        by=("provider_event_once", "booking_providerevent.provider, booking_providerevent.event_id"),
    )
