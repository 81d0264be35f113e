"""What the house asks of a choice of seats beyond what can be sold: no seat left single, companions beside a friend.

Pages refuse to go on with a choice that breaks a rule, and say what to choose instead. The API's clients know nothing
of such rules: only ``GAP_RULE=all`` holds them to the first.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta

from django.conf import settings

from booking.claims import Buyer, Found, look_at_room
from booking.rows.companions import unaccompanied
from booking.rows.gaps import Gap, alternatives, gap_of
from booking.rows.picture import Group, Hall
from booking.selectors.halls import hall_of_found
from booking.selectors.seatplan import seat_names
from catalog.selectors.layouts import RoomLayout
from cinema_project.common.errors import Conflict


class SingleSeatGap(Conflict):
    code = "single_seat_gap"


class CompanionSeat(Conflict):
    code = "companion_seat"


def check_choice(*, buyer: Buyer, screening_id: int) -> None:
    """Let the buyer go on with what they hold of a screening.

    :raises SingleSeatGap: if that leaves a seat single, and another choice would not; names both
    :raises CompanionSeat: if a seat kept for companions is among them, without the wheelchair space beside it
    """
    found = look_at_room(screening_id, buyer.id)
    held = _held_by(found, buyer.id)
    layout, start = found.screening.layout, found.screening.start_time
    hall = hall_of_found(found, buyer.id, held)
    objection = objection_to(hall, held, to_start=start - found.now, layout=layout)
    if objection:
        raise objection


def objection_to(
    hall: Hall, chosen: Collection[int], *, to_start: timedelta, layout: RoomLayout
) -> SingleSeatGap | CompanionSeat | None:
    """Return the refusal that this choice would meet, with what to choose instead.

    :param to_start: the time left until the film
    """
    alone = unaccompanied(hall, chosen) if to_start > timedelta(minutes=layout.companion_minutes) else ()
    if alone:
        return _companion_seat(alone)
    gap = gap_of(hall, chosen) if settings.GAP_RULE != "off" else None
    return _single_seat_gap(gap) if gap else None


def check_gap_everywhere(screening_id: int, seat_ids: Sequence[int], user_id: int) -> None:
    """Hold the API's clients to the gap rule, too, where the settings say so.

    :raises SingleSeatGap: if these seats, with what the user holds, leave a seat single, and another choice would not
    """
    if settings.GAP_RULE != "all":
        return
    found = look_at_room(screening_id, user_id)
    held = _held_by(found, user_id)
    gap = gap_of(hall_of_found(found, user_id, held), {*seat_ids, *held})
    if gap:
        raise _single_seat_gap(gap)


def alternatives_to(*, buyer: Buyer, screening_id: int, seat_ids: Collection[int]) -> list[Group]:
    """Return up to three choices of as many seats, near the lost ones; what the buyer holds may be part of them."""
    found = look_at_room(screening_id, buyer.id)
    hall = hall_of_found(found, buyer.id, _held_by(found, buyer.id))
    return alternatives(hall, [seat_id for seat_id in seat_ids if seat_id in hall.seats])


def ids_of(groups: Sequence[Group]) -> list[list[int]]:
    """Return the alternatives as the API names them."""
    return [sorted(seat.id for seat in group) for group in groups]


def _held_by(found: Found, user_id: int) -> set[int]:
    return {
        claim.seat_id
        for claim in found.claims
        if claim.screening_id == found.screening.id
        and claim.user_id == user_id
        and claim.state == "held"
        and claim.is_live(found.now)
    }


def _names(group: Group) -> str:
    return seat_names(seat.place for seat in group)


def _single_seat_gap(gap: Gap) -> SingleSeatGap:
    left = _names(gap.stranded)
    sentence = f"{left} would be left as a single seat" if len(gap.stranded) == 1 else f"{left} would be left single"
    return SingleSeatGap(
        f"{sentence}. Please choose other seats, such as {_names(gap.alternatives[0])}.",
        conflicting_seat_ids=[seat.id for seat in gap.stranded],
        alternatives=ids_of(gap.alternatives),
    )


def _companion_seat(alone: Group) -> CompanionSeat:
    verb = "is a companion seat: it goes" if len(alone) == 1 else "are companion seats: they go"
    return CompanionSeat(
        f"{_names(alone)} {verb} with the wheelchair space beside it. Please choose that space, too, or other seats.",
        conflicting_seat_ids=[seat.id for seat in alone],
    )
