"""Who may sit beside a wheelchair space: whoever has that space, and those who come with them. Pure."""

from collections.abc import Collection

from booking.rows.picture import Group, Hall, blocks
from catalog.models import SeatType


def unaccompanied(hall: Hall, chosen: Collection[int]) -> Group:
    """Return the chosen companion seats of which no wheelchair space beside them is chosen too, or the viewer's.

    One without any wheelchair space beside it is a seat like all others.
    """
    return tuple(
        seat
        for block in blocks(hall)
        if _has_spaces(block) and not _is_ours(block, chosen)
        for seat in block
        if seat.kind == SeatType.COMPANION and seat.id in chosen
    )


def _has_spaces(block: Group) -> bool:
    return any(seat.kind == SeatType.WHEELCHAIR for seat in block)


def _is_ours(block: Group, chosen: Collection[int]) -> bool:
    return any(seat.kind == SeatType.WHEELCHAIR and (seat.id in chosen or seat.is_owned) for seat in block)
