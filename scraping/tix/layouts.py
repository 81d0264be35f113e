"""Seats of a showing, and how full it is at most: three shapes of the same answer are in circulation (facts 2.2)."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from scraping.tix.reading import Node, opened

CAVEAT = (
    "Upper bound: the site does not tell sold seats from blocked ones, so the house may be emptier than this, "
    "never fuller."
)
FREE, TAKEN = "1", ("5", "6")
PERHAPS_NO_SEAT = "6"
CATEGORIES = ((90, "sold_out"), (70, "nearly_full"), (30, "moderate"))


class Shape(StrEnum):
    NESTED = "nested"
    FLAT = "flat"
    SITE_CODES = "site codes"


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat as the site has it. ``name`` is empty where the shape names none; ``code`` as it came."""

    row: str
    name: str
    free: bool
    code: str


@dataclass(frozen=True, slots=True)
class SeatLayout:
    """All seats of a showing. ``uncounted`` are entries that are no seats we know (aisles), by their code."""

    shape: Shape
    seats: tuple[Seat, ...]
    uncounted: dict[str, int] = field(default_factory=dict)
    price: int | None = None

    @property
    def rows(self) -> list[tuple[str, list[int]]]:
        """Return ``(row, [1 free, 0 taken, ...])``, rows in the order in which they came."""
        by_row: dict[str, list[int]] = {}
        for seat in self.seats:
            by_row.setdefault(seat.row, []).append(int(seat.free))
        return list(by_row.items())


@dataclass(frozen=True, slots=True)
class RowCount:
    row: str
    seats: int
    unavailable: int


@dataclass(frozen=True, slots=True)
class Occupancy:
    """How full a showing is at most: percent of its seats with one decimal, and why it is a bound.

    ``perhaps_no_seat`` counts seats of code 6, which another reader of the same answers takes for places without one.
    """

    seats_total: int
    unavailable: int
    upper_bound: float
    category: str
    by_row: tuple[RowCount, ...]
    perhaps_no_seat: int = 0
    caveat: str = CAVEAT

    @property
    def available(self) -> int:
        return self.seats_total - self.unavailable


def parse_layout(payload: bytes | Any) -> SeatLayout:
    """Read ``/v1/movies/{chain}/layout`` in any of its shapes.

    :raises Refused: if the site refuses
    :raises WrongShape: if it has none of them, or no seat at all: a hall without seats would be empty or full at will
    """
    data = opened(payload)
    if data.get("site_codes").there:
        layout = _counted(Shape.SITE_CODES, list(_site_codes(data.get("site_codes"))))
    else:
        layout = _seat_map(data.get("seat_map"))
    if not layout.seats:
        raise data.get("seat_map", "site_codes").wrong("a map with at least one seat, free or taken")
    price = data.get("price")
    return SeatLayout(layout.shape, layout.seats, layout.uncounted, price.whole() if price.there else None)


def _seat_map(node: Node) -> SeatLayout:
    entries = node.required_items()
    nested = [entry.get("seat_rows").there for entry in entries]
    if any(nested) and not all(nested):
        raise node.wrong("of one shape: some entries are rows, others seats")
    if any(nested):
        return _counted(Shape.NESTED, [seat for entry in entries for seat in _nested_row(entry)])
    return _counted(Shape.FLAT, [_flat_seat(entry) for entry in entries if _is_seat(entry.get("seat_yn"))])


def _counted(shape: Shape, entries: list[Seat]) -> SeatLayout:
    """Keep the entries that are seats. One that stands there twice counts once, as taken if either says so."""
    seats: dict[Any, Seat] = {}
    uncounted: Counter[str] = Counter()
    for number, seat in enumerate(entries):
        if seat.code not in (FREE, *TAKEN):
            uncounted[seat.code] += 1
            continue
        key = (seat.row, seat.name) if seat.name else number
        if key not in seats or not seat.free:
            seats[key] = seat
    return SeatLayout(shape, tuple(seats.values()), dict(uncounted))


def _nested_row(node: Node) -> Iterator[Seat]:
    label = node.get("seat_code", "row_name").optional_text()
    for entry in node.get("seat_rows").items():
        name = entry.get("seat_row", "seat_code").optional_text()
        yield _seat(label or _letters_of(name), name, code_of(entry.get("status")))


def _flat_seat(node: Node) -> Seat:
    code = code_of(node.get("seat_status", "status"))
    name = node.get("seat_number", "seat_name").optional_text()
    return _seat(node.get("row_name", "seat_code").optional_text(), name, TAKEN[0] if code == "0" else code)


def _is_seat(node: Node) -> bool:
    """Tell a seat from an aisle; in this shape a seat of status 0 is a sold one, so the mark must be there."""
    return node.flag()


def _site_codes(node: Node) -> Iterator[Seat]:
    for entry in node.items():
        yield _seat(entry.get("row").text(), entry.get("column").text(), code_of(entry.get("status")))


def _seat(row: str, name: str, code: str) -> Seat:
    return Seat(row, name, code == FREE, code)


def code_of(node: Node) -> str:
    """Read a status: a number, a text, or an object with ``code``.

    :raises WrongShape: if it is missing: a seat of which nothing is known is neither free nor taken
    """
    return (node.get("code") if isinstance(node.value, dict) else node).text()


def _letters_of(name: str) -> str:
    found = re.match(r"[^\W\d_]+", name)
    return found[0] if found else ""


def occupancy_of(layout: SeatLayout) -> Occupancy:
    """Return how full a showing is at most."""
    rows: dict[str, list[bool]] = {}
    for seat in layout.seats:
        rows.setdefault(seat.row, []).append(seat.free)
    total = len(layout.seats)
    taken = sum(not seat.free for seat in layout.seats)
    return Occupancy(
        seats_total=total,
        unavailable=taken,
        upper_bound=percent(taken, total),
        category=category_of(taken, total),
        by_row=tuple(RowCount(row, len(frees), frees.count(False)) for row, frees in rows.items()),
        perhaps_no_seat=sum(seat.code == PERHAPS_NO_SEAT for seat in layout.seats),
    )


def percent(part: int, whole: int) -> float:
    """Return a percentage with one decimal, rounded up at a half; 0 of nothing is 0."""
    return (part * 2000 + whole) // (2 * whole) / 10 if whole else 0.0


def category_of(taken: int, total: int) -> str:
    """Return the word for how full that is (facts 2.2): by the exact share, not the rounded one."""
    return next((word for least, word in CATEGORIES if total and taken * 100 >= least * total), "low")
