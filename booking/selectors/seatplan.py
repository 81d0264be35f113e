"""The seat map as the page draws it: rows of cells with places, prices and words."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from booking.rows.picture import positions
from booking.selectors.seatmap import SeatMap, SeatView
from catalog.models import SeatType
from catalog.selectors.layouts import SeatPlace

PITCH = 44
"""Drawing units from seat to seat: at a scale of 1 a seat is a target of 44 CSS pixels."""
EDGE = 46  # room for the row's letter on both sides
STAGE = 96  # room for the screen above the first row

KIND_WORDS = {
    SeatType.STANDARD: "Standard",
    SeatType.PREMIUM: "Premium",
    SeatType.VIP: "VIP",
    SeatType.COUPLE: "Couple",
    SeatType.WHEELCHAIR: "Wheelchair space",
    SeatType.COMPANION: "Companion",
}
SIGNS = {SeatType.WHEELCHAIR: "W", SeatType.COMPANION: "C"}


@dataclass(frozen=True, slots=True)
class SeatCell:
    """One seat of the drawing. ``status``: available, held, sold or yours; ``left`` and ``top`` are its centre."""

    id: int
    row: str
    number: int
    kind: str
    kind_word: str
    sign: str
    price: Decimal
    status: str
    note: str
    column: int
    left: int
    top: int

    @property
    def label(self) -> str:
        """What a screen reader says, such as ``Row E, seat 7, Premium, 14.50, available``."""
        return f"{self.spoken}, {self.status}{self.note}"

    @property
    def spoken(self) -> str:
        """The part of the label that never changes."""
        return f"Row {self.row}, seat {self.number}, {self.kind_word}, {self.price}"

    @property
    def is_open(self) -> bool:
        """Whether the viewer may choose it, or has it."""
        return self.status in ("available", "yours")


@dataclass(frozen=True, slots=True)
class SeatRow:
    """One row of the drawing, from the left."""

    label: str
    index: int
    top: int
    cells: list[SeatCell]

    @property
    def open_cells(self) -> list[SeatCell]:
        return [cell for cell in self.cells if cell.is_open]


@dataclass(frozen=True, slots=True)
class SeatPlan:
    """A room as drawn, in units of which a seat has 44."""

    rows: list[SeatRow]
    columns: int
    width: int
    height: int

    @property
    def cells(self) -> list[SeatCell]:
        return [cell for row in self.rows for cell in row.cells]

    @property
    def middle(self) -> int:
        return self.width // 2

    @property
    def screen_left(self) -> int:
        return self.width // 6

    @property
    def screen_right(self) -> int:
        return self.width - self.width // 6

    @property
    def right_edge(self) -> int:
        return self.width - EDGE // 2


def seat_plan(seats: SeatMap, viewer_id: int | None) -> SeatPlan:
    """Lay out the map for one viewer. Seats without a place in the plan stand where their row and number say."""
    places = positions(seats.layout.seats.values())
    leftmost = min((x for x, _ in places.values()), default=0)
    topmost = min((y for _, y in places.values()), default=0)
    cells = []
    for view in seats.seats(viewer_id):
        x, y = places[view.seat.id]
        cells.append(_cell(view, x - leftmost, y - topmost))
    cells.sort(key=lambda cell: (cell.top, cell.left, cell.id))
    lines = [list(line) for _, line in groupby(cells, key=lambda cell: cell.top)]
    rows = [SeatRow(line[0].row, index, line[0].top, line) for index, line in enumerate(lines, start=1)]
    columns = max((cell.column for cell in cells), default=1)
    lowest = rows[-1].top if rows else STAGE
    return SeatPlan(rows, columns, 2 * EDGE + columns * PITCH, lowest + PITCH // 2 + 12)


def seat_names(places: Iterable[SeatPlace]) -> str:
    """Name seats for a sentence, such as ``E7, E8 and E9``."""
    names = [f"{place.row_label}{place.seat_number}" for place in places]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def seat_status(view: SeatView) -> str:
    """Return the page's word for a seat: available, held, sold or yours."""
    if view.status == "reserved":
        return "yours" if view.is_mine else "held"
    return "sold" if view.status == "booked" else "available"


def _cell(view: SeatView, x: int, y: int) -> SeatCell:
    seat = view.seat
    kind = SeatType(seat.seat_type)
    return SeatCell(
        id=seat.id,
        row=seat.row_label,
        number=seat.seat_number,
        kind=kind.value,
        kind_word=KIND_WORDS[kind],
        sign=SIGNS.get(kind, ""),
        price=view.price,
        status=seat_status(view),
        note=", your ticket" if view.is_mine and view.status == "booked" else "",
        column=x + 1,
        left=EDGE + x * PITCH + PITCH // 2,
        top=STAGE + y * PITCH + PITCH // 2,
    )
