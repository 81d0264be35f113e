"""A booking as an entry for people's calendars (RFC 5545)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from icalendar import Calendar, Event

from booking.models import SeatClaim
from booking.printing.words import OPENS_DOOR, address_of
from cinema_project.common.letters import mail_domain


def calendar_of(tickets: Sequence[SeatClaim], *, now: datetime) -> bytes:
    """Return the entry of one booking, whose tickets come with seat, booking, film and cinema.

    Every later one replaces the earlier in people's calendars; without a ticket that counts it is cancelled.
    """
    assert tickets[0].booking is not None
    screening, number = tickets[0].screening, tickets[0].booking.booking_number
    cinema, good = screening.room.cinema, [ticket for ticket in tickets if ticket.state in OPENS_DOOR]
    now = now.replace(second=0, microsecond=0)
    entry = Event()
    entry.add("uid", f"booking-{number}@{mail_domain()}")
    entry.add("dtstamp", now)
    entry.add("sequence", int(now.timestamp()) // 60)
    entry.add("dtstart", screening.start_time.astimezone(cinema.zone))
    entry.add("dtend", screening.end_time.astimezone(cinema.zone))
    entry.add("summary", screening.movie.title)
    entry.add("location", f"{cinema.name}, {screening.room.name}, {address_of(cinema)}")
    entry.add("description", _description(number, good))
    entry.add("status", "CONFIRMED" if good else "CANCELLED")
    if cinema.latitude is not None and cinema.longitude is not None:
        entry.add("geo", (cinema.latitude, cinema.longitude))
    return _calendar(entry, "PUBLISH" if good else "CANCEL", screening.start_time)


def _description(number: str, good: Sequence[SeatClaim]) -> str:
    seats = ", ".join(f"row {ticket.seat.row_label} seat {ticket.seat.seat_number}" for ticket in good)
    seats = f"Your seats: {seats}" if seats else "Your tickets are cancelled."
    return f"{seats}\nBooking {number}\n{settings.SITE_URL}{reverse('booking:tickets')}"


def _calendar(entry: Event, method: str, start: datetime) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.SITE_NAME}//Tickets//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(entry)
    year = timedelta(days=366)
    calendar.add_missing_timezones(first_date=(start - year).date(), last_date=(start + year).date())
    return calendar.to_ical()
