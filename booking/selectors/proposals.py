"""Other seats for money that came too late: the same ones if they are free, else near ones at the same price."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

from booking.selectors.seatmap import SeatView, seat_map


def seats_instead(screening_id: int, seat_ids: Sequence[int], amount: Decimal) -> list[SeatView]:
    """Return free seats side by side that cost exactly this amount, as near to the wished ones as can be.

    :param seat_ids: what was wished for; as many are proposed, or none
    :raises ScreeningNotFound: if there is no such screening
    """
    seats = seat_map(screening_id)
    views = list(seats.seats())
    wished = [view for view in views if view.seat.id in seat_ids]
    if len(wished) != len(seat_ids):
        return []  # the room is another one by now
    if all(view.status == "available" for view in wished) and _price(wished) == amount:
        return wished
    rows = {label: number for number, label in enumerate(dict.fromkeys(view.seat.row_label for view in views))}
    by_row = [list(row) for _, row in groupby(views, lambda view: view.seat.row_label)]
    groups = [window for row in by_row for window in _windows(row, len(wished))]
    fitting = [group for group in groups if _price(group) == amount]
    return min(fitting, key=lambda group: _distance(group, wished, rows), default=[])


def _windows(row: list[SeatView], size: int) -> list[list[SeatView]]:
    """Return so many free seats with consecutive numbers, in every possible way."""
    windows = [row[start : start + size] for start in range(len(row) - size + 1)]
    return [
        window
        for window in windows
        if all(view.status == "available" for view in window)
        and window[-1].seat.seat_number - window[0].seat.seat_number == size - 1
    ]


def _distance(group: Sequence[SeatView], wished: Sequence[SeatView], rows: dict[str, int]) -> float:
    return sum(
        abs(rows[one.seat.row_label] - rows[other.seat.row_label]) * 2
        + abs(one.seat.seat_number - other.seat.seat_number)
        for one, other in zip(group, wished, strict=True)
    )


def _price(group: Sequence[SeatView]) -> Decimal:
    return sum((view.price for view in group), Decimal(0))
