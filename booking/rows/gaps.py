"""The gap rule: no choice leaves a single seat between others, unless there is no other choice of that size.

A single seat sells badly: most people come in company. Pure, like the picture it reads.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby, islice

from booking.rows.picture import Group, Hall, RowSeat, away, middle

MOST_ALTERNATIVES = 3


@dataclass(frozen=True, slots=True)
class Gap:
    """The seats that a choice would leave single, and what could be chosen instead, nearest first."""

    stranded: Group
    alternatives: list[Group]


def stranded(hall: Hall, chosen: Collection[int]) -> Group:
    """Return the open seats that this choice would leave single, and that are not single already, by position."""
    beside = {mate for seat_id in chosen for mate in hall.mates[seat_id]}.difference(chosen)
    left = [
        seat_id
        for seat_id in beside
        if hall.seats[seat_id].is_open and hall.is_single(seat_id, chosen) and not hall.is_single(seat_id)
    ]
    return tuple(sorted(hall.group(left), key=lambda seat: (seat.y, seat.x)))


def gap_of(hall: Hall, chosen: Collection[int]) -> Gap | None:
    """Judge a choice of open seats: ``None`` if it may stand.

    It may when it leaves no single seat; when no other choice of as many seats, at no higher price, is any better; and
    always when a wheelchair space or a companion's seat is part of it, as those cannot sit elsewhere.
    """
    left = stranded(hall, chosen)
    if not left or not all(seat.is_ordinary for seat in hall.group(chosen)):
        return None
    found = alternatives(hall, chosen)
    return Gap(left, found) if found else None


def alternatives(hall: Hall, wanted: Collection[int]) -> list[Group]:
    """Return up to three choices of as many open seats that leave none single, nearest to the wanted ones first.

    The wanted seats themselves need not be open. The same kinds of seats come first, and nothing dearer comes at all.
    """
    asked = hall.group(wanted)
    if not asked or not all(seat.is_ordinary for seat in asked):
        return []
    most, kinds = price_of(asked), sorted(seat.kind for seat in asked)
    found = {
        frozenset(seat.id for seat in group): group
        for group in (*hall.windows(len(asked)), *_with_parts_moved(hall, asked))
        if price_of(group) <= most
    }
    legal = (ids for ids in sorted(found, key=lambda ids: _nearness(found[ids], asked, kinds)) if _is_legal(hall, ids))
    return [found[ids] for ids in islice(legal, MOST_ALTERNATIVES)]


def price_of(group: Group) -> Decimal:
    return sum((seat.price for seat in group), Decimal(0))


def _is_legal(hall: Hall, chosen: frozenset[int]) -> bool:
    return not stranded(hall, chosen)


def _nearness(group: Group, asked: Group, kinds: list[str]) -> tuple[bool, int, float, list[int]]:
    """Same kinds first, then as many as possible of the seats asked for, then what is near them."""
    changed = len({seat.id for seat in group} - {seat.id for seat in asked})
    other_kinds = sorted(seat.kind for seat in group) != kinds
    return other_kinds, changed, away(group, middle(asked)), sorted(seat.id for seat in group)


def _with_parts_moved(hall: Hall, asked: Group) -> Iterator[Group]:
    """Yield the choice with only those parts moved that cannot stay: of two rows, the one that is right is kept."""
    parts = _parts(hall, asked)
    wrong = _wrong_parts(hall, asked, parts)
    if len(parts) < 2 or not wrong:
        return
    kept = [seat for part in parts if part not in wrong for seat in part]
    for part in wrong[:-1]:
        place = next(_places_for(hall, part, kept), None)
        if place is None:
            return
        kept += place
    for place in _places_for(hall, wrong[-1], kept):
        yield tuple(sorted([*kept, *place], key=lambda seat: (seat.y, seat.x)))


def _places_for(hall: Hall, part: Group, kept: Collection[RowSeat]) -> Iterator[Group]:
    """Yield places where the part could sit beside what is kept, the nearest first."""
    ids = frozenset(seat.id for seat in kept)
    nearest = sorted(hall.windows(len(part)), key=lambda group: away(group, middle(part)))
    for group in nearest:
        together = ids.union(seat.id for seat in group)
        if len(together) == len(ids) + len(group) and _is_legal(hall, together):
            yield group


def _wrong_parts(hall: Hall, asked: Group, parts: list[Group]) -> list[Group]:
    """Return the parts that cannot be had, and those beside a seat that the whole choice leaves single."""
    left = stranded(hall, {seat.id for seat in asked})
    beside = {mate for seat in left for mate in hall.mates[seat.id]}
    return [part for part in parts if any(not seat.is_open or seat.id in beside for seat in part)]


def _parts(hall: Hall, chosen: Group) -> list[Group]:
    """Return the choice as groups of seats side by side."""
    ids = {seat.id for seat in chosen}
    return [
        tuple(part)
        for run in hall.runs
        for is_chosen, part in groupby(run, key=lambda seat: seat.id in ids)
        if is_chosen
    ]
