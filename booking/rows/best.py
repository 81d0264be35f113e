"""Best available: the group of seats to offer to a party, and which rules had to give way for it.

Side by side, no single seat left beside them, nearest to the sweet spot; then a single seat is accepted, then sitting
apart. Pure, like the picture it reads.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from booking.rows.gaps import stranded
from booking.rows.picture import Fits, Group, Hall, RowSeat, away, blocks, middle
from catalog.models import SeatType

GAP, ADJACENCY = "gap", "adjacency"
Cost = tuple[float, ...]
Avoided = frozenset[frozenset[int]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a party asks for.

    :param together: whether they want to sit side by side
    :param seat_type: the one kind of seat they want; ``wheelchair``: one such space, and the others beside it
    :param avoid: groups that they have been offered already
    :param any_gap: whether leaving a single seat is as good as leaving none
    :param packed: whether to fill stretches from their ends, the tightest first, instead of the best seats first
    """

    quantity: int
    together: bool = True
    seat_type: str | None = None
    avoid: Avoided = frozenset()
    any_gap: bool = False
    packed: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Seats for the whole party. ``relaxed``: the rules that had to give way, ``gap`` and ``adjacency``."""

    seats: Group
    relaxed: tuple[str, ...] = ()

    @property
    def ids(self) -> list[int]:
        return sorted(seat.id for seat in self.seats)


def best_available(hall: Hall, wish: Wish) -> Suggestion | None:
    """Return the best group that was not offered yet, or ``None`` if there is no more."""
    if not hall.seats:
        return None
    if wish.seat_type == SeatType.WHEELCHAIR:
        return _with_wheelchair(hall, wish)
    fits = _fitting(hall, wish)
    if not wish.together:
        return _apart(hall, wish, fits, hall.sweet_spot)
    found = _together(hall, wish, hall.windows(wish.quantity, fits), hall.sweet_spot)
    return found or _relaxing(ADJACENCY, _apart(hall, wish, fits, hall.sweet_spot))


def _fitting(hall: Hall, wish: Wish) -> Fits:
    if wish.seat_type is None:
        return lambda seat: seat.is_ordinary
    if wish.seat_type == SeatType.COMPANION:  # nobody sits there without the one they accompany
        ours = {seat.id for block in blocks(hall) if _has_own_space(block) for seat in block}
        return lambda seat: seat.kind == SeatType.COMPANION and seat.id in ours
    return lambda seat: seat.kind == wish.seat_type


def _has_own_space(block: Group) -> bool:
    return any(seat.kind == SeatType.WHEELCHAIR and seat.is_owned for seat in block)


def _together(hall: Hall, wish: Wish, groups: Iterable[Group], spot: tuple[float, float]) -> Suggestion | None:
    """Choose among groups side by side: one that leaves no single seat if there is one, with new seats if possible."""
    offered = frozenset().union(*wish.avoid)
    ranked = sorted(
        (group for group in groups if _ids(group) not in wish.avoid),
        key=lambda group: (
            len(_ids(group) & offered),
            _left_beside(hall, group) if wish.packed else (0, 0),
            away(group, spot),
            [seat.id for seat in group],
        ),
    )
    clean = next((group for group in ranked if not _strands(hall, wish, group)), None)
    if clean:
        return Suggestion(clean)
    return _told(hall, wish, min(ranked, key=lambda group: _strands(hall, wish, group))) if ranked else None


def _left_beside(hall: Hall, group: Group) -> tuple[int, int]:
    """Return how many free seats the group leaves beside it, and how many of those on the side with fewer."""
    ids = _ids(group)
    beside = {mate for end in (group[0], group[-1]) for mate in hall.mates[end.id]} - ids
    sides = sorted(_stretch_from(hall, mate, ids) for mate in beside if hall.seats[mate].is_open)
    return sum(sides), sides[0] if len(sides) > 1 else 0


def _stretch_from(hall: Hall, seat_id: int, without: Collection[int]) -> int:
    """Count the open seats that follow one another from this one on."""
    reached, ahead = set(without), [seat_id]
    while ahead:
        seat = ahead.pop()
        if seat not in reached and hall.seats[seat].is_open:
            reached.add(seat)
            ahead += hall.mates[seat]
    return len(reached) - len(without)


def _strands(hall: Hall, wish: Wish, group: Group) -> int:
    """Count the seats that the group would leave single, if that matters."""
    return 0 if wish.any_gap else len(stranded(hall, _ids(group)))


def _told(hall: Hall, wish: Wish, group: Group) -> Suggestion:
    """Say of a group whether it leaves a single seat."""
    return Suggestion(group, (GAP,) if _strands(hall, wish, group) else ())


def _relaxing(rule: str, found: Suggestion | None) -> Suggestion | None:
    return found and replace(found, relaxed=(*found.relaxed, rule))


def _apart(hall: Hall, wish: Wish, fits: Fits, spot: tuple[float, float]) -> Suggestion | None:
    """Seat the party in parts, with seats that were not offered before; leaving no single seat if that can be."""
    offered = frozenset().union(*wish.avoid)
    stretches = [part for run in hall.runs for part in _stretches(run, lambda s: fits(s) and s.id not in offered)]
    for any_gap in (wish.any_gap, True):
        found = _cheapest(hall, stretches, replace(wish, any_gap=any_gap), spot)
        if found:
            return _told(hall, wish, found)
    return None


def _stretches(run: Group, fits: Fits) -> Iterator[Group]:
    stretch: list[RowSeat] = []
    for seat in run:
        if seat.is_open and fits(seat):
            stretch.append(seat)
        elif stretch:
            yield tuple(stretch)
            stretch = []
    if stretch:
        yield tuple(stretch)


def _cheapest(hall: Hall, stretches: Iterable[Group], wish: Wish, spot: tuple[float, float]) -> Group | None:
    """Take a part of the party from each stretch, or none: what costs least over all, as in packing a knapsack."""
    best: list[tuple[Cost, Group] | None] = [((), ()), *[None] * wish.quantity]
    for stretch in stretches:
        options = [
            found
            for size in range(1, min(len(stretch), wish.quantity) + 1)
            if (found := _option(hall, wish, stretch, size, spot))
        ]
        for total in range(wish.quantity, 0, -1):
            for cost, group in options:
                before = best[total - len(group)] if len(group) <= total else None
                if before is None:
                    continue
                both = _sum(before[0], cost), (*before[1], *group)
                known = best[total]
                if known is None or both[0] < known[0]:
                    best[total] = both
    chosen = best[wish.quantity]
    return chosen[1] if chosen else None


def _option(hall: Hall, wish: Wish, stretch: Group, size: int, spot: tuple[float, float]) -> tuple[Cost, Group] | None:
    """Return the best place for so many in this stretch, at its cost: who sits alone, in how many parts, how far."""
    groups = [stretch[start : start + size] for start in range(len(stretch) - size + 1)]
    fine = [group for group in groups if not _strands(hall, wish, group)]
    if not fine:
        return None
    nearest = min(fine, key=lambda group: away(group, spot))
    far = away(nearest, spot)
    return ((float(size == 1), 1.0, far) if wish.together else (far,)), nearest


def _sum(one: Cost, other: Cost) -> Cost:
    return tuple(a + b for a, b in zip(one, other, strict=True)) if one else other


def _with_wheelchair(hall: Hall, wish: Wish) -> Suggestion | None:
    """Give one wheelchair space, and the rest of the party the companion seats beside it, then other seats."""
    spaces = [seat for seat in hall.seats.values() if _is_free_space(seat)]
    if not spaces:
        return None
    if wish.quantity == 1:
        lonely = sorted(spaces, key=lambda seat: (_companions(hall, seat), away([seat], hall.sweet_spot), seat.id))
        return next((Suggestion((seat,)) for seat in lonely if _ids((seat,)) not in wish.avoid), None)
    groups = [group for group in hall.windows(wish.quantity, lambda seat: True) if sum(map(_is_free_space, group)) == 1]
    for ordinary in range(wish.quantity):  # as few as possible: companion seats are there for this
        fewest = [group for group in groups if sum(seat.is_ordinary for seat in group) == ordinary]
        if found := _together(hall, wish, fewest, hall.sweet_spot):
            return found
    return _near_a_space(hall, wish, spaces)


def _near_a_space(hall: Hall, wish: Wish, spaces: Collection[RowSeat]) -> Suggestion | None:
    """Seat as many as possible right beside the space, and the others as near as can be."""
    tried = []
    for space in spaces:
        beside = _companion_seats(hall, space)[: wish.quantity - 1]
        rest = wish.quantity - 1 - len(beside)
        others = _apart(hall, replace(wish, quantity=rest), lambda seat: seat.is_ordinary, middle([space]))
        if rest and others is None:
            continue
        group = (space, *beside, *(others.seats if others and rest else ()))
        if _ids(group) not in wish.avoid:
            tried.append((rest, away(group, middle([space])), space.id, group))
    if not tried:
        return None
    found = _told(hall, wish, min(tried)[-1])
    return _relaxing(ADJACENCY, found) if wish.together else found


def _companions(hall: Hall, space: RowSeat) -> int:
    return len(_companion_seats(hall, space))


def _companion_seats(hall: Hall, space: RowSeat) -> Group:
    """Return the open companion seats of the space's own block, the nearest first."""
    block = next(block for block in blocks(hall) if space in block)
    seats = [seat for seat in block if seat.kind == SeatType.COMPANION and seat.is_open]
    return tuple(sorted(seats, key=lambda seat: abs(seat.x - space.x)))


def _is_free_space(seat: RowSeat) -> bool:
    return seat.kind == SeatType.WHEELCHAIR and seat.is_open


def _ids(group: Group) -> frozenset[int]:
    return frozenset(seat.id for seat in group)
