"""What a ticket says, in words: the same on paper, in mails and in calendars."""

from datetime import datetime

from booking.models import SeatClaim
from catalog.models import Cinema, Screening

OPENS_DOOR = ("confirmed", "used")
"""Tickets in these states have a code; the scanner says whether it was used."""
VOID = {
    "pending": "Not paid yet",
    "unpaid": "Never paid",
    "cancelled": "Cancelled",
    "refunded": "Cancelled and refunded",
}


def start_of(screening: Screening) -> str:
    """Return the start on the cinema's clock, with its zone: ``Monday 2 June 2031, 20:00 (Europe/Berlin)``."""
    cinema = screening.room.cinema
    return f"{in_words(screening.start_time, cinema)} ({cinema.timezone})"


def in_words(moment: datetime, cinema: Cinema) -> str:
    """Return a moment on the cinema's clock: ``Monday 2 June 2031, 20:00``."""
    local = moment.astimezone(cinema.zone)
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M}"


def address_of(cinema: Cinema) -> str:
    """Return street and city; many an address names its city already."""
    return cinema.address if cinema.city in cinema.address else f"{cinema.address}, {cinema.city}"


def kind_of(ticket: SeatClaim) -> str:
    """Return ``Adult``, ``Child`` or the like, or nothing where tickets have no types."""
    return str(getattr(ticket, "ticket_type", "") or "").capitalize()
