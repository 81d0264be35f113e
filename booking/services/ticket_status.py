"""What staff may do to a ticket (R41): the steps that section 2 of the rules draws, and no others."""

from collections.abc import Callable
from datetime import timedelta

from booking import states
from booking.claims import COLUMNS, Claim, Found, apply, claim_of, lock_screening, look_for_staff, update_claims
from booking.models import Booking, StateChange
from booking.promises import promise_ticket
from booking.realtime import SeatUpdate
from booking.selectors.history import last_use
from booking.services import refunds
from booking.services.refunds import RefundSent
from booking.services.reservations import mark_ended
from booking.services.seat_rules import (
    check_not_cancelled,
    check_seat_limit,
    check_seats_free,
    check_seats_of_room,
    conflicts,
)
from booking.services.tickets import TicketPast, give_back
from catalog.models import Screening
from cinema_project.common.database import query, write
from cinema_project.common.errors import IllegalTransition, Invalid, NotFound

UNDO_WITHIN = timedelta(minutes=15)
NOBODY = 0  # no user's id: to the one who revives a ticket, the owner's own hold is in the way like any other


class StatusUnknown(Invalid):
    code = "status_unknown"


Change = Callable[[Found, Claim, int], None]


@write
def change_status(*, ticket_id: int, status: object, by: int) -> None:
    """Give a ticket another status.

    :param status: the API's word, such as ``used``
    :param by: whom the log of states names for it
    :raises StatusUnknown: if there is no such status
    :raises NotFound: if there is no such ticket
    :raises IllegalTransition: if nobody drew that step, or its time is over
    :raises Conflict: if the seat, or the money, is somewhere else already
    """
    state = states.TICKET_STATES.get(status) if isinstance(status, str) else None
    if state is None:
        sentence = f"status is one of {', '.join(sorted(states.TICKET_STATES))}."
        raise StatusUnknown(sentence, errors=[{"pointer": "/status", "detail": sentence}])
    lock_screening(ticket_to_change(ticket_id).screening_id)
    ticket = ticket_to_change(ticket_id)  # as it is now that nobody else can change it
    found = look_for_staff(ticket.screening_id, [ticket.seat_id], ticket.user_id)
    before = ticket.state if ticket.state != "pending" or ticket.is_live(found.now) else "unpaid"
    states.check_ticket_may_become(before, state)
    STEPS[before, state](found, ticket, by)


def ticket_to_change(ticket_id: int) -> Claim:
    """Return anybody's ticket.

    :raises NotFound: if it is unknown, or no ticket
    """
    rows = query(f"SELECT {COLUMNS} FROM booking_seatclaim WHERE id = %s AND booking_id IS NOT NULL", [ticket_id])
    if not rows:
        raise NotFound(f"Ticket with id {ticket_id} not found")
    return claim_of(rows[0])


def mark_used(ticket: Claim, by: int) -> None:
    """Let somebody in. The caller has the screening's lock; maps show nothing new, so nothing is told."""
    query(*update_claims("state = 'used'", [], [ticket], by=by))


def _use(_found: Found, ticket: Claim, by: int) -> None:
    mark_used(ticket, by)


def _undo(found: Found, ticket: Claim, by: int) -> None:
    used_at = last_use(ticket.id).at
    if used_at is None or found.now > used_at + UNDO_WITHIN:
        raise IllegalTransition("A use can be undone within 15 minutes.")
    query(*update_claims("state = 'confirmed'", [], [ticket], by=by))


def _confirm(found: Found, ticket: Claim, by: int) -> None:
    """Take the money at the counter."""
    _check_paid_alike(ticket)
    confirmed = update_claims("state = 'confirmed', confirmed_at = %s", [found.now], [ticket], by=by)
    apply(found, [confirmed], [SeatUpdate(ticket.seat_id, "booked", ticket.user_id)])
    promise_ticket(ticket.id, change=found.screening.seq + 1)


def _expire(found: Found, ticket: Claim, by: int) -> None:
    ended = update_claims("state = 'unpaid', ended_at = %s", [found.now], [ticket], by=by)
    apply(found, [ended], [SeatUpdate(ticket.seat_id, "available")])


def _cancel(found: Found, ticket: Claim, by: int) -> None:
    """Cancel for the buyer. The cinema's cut-off does not bind its staff; once the film is over it is too late."""
    if found.now >= Screening.objects.values_list("end_time", flat=True).get(pk=ticket.screening_id):
        raise TicketPast("Cannot cancel tickets for past screenings")
    give_back(found, ticket, by=by)


def _revive(found: Found, ticket: Claim, by: int) -> None:
    """Take a cancellation back: the seat is still free, the money has not gone."""
    seat_ids = [ticket.seat_id]
    check_not_cancelled(found.screening)
    check_seats_of_room(found.screening, seat_ids)
    check_seats_free(conflicts(found, seat_ids, NOBODY))
    check_seat_limit(found, seat_ids, ticket.user_id)
    if ticket.confirmed_at is None:
        _check_paid_alike(ticket)
    else:
        _withdraw_refund(found, ticket, by)
    mark_ended(found, seat_ids)
    values = [found.now] if ticket.confirmed_at is None else [ticket.confirmed_at]
    revived = update_claims("state = 'confirmed', ended_at = NULL, confirmed_at = %s", values, [ticket], by=by)
    apply(found, [revived], [SeatUpdate(ticket.seat_id, "booked", ticket.user_id)])
    promise_ticket(ticket.id, change=found.screening.seq + 1)


def _check_paid_alike(ticket: Claim) -> None:
    """Keep the counter's money and a provider's apart: all tickets of a sale are paid the same way."""
    if Booking.objects.filter(tickets=ticket.id, payment__isnull=False).exists():
        raise IllegalTransition("The other tickets of this sale were paid by a payment: sell this seat anew instead.")


def _withdraw_refund(found: Found, ticket: Claim, by: int) -> None:
    due = "DELETE FROM booking_refund WHERE claim_id = %s AND status = 'due' RETURNING id"
    rows = query(due, [ticket.id])
    if not rows:
        raise RefundSent("The refund of this ticket is on its way: sell the seat again instead.")
    StateChange.objects.create(
        kind=StateChange.Kind.REFUND, object_id=str(ticket.id), from_state="due", at=found.now, actor_id=by
    )


def _hand_back(_found: Found, ticket: Claim, by: int) -> None:
    refunds.hand_over(ticket_id=ticket.id, by=by)


STEPS: dict[tuple[str, str], Change] = {
    ("pending", "confirmed"): _confirm,
    ("pending", "cancelled"): _cancel,
    ("pending", "unpaid"): _expire,
    ("confirmed", "cancelled"): _cancel,
    ("confirmed", "used"): _use,
    ("used", "confirmed"): _undo,
    ("cancelled", "confirmed"): _revive,
    ("cancelled", "refunded"): _hand_back,
}
