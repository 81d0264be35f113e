"""Who sits together: dealing the seats of a room to small groups, as a real audience would take them."""

from collections.abc import Collection, Iterator
from itertools import groupby
from random import Random

from catalog.models import SeatType
from catalog.selectors.layouts import RoomLayout, SeatPlace

SIZES = (1, 2, 3, 4, 5)
SIZE_WEIGHTS = (15, 45, 15, 20, 5)
KEPT_FREE = (SeatType.WHEELCHAIR, SeatType.COMPANION)
"""Mostly bought late, so that the demo always has some to show."""

Run = list[int]
"""Free seats side by side, by id."""


def parties(layout: RoomLayout, dice: Random, *, seats: int, taken: Collection[int] = ()) -> Iterator[Run]:
    """Yield groups of adjacent free seats, about ``seats`` in all; never one half of a couple seat."""
    runs = list(_runs(layout, taken))
    rows = max((place.y or 0 for place in layout.seats.values()), default=0) + 1
    while seats > 0:
        size = dice.choices(SIZES, SIZE_WEIGHTS)[0]
        fitting = [run for run in runs if len(run) >= size and not (size % 2 and _is_couple(layout, run))]
        if not fitting:
            runs = [run for run in runs if not _is_couple(layout, run)]
            if not any(runs):
                return
            continue
        run = dice.choices(fitting, [_liking(layout, run, rows) for run in fitting])[0]
        party = run[:size] if dice.random() < 0.5 else run[-size:]
        run[:] = [seat for seat in run if seat not in party]
        seats -= size
        yield party


def _runs(layout: RoomLayout, taken: Collection[int]) -> Iterator[Run]:
    free = [
        place
        for place in layout.seats.values()
        if place.is_active and place.id not in taken and place.seat_type not in KEPT_FREE
    ]
    places = sorted(free, key=lambda place: (place.y or 0, place.x or 0))
    for _, side_by_side in groupby(enumerate(places), key=lambda pair: _block(*pair)):
        yield [place.id for _, place in side_by_side]


def _block(index: int, place: SeatPlace) -> tuple[int, bool, int]:
    """Return what neighbours share: the row, the kind of bench, and the distance of column and rank."""
    return place.y or 0, place.seat_type == SeatType.COUPLE, (place.x or 0) - index


def _is_couple(layout: RoomLayout, run: Run) -> bool:
    return bool(run) and layout.seats[run[0]].seat_type == SeatType.COUPLE


def _liking(layout: RoomLayout, run: Run, rows: int) -> float:
    """Return how much people like the row: two thirds back is best."""
    depth = (layout.seats[run[0]].y or 0) / rows
    return 1.2 - abs(depth - 0.66)
