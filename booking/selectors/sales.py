"""Bookings as staff see them: who bought what, what became of it, and what it brought."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet

from booking.models import Booking, SeatClaim
from booking.selectors.trending import SOLD_STATES
from cinema_project.common import clock


@dataclass(frozen=True, slots=True)
class Sale:
    """One booking. ``status``: pending, confirmed, completed or cancelled; ``revenue``: of the tickets that count."""

    booking: Booking
    tickets: list[SeatClaim]
    status: str
    revenue: Decimal


def bookings() -> QuerySet[Booking]:
    """Return all bookings, the newest first."""
    return Booking.objects.order_by("-pk")


def sales(found: Sequence[Booking]) -> list[Sale]:
    """Return these bookings with their people, screenings and tickets."""
    ids = [booking.pk for booking in found]
    full = Booking.objects.select_related("user", "screening__movie", "screening__room").in_bulk(ids)
    tickets: dict[int | None, list[SeatClaim]] = {}
    for ticket in SeatClaim.objects.filter(booking__in=ids).select_related("seat").order_by("seat_id"):
        tickets.setdefault(ticket.booking_id, []).append(ticket)
    now = clock.now()
    return [_sale(full[pk], tickets.get(pk, []), now) for pk in ids]


def _sale(booking: Booking, tickets: list[SeatClaim], now: datetime) -> Sale:
    revenue = sum((ticket.price for ticket in tickets if ticket.state in SOLD_STATES), Decimal("0.00"))
    return Sale(booking, tickets, _status(booking, tickets, now), revenue)


def _status(booking: Booking, tickets: list[SeatClaim], now: datetime) -> str:
    states = {ticket.state for ticket in tickets}
    if any(ticket.state == "pending" and ticket.expires_at and now < ticket.expires_at for ticket in tickets):
        return "pending"
    if not states & {*SOLD_STATES}:
        return "cancelled"
    return "completed" if booking.screening.end_time <= now else "confirmed"
