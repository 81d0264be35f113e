"""Until when a ticket can be given back (R37, R46)."""

from datetime import datetime, timedelta

from booking.claims import ScreeningState
from booking.models import SeatClaim
from cinema_project.common.database import as_moment, query


def cancel_until(screening: ScreeningState, booked_at: datetime | None) -> datetime:
    """Return the moment from which on a ticket of this screening can no longer be given back."""
    cutoff = screening.layout.cancel_cutoff
    if not cutoff:
        return screening.start_time
    rows = query("SELECT moved_at FROM catalog_screening WHERE id = %s", [screening.id])
    return _until(screening.start_time, cutoff, as_moment(rows[0][0]), booked_at)


def last_moment_to_cancel(ticket: SeatClaim) -> datetime:
    """Return the same for a ticket that knows its screening."""
    screening = ticket.screening
    cutoff = timedelta(minutes=screening.room.cinema.cancel_cutoff_minutes)
    return _until(screening.start_time, cutoff, screening.moved_at, ticket.booked_at)


def _until(start: datetime, cutoff: timedelta, moved_at: datetime | None, booked_at: datetime | None) -> datetime:
    """Return the cut-off of the house, or the start for whoever bought before the screening was moved."""
    moved_since = moved_at is not None and booked_at is not None and booked_at <= moved_at
    return start if moved_since else start - cutoff
