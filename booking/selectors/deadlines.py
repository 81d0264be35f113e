"""Until when a ticket can be given back (R37, R46)."""

from datetime import datetime

from booking.claims import ScreeningState
from cinema_project.common.database import as_moment, query


def cancel_until(screening: ScreeningState, booked_at: datetime | None) -> datetime:
    """Return the moment from which a ticket can no longer be given back.

    The cinema's cut-off, or the start itself for whoever bought before the screening was moved.
    """
    cutoff = screening.layout.cancel_cutoff
    if not cutoff or _was_moved_since(screening.id, booked_at):
        return screening.start_time
    return screening.start_time - cutoff


def _was_moved_since(screening_id: int, booked_at: datetime | None) -> bool:
    moved_at = as_moment(query("SELECT moved_at FROM catalog_screening WHERE id = %s", [screening_id])[0][0])
    return moved_at is not None and booked_at is not None and booked_at <= moved_at
