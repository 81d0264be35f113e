"""The picture of a room's rows (``booking/rows``), made from what a viewer or a sale has found."""

from collections.abc import Collection

from booking.claims import Found
from booking.rows.picture import Hall, RowSeat, SeatState, hall_of, positions
from booking.selectors.seatmap import SeatMap, SeatView


def hall_of_map(seats: SeatMap, viewer_id: int | None) -> Hall:
    """Return the rows as the viewer sees them; what they hold is theirs to choose anew."""
    where = positions(seats.layout.seats.values())
    return hall_of(
        RowSeat(view.seat, *where[view.seat.id], _state(view), view.price, view.is_mine)
        for view in seats.seats(viewer_id)
    )


def hall_of_found(found: Found, user_id: int, movable: Collection[int], closed: Collection[int] = ()) -> Hall:
    """Return the rows as a look at the whole room found them (``look_at_room``).

    :param movable: the user's held seats that they would give back; their others stay as they are
    :param closed: free seats that this user may not hold
    """
    screening = found.screening
    claims = {
        claim.seat_id: claim
        for claim in found.claims
        if claim.screening_id == screening.id and claim.is_live(found.now)
    }
    own = {claim.seat_id for claim in claims.values() if claim.user_id == user_id}
    mine = {seat_id for seat_id in own.intersection(movable) if claims[seat_id].state == "held"}
    where = positions(screening.layout.seats.values())
    return hall_of(
        RowSeat(
            place,
            *where[place.id],
            _state_among(place.is_active, taken=place.id in claims or place.id in closed, mine=place.id in mine),
            screening.layout.price(screening.price, place.id),
            place.id in own,
        )
        for place in screening.layout.seats.values()
    )


def _state(view: SeatView) -> SeatState:
    mine = view.is_mine and view.status == "reserved"
    return _state_among(view.seat.is_active, taken=view.status != "available", mine=mine)


def _state_among(is_active: bool, *, taken: bool, mine: bool) -> SeatState:
    if mine:
        return SeatState.MINE
    if taken and is_active:
        return SeatState.TAKEN
    return SeatState.FREE if is_active else SeatState.BLOCKED
