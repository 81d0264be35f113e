"""Section 2 of the rules: the database logs each change of a state, and refuses what nobody drew."""

from itertools import product

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from booking import states
from booking.models import HOLD_ONLY_STATES, Booking, ClaimState, Payment, Refund, SeatClaim, StateChange, Ticket
from booking.selectors.history import history_of_booking, history_of_ticket
from booking.services.cancellations import finish
from booking.services.guests import sweep_guests
from booking.services.reservations import expire_lapsed, hold_seats, release_holds
from booking.services.screenings import cancel_screening
from booking.services.ticket_status import change_status
from booking.services.tickets import book_from_holds, book_seats, cancel_ticket
from booking.tests import make
from booking.tests.make import NOON
from catalog.models import ScreeningStatus
from cinema_project.common.database import query

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("noon")]
ARROWS = {
    "claim": (states.CLAIM, ClaimState.values),
    "payment": (states.PAYMENT, Payment.Status.values),
    "refund": (states.REFUND, Refund.Status.values),
    "screening": (states.SCREENING, ScreeningStatus.values),
}
STEPS = [
    (kind, *step) for kind, (_, values) in ARROWS.items() for step in product(values, values) if step[0] != step[1]
]


class OneOfEach:
    """A claim, a payment, a refund and a screening, in whatever state."""

    def __init__(self):
        self.screening, self.user = make.screening(), make.user()
        self.here = {"screening": self.screening, "user": self.user, "currency": "EUR"}

    def claim(self, state):
        booking = Booking.objects.create(booking_number="1", total=9, booked_at=NOON, **self.here)
        made = SeatClaim.objects.create(
            seat_id=make.seats_of(self.screening)[0],
            state=state,
            price=9,
            reserved_at=NOON,
            expires_at=NOON,
            booked_at=NOON,
            booking=None if state in HOLD_ONLY_STATES else booking,
            secret="x" * 26,
            **self.here,
        )
        names = "NULL" if state in HOLD_ONLY_STATES else booking.pk
        return f"UPDATE booking_seatclaim SET state = '{{}}', booking_id = {names}", made.pk

    def payment(self, status):
        Payment.objects.create(payment_id="p", seat_ids=[], amount=9, status=status, captured_at=NOON, **self.here)
        return "UPDATE booking_payment SET status = '{}'", "p"

    def refund(self, status):
        _, claim_id = self.claim("cancelled")
        Refund.objects.create(claim_id=claim_id, amount=9, currency="EUR", status=status, created_at=NOON)
        return "UPDATE booking_refund SET status = '{}'", claim_id

    def screening_(self, status):
        type(self.screening).objects.all().delete()
        made = make.screening(status=status)
        return "UPDATE catalog_screening SET status = '{}'", made.pk


@pytest.mark.breaks_invariants
@pytest.mark.parametrize(("kind", "before", "after"), STEPS)
def test_database_lets_pass_what_is_drawn_and_refuses_the_rest(kind, before, after):
    each = OneOfEach()
    change, object_id = {"screening": each.screening_}.get(kind, getattr(each, kind))(before)
    change = change.format(after)
    if kind == "claim" and before in HOLD_ONLY_STATES and after not in HOLD_ONLY_STATES:
        change = change.replace("NULL", f"{Booking.objects.get().pk}")
    if kind == "claim" and after in HOLD_ONLY_STATES:
        change = change.rsplit("=", 1)[0] + "= NULL"

    if after in ARROWS[kind][0].get(before, ()):
        query(change)
        assert list(StateChange.objects.values_list("kind", "object_id", "from_state", "to_state", "at")) == [
            (kind, str(object_id), before, after, NOON)
        ]
    else:
        with pytest.raises(IntegrityError, match=f"{kind}_states_drawn"), transaction.atomic():
            query(change)
        assert not StateChange.objects.exists()


def log(kind="claim"):
    """Return each change as ``(from, to, by)``, oldest first."""
    return list(StateChange.objects.filter(kind=kind).order_by("pk").values_list("from_state", "to_state", "actor_id"))


def test_each_change_names_who_made_it_and_the_clock_is_nobody(noon):
    screening, buyer, clerk = make.screening(), make.user(), make.user()
    here = {"buyer": buyer, "screening_id": screening.pk}
    first, second, third, *_ = make.seats_of(screening)
    hold_seats(**here, seat_ids=[first, second, third])
    [ticket] = book_from_holds(**here, seat_ids=[first], payment_id="paid").tickets
    release_holds(**here, seat_ids=[second])
    change_status(ticket_id=ticket.id, status="used", by=clerk.pk)
    noon.travel(300)
    expire_lapsed()

    assert log() == [
        ("held", "confirmed", buyer.pk),
        ("held", "released", buyer.pk),
        ("confirmed", "used", clerk.pk),
        ("held", "lapsed", None),
    ]


