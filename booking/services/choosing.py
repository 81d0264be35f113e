"""What the pages do with seats: as much as can be had, and the refusal for the rest."""

from collections.abc import Sequence

from booking.claims import Buyer
from booking.selectors.tickets import holds_of
from booking.services.reservations import hold_seats, release_holds
from cinema_project.common.errors import Conflict


def hold_free_seats(*, buyer: Buyer, screening_id: int, seat_ids: Sequence[int]) -> None:
    """Hold those of the seats that are free.

    :raises Conflict: if some were not; the others are held all the same
    :raises Invalid: as ``hold_seats``; then none is held
    """
    try:
        hold_seats(buyer=buyer, screening_id=screening_id, seat_ids=seat_ids, unfinished=True)
    except Conflict as refusal:
        lost = set(refusal.extra.get("conflicting_seat_ids", seat_ids))
        free = [seat_id for seat_id in seat_ids if seat_id not in lost]
        if free and len(free) < len(seat_ids):
            hold_free_seats(buyer=buyer, screening_id=screening_id, seat_ids=free)
        raise


def choose_seats(*, buyer: Buyer, screening_id: int, seat_ids: Sequence[int]) -> None:
    """Make these seats the buyer's holds of the screening: give others back, hold what is missing and free.

    :raises Conflict: if some seats were not free; the others are held all the same
    """
    held = {hold.seat_id for hold, _ in holds_of(buyer.id) if hold.screening_id == screening_id}
    dropped = sorted(held.difference(seat_ids))
    if dropped:
        release_holds(buyer=buyer, screening_id=screening_id, seat_ids=dropped)
    if seat_ids:
        hold_free_seats(buyer=buyer, screening_id=screening_id, seat_ids=seat_ids)
