"""The text plan of a room: one line a row, one character a place. docs/programme-import.md explains the symbols."""

import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from catalog.models import SeatType
from cinema_project.common.errors import Invalid

SYMBOLS = {
    "s": SeatType.STANDARD,
    "p": SeatType.PREMIUM,
    "v": SeatType.VIP,
    "c": SeatType.COUPLE,
    "w": SeatType.WHEELCHAIR,
    "k": SeatType.COMPANION,
}
AISLES = "_ "
MAX_SEATS = 2000
NUMBERINGS = ("left_to_right", "right_to_left")


@dataclass(frozen=True, slots=True)
class SeatSpec:
    """A seat to be made; ``x`` and ``y`` are grid cells, worked out from label and number when missing."""

    row_label: str
    seat_number: int
    seat_type: str = SeatType.STANDARD
    x: int | None = None
    y: int | None = None


class PlanInvalid(Invalid):
    code = "plan_invalid"


class WrongNumberOfSeats(Invalid):
    code = "wrong_number_of_seats"


def plan_to_seats(lines: Sequence[str], *, numbering: str = "left_to_right") -> list[SeatSpec]:
    """Return the seats of a text plan, the first line nearest to the screen.

    :param numbering: the side on which each row's seat 1 stands
    :raises PlanInvalid: with a pointer for each wrong line
    :raises WrongNumberOfSeats: unless there are 1 to 2,000
    """
    seats: list[SeatSpec] = []
    errors: list[dict[str, str]] = []
    labels: set[str] = set()
    label = ""
    for y, line in enumerate(lines):
        try:
            label, row = _read_line(line, y, label, numbering)
            if row and label in labels:
                raise PlanInvalid(f"row label {label} is used twice")
            labels.add(label)
            seats += row
        except PlanInvalid as wrong:
            errors.append({"pointer": f"/plan/{y}", "detail": f"Line {y + 1} of the plan: {wrong}."})
    if errors:
        raise PlanInvalid("The plan cannot be read.", errors=errors)
    check_number(len(seats))
    return seats


def block(rows: int, seats_per_row: int, seat_type: str = SeatType.STANDARD) -> list[SeatSpec]:
    """Return a rectangle of seats, rows A, B, ... Z, AA, ...

    :raises WrongNumberOfSeats: unless there are 1 to 2,000
    """
    check_number(rows * seats_per_row)
    return [SeatSpec(row_name(y), x + 1, seat_type, x=x, y=y) for y in range(rows) for x in range(seats_per_row)]


def check_number(seats: int) -> None:
    """Refuse to make no seats, or too many at once (R50).

    :raises WrongNumberOfSeats: if so
    """
    if not 1 <= seats <= MAX_SEATS:
        raise WrongNumberOfSeats(f"1 to {MAX_SEATS} seats can be made at once, not {seats}.")


def row_name(index: int) -> str:
    """Return the label of the row with this index: 0 is A, 25 is Z, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        name = string.ascii_uppercase[letter] + name
    return name


def _read_line(line: str, y: int, last_label: str, numbering: str) -> tuple[str, list[SeatSpec]]:
    before, colon, cells = line.rpartition(":")
    if not cells.strip(AISLES):
        return last_label, []
    label = before.strip() if colon else _next_label(last_label)
    if not 1 <= len(label) <= 5:
        raise PlanInvalid(f"the row label before the colon has 1 to 5 characters, not {label!r}")
    places = list(_places(cells[1:] if colon and cells[:1] == " " else cells))
    numbers = range(1, len(places) + 1) if numbering == "left_to_right" else range(len(places), 0, -1)
    return label, [SeatSpec(label, number, kind, x=x, y=y) for number, (x, kind) in zip(numbers, places, strict=True)]


def _places(cells: str) -> Iterator[tuple[int, str]]:
    for symbol, run in groupby(enumerate(cells), key=lambda place: place[1]):
        columns = [column for column, _ in run]
        if symbol in AISLES:
            continue
        if symbol not in SYMBOLS:
            raise PlanInvalid(f"{symbol!r} means nothing, use {' '.join(SYMBOLS)} for seats and _ for an aisle")
        if symbol == "c" and len(columns) % 2:
            raise PlanInvalid("couple seats come in pairs, write cc")
        yield from ((column, SYMBOLS[symbol]) for column in columns)


def _next_label(last: str) -> str:
    if not last:
        return row_name(0)
    if not (last.isascii() and last.isalpha() and last.isupper()):
        raise PlanInvalid(f"after row {last} every row needs its own label, as in 'E: ssss'")
    index = 0
    for letter in last:
        index = index * 26 + string.ascii_uppercase.index(letter) + 1
    return row_name(index)