def test_calling_a_screening_off_names_the_manager_everywhere():
    screening, manager = make.screening(), make.user()
    book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=make.seats_of(screening)[:1])

    cancel_screening(screening_id=screening.pk, by=manager.pk)
    finish(screening.pk)

    assert log("screening") == [("scheduled", "cancelled", manager.pk)]
    assert log() == [("confirmed", "cancelled", manager.pk)]
    assert Refund.objects.get().actor == manager


def test_change_that_is_rolled_back_leaves_no_trace():
    screening = make.screening()
    [ticket] = book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=make.seats_of(screening)[:1]).tickets

    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        change_status(ticket_id=ticket.id, status="used", by=make.user().pk)
        raise KeyboardInterrupt

    assert log() == []


def test_what_is_renamed_or_repriced_changes_no_state():
    screening, buyer = make.screening(), make.user()
    here = {"buyer": buyer, "screening_id": screening.pk, "seat_ids": make.seats_of(screening)[:1]}
    hold_seats(**here)

    hold_seats(**here, ticket_types={str(here["seat_ids"][0]): "child"})
    query("UPDATE booking_seatclaim SET state = state")

    assert log() == []


def test_guests_who_are_swept_take_their_log_along(noon):
    guest, buyer, screening = make.user(is_guest=True), make.user(), make.screening()
    seats = make.seats_of(screening)
    for person, seat in ((guest, seats[0]), (buyer, seats[1])):
        hold_seats(buyer=person, screening_id=screening.pk, seat_ids=[seat])
        release_holds(buyer=person, screening_id=screening.pk)
    type(guest).objects.filter(pk=guest.pk).update(created_at=NOON)
    noon.travel(2 * 86_400)

    assert sweep_guests() == 1
    assert log() == [("held", "released", buyer.pk)]


def history(lines):
    return [(line.what, line.before, line.after, line.who) for line in lines]


def test_history_of_a_ticket_tells_of_its_seat_and_its_money(noon):
    screening, buyer, clerk = make.screening(), make.user(full_name="Ann"), make.user(full_name="Clerk")
    here = {"buyer": buyer, "screening_id": screening.pk, "seat_ids": make.seats_of(screening)[:1]}
    hold_seats(**here)
    noon.travel(1)
    [ticket] = book_from_holds(**here, payment_id="paid").tickets
    noon.travel(1)
    cancel_ticket(ticket_id=ticket.id, by=buyer)
    noon.travel(1)
    change_status(ticket_id=ticket.id, status="confirmed", by=clerk.pk)

    told = [
        ("Seat A1", "", "held", "Ann"),
        ("Seat A1", "held", "confirmed", "Ann"),
        ("Seat A1", "confirmed", "cancelled", "Ann"),
        ("12.50 EUR for seat A1", "due", "withdrawn", "Clerk"),
        ("Seat A1", "cancelled", "confirmed", "Clerk"),
    ]
    assert history(history_of_ticket(SeatClaim.objects.get())) == told
    assert history(history_of_booking(Booking.objects.get())) == told


@pytest.mark.parametrize("group", ["auditor", "box office", "manager"])
def test_pages_of_ticket_and_booking_show_their_history(client, group):
    screening, buyer = make.screening(), make.user(full_name="Ann")
    booked = book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=make.seats_of(screening)[:2])
    cancel_ticket(ticket_id=booked.tickets[0].id, by=buyer)
    client.force_login(make.user(groups=[group], is_staff=True))

    ticket, booking = Ticket.objects.order_by("pk")[0], Booking.objects.get()
    pages = [
        client.get(reverse("admin:booking_ticket_change", args=[ticket.pk])).content.decode(),
        client.get(reverse("admin:booking_booking_change", args=[booking.pk])).content.decode(),
    ]

    for page in pages:
        assert "confirmed → cancelled" in page
        assert "12.50 EUR for seat A1" in page
    assert "Seat A2" not in pages[0]
    assert "Seat A2" in pages[1]


@pytest.mark.parametrize("tickets", [1, 5])
def test_history_of_a_booking_takes_as_many_queries_for_five_tickets_as_for_one(django_assert_num_queries, tickets):
    screening, buyer = make.screening(), make.user()
    booked = book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=make.seats_of(screening)[:tickets])
    for ticket in booked.tickets:
        cancel_ticket(ticket_id=ticket.id, by=buyer)
    booking = Booking.objects.get()

    with django_assert_num_queries(2):
        history_of_booking(booking)
