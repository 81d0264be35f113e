"""Rooms drawn as text, for tests of the rows: one line a row, the first nearest to the screen.

``s`` standard, ``p`` premium (dearer), ``c`` couple, ``w`` wheelchair space, ``k`` companion; a capital letter is the
viewer's own hold; ``x`` taken, ``b`` not on sale, ``o`` the viewer's ticket for a wheelchair space; else an aisle.
"""

from collections.abc import Iterable
from decimal import Decimal
from string import ascii_uppercase

from booking.rows.picture import Group, Hall, RowSeat, SeatState, hall_of
from catalog.selectors.layouts import SeatPlace

KINDS = {
    "s": "standard",
    "p": "premium",
    "c": "couple",
    "w": "wheelchair",
    "k": "companion",
    "x": "standard",
    "b": "standard",
    "o": "wheelchair",
}
STATES = {"x": SeatState.TAKEN, "b": SeatState.BLOCKED, "o": SeatState.TAKEN}


def drawn(*lines: str) -> Hall:
    """Read a drawing. Seats are numbered 1, 2, 3, ... through the room."""
    cells = [(x, y, letter) for y, line in enumerate(lines) for x, letter in enumerate(line) if letter.lower() in KINDS]
    return hall_of(_seat(number, *cell) for number, cell in enumerate(cells, start=1))


def _seat(number: int, x: int, y: int, letter: str) -> RowSeat:
    kind = KINDS[letter.lower()]
    place = SeatPlace(number, ascii_uppercase[y], x + 1, kind, x, y, letter != "b")
    mine = letter.isupper()
    state = SeatState.MINE if mine else STATES.get(letter, SeatState.FREE)
    return RowSeat(place, x, y, state, Decimal(12 if kind == "premium" else 10), mine or letter == "o")


def ids(group: Iterable[RowSeat]) -> list[int]:
    return [seat.id for seat in group]


def all_ids(groups: Iterable[Group]) -> list[list[int]]:
    return [ids(group) for group in groups]
