"""Seats whose room is sold: what staff may still change about them (R49)."""

from typing import Any

from booking.selectors.claims import screenings_that_need, was_ever_claimed
from catalog.models import Seat
from catalog.services import corrections
from cinema_project.common.database import write
from cinema_project.common.errors import Conflict


class SeatHasLiveClaims(Conflict):
    code = "has_live_claims"


class SeatHasHistory(Conflict):
    code = "seat_has_history"


@write
def change_seat(*, seat_id: int, **changes: Any) -> Seat:
    """Change a seat; while somebody has a claim on it for a screening to come, only ``is_active``.

    :raises SeatNotFound: if there is none
    :raises SeatHasLiveClaims: if more is to change than may, with the ``screening_ids``
    :raises Conflict: if the room has another seat of that name
    """
    seat = corrections.seat_to_change(seat_id)
    if any(getattr(seat, field) != value for field, value in changes.items() if field != "is_active"):
        _check_not_needed(seat)
    corrections.save_seat(seat=seat, **changes)
    return seat


@write
def remove_seat(*, seat_id: int) -> None:
    """Take a seat out that no ticket and no hold names.

    :raises SeatNotFound: if there is none
    :raises SeatHasLiveClaims, SeatHasHistory: if one does
    """
    seat = corrections.seat_to_change(seat_id)
    _check_not_needed(seat)
    if was_ever_claimed(seat.pk):
        raise SeatHasHistory(f"Seat {seat.label} is named on holds or tickets of before: switch it off instead.")
    seat.delete()


def _check_not_needed(seat: Seat) -> None:
    if screenings := screenings_that_need(seat.pk):
        raise SeatHasLiveClaims(
            f"Seat {seat.label} is held or sold for screenings to come: it stays as it is. You can switch it off.",
            screening_ids=screenings,
        )
