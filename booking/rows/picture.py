"""One picture of a room's rows for everybody who judges a choice of seats: which are side by side, whose, how dear.

Pure. ``booking/selectors/halls.py`` makes it; the gap rule and best available read it. ``x`` runs from the left, ``y``
from the screen, in seats.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import groupby, pairwise

from catalog.models import SeatType
from catalog.selectors.layouts import SeatPlace, row_order

KEPT_FOR_SOME = (SeatType.WHEELCHAIR, SeatType.COMPANION)
SWEET_DEPTH = 2 / 3  # of the way from the first row to the last


class SeatState(StrEnum):
    """Whose a seat is. ``MINE``: held by the viewer, who may change their mind; ``BLOCKED``: not on sale."""

    FREE = "free"
    MINE = "mine"
    TAKEN = "taken"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class RowSeat:
    """A seat in its row. ``is_owned``: the viewer has a hold or a ticket for it."""

    place: SeatPlace
    x: int
    y: int
    state: SeatState
    price: Decimal
    is_owned: bool = False

    @property
    def id(self) -> int:
        return self.place.id

    @property
    def kind(self) -> str:
        return self.place.seat_type

    @property
    def is_open(self) -> bool:
        """Whether the viewer may choose it, or has chosen it."""
        return self.state in (SeatState.FREE, SeatState.MINE)

    @property
    def is_ordinary(self) -> bool:
        """Whether it is for everybody, and not a wheelchair space or the seat of a companion."""
        return self.kind not in KEPT_FOR_SOME


Group = tuple[RowSeat, ...]
Fits = Callable[[RowSeat], bool]


@dataclass(frozen=True, slots=True)
class Hall:
    """A room at one moment, as one viewer sees it.

    ``runs``: seats side by side, from the left, the first row first; aisles and row ends part them.
    ``mates``: for each seat for everybody, those beside it that would keep it company; of a sofa only its other half.
    """

    runs: tuple[Group, ...]
    seats: dict[int, RowSeat]
    mates: dict[int, list[int]]

    def is_single(self, seat_id: int, taken: Collection[int] = ()) -> bool:
        """Tell whether nobody could sit beside this seat once ``taken`` are gone, too."""
        return all(mate in taken or not self.seats[mate].is_open for mate in self.mates[seat_id])

    def group(self, seat_ids: Iterable[int]) -> Group:
        return tuple(self.seats[seat_id] for seat_id in seat_ids)

    @property
    def sweet_spot(self) -> tuple[float, float]:
        """Two thirds back and centred, where films look and sound as they should."""
        xs, ys = [seat.x for seat in self.seats.values()], [seat.y for seat in self.seats.values()]
        return (min(xs) + max(xs)) / 2, min(ys) + (max(ys) - min(ys)) * SWEET_DEPTH

    def windows(self, size: int, fits: Fits = lambda seat: seat.is_ordinary) -> Iterator[Group]:
        """Yield every group of so many open, fitting seats side by side."""
        for run in self.runs:
            good = [seat.is_open and fits(seat) for seat in run]
            for start in range(len(run) - size + 1):
                if all(good[start : start + size]):
                    yield run[start : start + size]


def hall_of(seats: Iterable[RowSeat]) -> Hall:
    """Find the runs among these seats, and who is beside whom."""
    everybody = sorted(seats, key=lambda seat: (seat.y, row_order(seat.place.row_label), seat.x, seat.id))
    runs: list[list[RowSeat]] = []
    for seat in everybody:
        if runs and _is_beside(runs[-1][-1], seat):
            runs[-1].append(seat)
        else:
            runs.append([seat])
    mates: dict[int, list[int]] = {seat.id: [] for seat in everybody}
    for run in runs:
        for left, right in _mates_in(run):
            mates[left].append(right)
            mates[right].append(left)
    return Hall(tuple(map(tuple, runs)), {seat.id: seat for seat in everybody}, mates)


def _is_beside(left: RowSeat, right: RowSeat) -> bool:
    return (left.y, left.place.row_label, left.x + 1) == (right.y, right.place.row_label, right.x)


def _mates_in(run: list[RowSeat]) -> Iterator[tuple[int, int]]:
    """Yield the pairs beside each other; sofas are pairs of couple seats, counted from the left."""
    for kind, stretch in groupby(run, key=_stretch):
        seats = [seat.id for seat in stretch]
        if kind == SeatType.COUPLE:
            yield from zip(seats[::2], seats[1::2], strict=False)
        elif kind:
            yield from pairwise(seats)


def _stretch(seat: RowSeat) -> str:
    """Name what kinds of seats have in common: nothing for those that are not for everybody."""
    if not seat.is_ordinary:
        return ""
    return SeatType.COUPLE if seat.kind == SeatType.COUPLE else SeatType.STANDARD


def positions(seats: Collection[SeatPlace]) -> dict[int, tuple[int, int]]:
    """Return ``(x, y)`` of each seat; one without a place in the plan stands where its row and number say."""
    labels = sorted({seat.row_label for seat in seats}, key=row_order)
    depth = {label: index for index, label in enumerate(labels)}
    return {
        seat.id: (
            seat.seat_number - 1 if seat.x is None else seat.x,
            depth[seat.row_label] if seat.y is None else seat.y,
        )
        for seat in seats
    }


def away(group: Iterable[RowSeat], spot: tuple[float, float]) -> float:
    """Return how far the group is from a spot: the sum of squared distances, in seats."""
    return sum((seat.x - spot[0]) ** 2 + (seat.y - spot[1]) ** 2 for seat in group)


def middle(group: Collection[RowSeat]) -> tuple[float, float]:
    """Return the centre of a group."""
    return sum(seat.x for seat in group) / len(group), sum(seat.y for seat in group) / len(group)


def blocks(hall: Hall) -> Iterator[Group]:
    """Yield each stretch of wheelchair spaces and companion seats side by side."""
    for run in hall.runs:
        for is_ordinary, stretch in groupby(run, key=lambda seat: seat.is_ordinary):
            if not is_ordinary:
                yield tuple(stretch)
