"""What may be asked for, in the order of R3. Each check raises, or lets pass."""

from collections.abc import Sequence
from dataclasses import dataclass

from booking.claims import Claim, Found, ScreeningState
from catalog.models import Screening
from cinema_project.common.database import LARGEST_ID
from cinema_project.common.errors import Conflict, Invalid

MOST_SEATS = 10
MOST_SCREENINGS = 2
LONGEST_LIST = 100  # beyond this a list is a mistake, and not worth a query


class ScreeningPast(Invalid):
    code = "screening_past"


class ScreeningCancelled(Conflict):
    code = "screening_cancelled"


class SeatNotInRoom(Invalid):
    code = "seat_not_in_room"


class SeatLimit(Invalid):
    code = "seat_limit"

    def __init__(self) -> None:
        super().__init__(f"You can have at most {MOST_SEATS} seats in one screening.")


class ScreeningLimit(Invalid):
    code = "screening_limit"


class SeatsBooked(Conflict):
    code = "seats_booked"


class SeatsHeld(Conflict):
    code = "seats_held"


class SeatsNotOnSale(Conflict):
    code = "seats_not_on_sale"


@dataclass(frozen=True, slots=True)
class Conflicts:
    """Wanted seats that others have, ascending."""

    booked: list[int]
    held: list[int]


def checked_seat_ids(seat_ids: object) -> list[int]:
    """Return the ids ascending.

    :raises Invalid: unless it is a list of 1 to 100 different positive whole numbers
    """
    if not isinstance(seat_ids, (list, tuple)) or not seat_ids:
        raise _wrong("/seat_ids", "seat_ids must be a list with at least one seat id.")
    if len(seat_ids) > LONGEST_LIST:
        raise _wrong("/seat_ids", f"seat_ids has {len(seat_ids)} entries; at most {LONGEST_LIST} can be asked at once.")
    for index, seat_id in enumerate(seat_ids):
        if type(seat_id) is not int or not 0 < seat_id <= LARGEST_ID:
            raise _wrong(f"/seat_ids/{index}", "A seat id is a positive whole number.")
    if len(set(seat_ids)) < len(seat_ids):
        raise _wrong("/seat_ids", "seat_ids names a seat twice.")
    return sorted(seat_ids)


def check_on_sale(found: Found) -> None:
    """Refuse new holds from the start on, and for a cancelled screening."""
    if found.now >= found.screening.start_time:
        raise ScreeningPast("Cannot reserve seats for past screenings")
    check_not_cancelled(found.screening)


def check_not_cancelled(screening: ScreeningState | Screening) -> None:
    if screening.status == "cancelled":
        raise ScreeningCancelled("This screening has been cancelled.")


def check_seats_of_room(screening: ScreeningState, seat_ids: Sequence[int]) -> None:
    """Refuse seats of another room, and seats taken out of sale."""
    seats = screening.layout.seats
    foreign = [seat_id for seat_id in seat_ids if seat_id not in seats]
    if foreign:
        raise SeatNotInRoom(f"Seats {foreign} do not belong to the screening's room", conflicting_seat_ids=foreign)
    closed = [seat_id for seat_id in seat_ids if not seats[seat_id].is_active]
    if closed:
        raise SeatsNotOnSale(f"Seats {closed} are not on sale", conflicting_seat_ids=closed)


def check_seat_limit(found: Found, seat_ids: Sequence[int], user_id: int) -> None:
    """Refuse more than ten seats in a screening (R9)."""
    if len(seats_of(found, user_id).union(seat_ids)) > MOST_SEATS:
        raise SeatLimit


def check_screening_limit(found: Found, user_id: int) -> None:
    """Refuse holds in a third screening (R9)."""
    held = {claim.screening_id for claim in _live(found, user_id) if claim.state == "held"}
    if len(held - {found.screening.id}) >= MOST_SCREENINGS:
        raise ScreeningLimit(f"You already hold seats in {MOST_SCREENINGS} other screenings. Please finish one first.")


def seats_allowed(found: Found, user_id: int) -> int:
    """Return how many more seats of the screening the user may hold (R9)."""
    live = _live(found, user_id)
    held_elsewhere = {claim.screening_id for claim in live if claim.state == "held"} - {found.screening.id}
    return 0 if len(held_elsewhere) >= MOST_SCREENINGS else max(0, MOST_SEATS - len(seats_of(found, user_id)))


def seats_of(found: Found, user_id: int) -> set[int]:
    """Return the seats of the screening that the user holds or has bought."""
    return {claim.seat_id for claim in _live(found, user_id) if claim.screening_id == found.screening.id}


def _live(found: Found, user_id: int) -> list[Claim]:
    return [claim for claim in found.claims if claim.user_id == user_id and claim.is_live(found.now)]


def conflicts(found: Found, seat_ids: Sequence[int], user_id: int) -> Conflicts:
    """Sort live claims that stand in the way: sold to anybody, or held by somebody else."""
    wanted = [
        claim
        for claim in found.claims
        if claim.screening_id == found.screening.id and claim.seat_id in seat_ids and claim.is_live(found.now)
    ]
    return Conflicts(
        booked=sorted(claim.seat_id for claim in wanted if claim.state != "held"),
        held=sorted(claim.seat_id for claim in wanted if claim.state == "held" and claim.user_id != user_id),
    )


def check_seats_free(found: Conflicts) -> None:
    """Refuse taken seats; that some are booked is said before that some are held."""
    taken = sorted(found.booked + found.held)
    if found.booked:
        raise SeatsBooked(f"Seats {found.booked} are already booked", conflicting_seat_ids=taken)
    if found.held:
        raise SeatsHeld(f"Seats {found.held} are currently reserved by other users", conflicting_seat_ids=taken)


def _wrong(pointer: str, sentence: str) -> Invalid:
    return Invalid(sentence, errors=[{"pointer": pointer, "detail": sentence}])
