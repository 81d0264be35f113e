"""How full a showing is at least: what several looks at its seats say together."""

from collections.abc import Sequence

Rows = Sequence[Sequence[str]]
"""A hall as ``SeatSnapshot.layout`` keeps it: ``("A", "0110")`` by row, 1 for a free seat."""

LOWER_BOUND = (
    "Lower bound: seats that were free at our first look and are not now. Somebody took them, unless the house blocked "
    "them since."
)


def taken_since(looks: Sequence[Rows]) -> list[int]:
    """Return for each look how many seats are not free now that were at the first look at the same hall.

    What was taken before the first look may be sold or blocked; so of a first look nothing is certain. A hall with
    other rows is another one, and compared with looks of its own.

    :param looks: in the order of their time
    """
    first: dict[tuple[tuple[str, int], ...], Rows] = {}
    return [_taken(first.setdefault(_hall(rows), rows), rows) for rows in looks]


def _hall(rows: Rows) -> tuple[tuple[str, int], ...]:
    return tuple((name, len(seats)) for name, seats in rows)


def _taken(before: Rows, now: Rows) -> int:
    pairs = zip((seats for _, seats in before), (seats for _, seats in now), strict=True)
    return sum(was > is_ for then, after in pairs for was, is_ in zip(then, after, strict=True))
