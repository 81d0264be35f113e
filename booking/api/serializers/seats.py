"""JSON of seats, holds and tickets, written by hand: these are the hot paths (docs/decisions/0002)."""

from decimal import Decimal
from typing import Any

import orjson

from booking.claims import Claim
from booking.realtime import wire_time
from booking.selectors.seatmap import SeatMap, SeatView, untaken
from booking.selectors.tickets import TicketView
from booking.ticket_codes import code_of, short_code_of
from catalog.selectors.layouts import KEPT, RoomLayout, SeatPlace

Json = dict[str, Any]
HOLD_STATUSES = {"held": "active", "lapsed": "expired", "released": "cancelled"}
NO_PRICE = Decimal(0)  # the list names none
_untaken_entries: dict[int, tuple[RoomLayout, dict[int, orjson.Fragment]]] = {}


def public_body(seats: SeatMap) -> bytes:
    """Return the availability list as everybody may see it, encoded once for each map."""
    if seats.public_body is None:
        seats.public_body = availability_body(seats)
    return seats.public_body


def availability_body(
    seats: SeatMap, viewer_id: int | None = None, *, sees_all: bool = False, own_status: str = "reserved"
) -> bytes:
    """Encode the availability list for one viewer.

    :param own_status: the word for seats that the viewer holds
    """
    entries: dict[int, Any] = dict(_untaken(seats.layout))
    for seat_id in seats.taken.keys() & entries.keys():
        view = seats.seat(seats.layout.seats[seat_id], viewer_id, sees_all=sees_all)
        entries[seat_id] = _entry(view, seats.layout.room_id, own_status)
    return orjson.dumps(list(entries.values()))


def _untaken(layout: RoomLayout) -> dict[int, orjson.Fragment]:
    """Return the entry of each seat as it is while nobody has it, encoded once for each version of a room."""
    known = _untaken_entries.get(layout.room_id)
    if known is None or known[0] is not layout:
        if len(_untaken_entries) >= KEPT:
            _untaken_entries.clear()
        views = [untaken(place, NO_PRICE) for place in layout.seats.values()]
        entries = {view.seat.id: orjson.Fragment(orjson.dumps(_entry(view, layout.room_id))) for view in views}
        known = _untaken_entries[layout.room_id] = (layout, entries)
    return known[1]


def _entry(view: SeatView, room_id: int, own_status: str = "reserved") -> Json:
    return {
        "seat": seat_json(view.seat, room_id),
        "status": own_status if view.is_mine and view.status == "reserved" else view.status,
        "reserved_by": view.reserved_by,
        "expires_at": view.expires_at and wire_time(view.expires_at),
        "is_mine": view.is_mine,
    }


def seat_json(seat: SeatPlace, room_id: int) -> Json:
    """Return a seat as the API shows it."""
    return {
        "id": seat.id,
        "room_id": room_id,
        "row_label": seat.row_label,
        "seat_number": seat.seat_number,
        "seat_type": seat.seat_type,
        "x": seat.x,
        "y": seat.y,
    }


def hold_json(hold: Claim, *, expired: bool = False) -> Json:
    """Return a hold as the API's reservation. ``expired``: its moment has passed, though nobody marked it yet."""
    return {
        "id": hold.id,
        "screening_id": hold.screening_id,
        "seat_id": hold.seat_id,
        "user_id": hold.user_id,
        "reserved_at": hold.reserved_at and wire_time(hold.reserved_at),
        "expires_at": hold.expires_at and wire_time(hold.expires_at),
        "status": "expired" if expired else HOLD_STATUSES.get(hold.state, "confirmed"),
        "price": money(hold.price),
        "currency": hold.currency,
        "ticket_type": hold.ticket_type,
    }


def ticket_json(ticket: TicketView) -> Json:
    """Return a ticket as the API shows it to its owner."""
    claim = ticket.claim
    return {
        "id": claim.id,
        "user_id": claim.user_id,
        "screening_id": claim.screening_id,
        "seat_id": claim.seat_id,
        "price": money(claim.price),
        "currency": claim.currency,
        "ticket_type": claim.ticket_type,
        "status": "expired" if claim.state == "unpaid" else claim.state,
        "booked_at": claim.booked_at and wire_time(claim.booked_at),
        "confirmed_at": claim.confirmed_at and wire_time(claim.confirmed_at),
        "payment_id": ticket.payment_id,
        "booking_number": ticket.booking_number,
        "code": code_of(claim.secret),
        "short_code": short_code_of(claim.secret),
        "seat": ticket.seat and seat_json(ticket.seat, ticket.room_id),
    }


def money(amount: Decimal) -> float:
    """Return the JSON number of an amount: sums are made before, on decimals (R18)."""
    return float(amount)
