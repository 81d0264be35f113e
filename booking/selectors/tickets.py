"""Tickets and holds of one user."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from booking.claims import COLUMNS, Claim, claim_of
from booking.models import ClaimState, Ticket
from catalog.selectors.layouts import RoomLayout, SeatPlace, room_layout
from cinema_project.common import clock
from cinema_project.common.database import Row, as_moment, marks, query
from cinema_project.common.errors import NotFound

ENDED_HOLDS_SHOWN = timedelta(hours=24)

_TICKETS = f"""
SELECT b.payment_id, b.booking_number, r.id, r.layout_version + c.version, s.start_time,
       {", ".join("t." + column.strip() for column in COLUMNS.split(","))}, clock.now
FROM cinema_clock AS clock, booking_seatclaim t JOIN booking_booking b ON b.id = t.booking_id
JOIN catalog_screening s ON s.id = t.screening_id JOIN catalog_seat p ON p.id = t.seat_id
JOIN catalog_room r ON r.id = p.room_id JOIN catalog_cinema c ON c.id = r.cinema_id"""


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket with what its answer needs besides."""

    claim: Claim
    payment_id: str | None
    booking_number: str
    room_id: int
    seat: SeatPlace | None
    start_time: datetime | None = None


def tickets_of(user_id: int, *, upcoming: bool | None = None) -> list[TicketView]:
    """Return the user's tickets, newest first; ``upcoming`` keeps those before, or from, the start of the film."""
    tickets = [
        _view(row) for row in query(f"{_TICKETS} WHERE t.user_id = %s ORDER BY t.booked_at DESC, t.id", [user_id])
    ]
    if upcoming is None:
        return tickets
    now = clock.now()
    return [ticket for ticket in tickets if ticket.start_time and (ticket.start_time > now) is upcoming]


def ticket_of(ticket_id: int, *, user_id: int | None) -> TicketView:
    """Return one ticket of the user, or of anybody if ``user_id`` is ``None``.

    :raises NotFound: if it is unknown or somebody else's
    """
    rows = query(f"{_TICKETS} WHERE t.id = %s", [ticket_id])
    if not rows or user_id not in (None, (ticket := _view(rows[0])).claim.user_id):
        raise NotFound(f"Ticket with id {ticket_id} not found")
    return ticket


def tickets_paid_by(payment_id: str) -> list[TicketView]:
    """Return the tickets that a payment bought, by seat."""
    return [_view(row) for row in query(f"{_TICKETS} WHERE b.payment_id = %s ORDER BY t.seat_id", [payment_id])]


def everybodys_tickets(state: str | None = None) -> QuerySet[Ticket]:
    """Return all tickets, those of the newest bookings first.

    :param state: only those in this state; one whose time to pay is over counts as never paid
    """
    tickets = Ticket.objects.order_by("-booking", "seat")
    if state is None:
        return tickets
    late = Q(state=ClaimState.PENDING, expires_at__lte=clock.now())
    if state == ClaimState.UNPAID:
        return tickets.filter(Q(state=state) | late)
    return tickets.filter(state=state).exclude(late)


def tickets_with(ids: Sequence[int]) -> list[TicketView]:
    """Return the tickets of these numbers, in their order."""
    if not ids:
        return []
    found = {row[5]: _view(row) for row in query(f"{_TICKETS} WHERE t.id IN ({marks(ids)})", ids)}
    return [found[ticket_id] for ticket_id in ids]


def sold_tickets(
    claims: list[Claim], layout: RoomLayout, *, payment_id: str | None, booking_number: str
) -> list[TicketView]:
    """Dress the tickets of a sale just made."""
    return [
        TicketView(claim, payment_id, booking_number, layout.room_id, layout.seats.get(claim.seat_id))
        for claim in claims
    ]


def holds_of(user_id: int, *, include_expired: bool = False) -> list[tuple[Claim, bool]]:
    """Return the user's holds, soonest expiry first, each with whether it has lapsed; on request ended ones too."""
    now = clock.now()
    live = "state = 'held' AND expires_at > %s"
    ended = "state <> 'held' AND reserved_at IS NOT NULL AND COALESCE(ended_at, confirmed_at) > %s"
    lapsed = "state = 'held' AND expires_at <= %s AND expires_at > %s"
    which, values = (
        (f"({live} OR {ended} OR {lapsed})", [now, now - ENDED_HOLDS_SHOWN, now, now - ENDED_HOLDS_SHOWN])
        if include_expired
        else (live, [now])
    )
    rows = query(
        f"SELECT {COLUMNS} FROM booking_seatclaim WHERE user_id = %s AND {which} ORDER BY expires_at, id",
        [user_id, *values],
    )
    holds = [claim_of(row) for row in rows]
    return [(hold, hold.state == "held" and not hold.is_live(now)) for hold in holds]


def _view(row: Row) -> TicketView:
    payment_id, number, room_id, version, start_time, *claim, now = row
    ticket = _as_it_counts(claim_of(tuple(claim)), as_moment(now))
    seat = room_layout(room_id, version).seats.get(ticket.seat_id)
    return TicketView(ticket, payment_id, number, room_id, seat, as_moment(start_time))


def _as_it_counts(ticket: Claim, now: datetime | None) -> Claim:
    """Return a ticket whose time to pay is over as one never paid, whether or not anybody marked it (R63)."""
    if ticket.state == "pending" and now is not None and not ticket.is_live(now):
        return ticket._replace(state="unpaid")
    return ticket
