"""The seat map of a screening: who sees which seat how.

A map is kept in memory and reused while the screening's ``seat_seq``, the room's version and the clock say that it
still holds; one small query asks them each time, so a map is never stale.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.conf import settings

from catalog.selectors.layouts import RoomLayout, SeatPlace, room_layout
from catalog.selectors.screenings import ScreeningNotFound
from cinema_project.common.database import Row, as_moment, as_money, marks, query

KEPT = 500  # maps; one of 300 seats takes about 100 kB

_VERSION = """
SELECT s.seat_seq, s.room_id, r.layout_version + c.version, s.price, s.currency, clock.now
FROM cinema_clock AS clock, catalog_screening s
JOIN catalog_room r ON r.id = s.room_id JOIN catalog_cinema c ON c.id = r.cinema_id
WHERE s.id = %s"""
_TAKEN = """
SELECT seat_id, state, user_id, expires_at FROM booking_seatclaim
WHERE screening_id = %s AND state IN ('held', 'pending', 'confirmed', 'used')"""
_TOGETHER = """
SELECT s.id, s.seat_seq, s.room_id, r.layout_version + c.version, s.price, s.currency, clock.now,
       t.seat_id, t.state, t.user_id, t.expires_at
FROM cinema_clock AS clock, catalog_screening s
JOIN catalog_room r ON r.id = s.room_id JOIN catalog_cinema c ON c.id = r.cinema_id
LEFT JOIN booking_seatclaim t ON t.screening_id = s.id AND t.state IN ('held', 'pending', 'confirmed', 'used')
WHERE s.id IN ({ids}) ORDER BY s.id"""


@dataclass(frozen=True, slots=True)
class Taken:
    """A seat that somebody holds or has bought."""

    status: str
    user_id: int
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class SeatView:
    """One seat as one viewer sees it; ``reserved_by`` only names the viewer, unless they see all (R60)."""

    seat: SeatPlace
    status: str
    price: Decimal
    reserved_by: int | None = None
    expires_at: datetime | None = None
    is_mine: bool = False


def untaken(place: SeatPlace, price: Decimal) -> SeatView:
    """Return a seat that nobody has."""
    return SeatView(place, "available" if place.is_active else "booked", price)


@dataclass(slots=True)
class SeatMap:
    """All seats of one screening at ``seq``. Good until ``good_until``, when the first hold lapses."""

    screening_id: int
    seq: int
    now: datetime
    price: Decimal
    currency: str
    layout: RoomLayout
    taken: dict[int, Taken]
    good_until: datetime | None
    public_body: bytes | None = field(default=None, repr=False)  # encoded by booking/api, kept for the next reader

    @property
    def etag(self) -> str:
        """Changes with the seats, the room, and each hold that lapses."""
        room = f"{self.layout.room_id}.{self.layout.version}"
        return f"{self.screening_id}-{self.seq}-{room}-{len(self.taken)}"

    def shows(self, seq: int, room_id: int, version: int, price: Decimal, currency: str) -> bool:
        """Tell whether the map is of this change of seats, this room, and these prices."""
        known = (self.seq, self.layout.room_id, self.layout.version, self.price, self.currency)
        return known == (seq, room_id, version, price, currency)

    def seats(self, viewer_id: int | None = None, *, sees_all: bool = False) -> Iterator[SeatView]:
        """Yield every seat in the order of rows and numbers."""
        for place in self.layout.seats.values():
            yield self.seat(place, viewer_id, sees_all=sees_all)

    def seat(self, place: SeatPlace, viewer_id: int | None = None, *, sees_all: bool = False) -> SeatView:
        """Return one seat as this viewer sees it."""
        price = self.layout.price(self.price, place.id)
        taken = self.taken.get(place.id)
        if taken is None:
            return untaken(place, price)
        mine = viewer_id is not None and taken.user_id == viewer_id
        holder = taken.user_id if mine or sees_all or settings.SEAT_HOLDER_IDS_PUBLIC else None
        return SeatView(place, taken.status, price, holder, taken.expires_at, mine)

    def free_seats(self) -> list[SeatPlace]:
        """Return the seats that could be held now."""
        return [view.seat for view in self.seats() if view.status == "available"]


_remembered: dict[int, SeatMap] = {}


def seat_map(screening_id: int, thing: str = "Screening") -> SeatMap:
    """Return the map as it is now.

    :raises ScreeningNotFound: if there is no such screening; ``thing`` is what the caller's path calls it
    """
    rows = query(_VERSION, [screening_id])
    if not rows:
        raise ScreeningNotFound(f"{thing} with id {screening_id} not found")
    seq, room_id, version, price, currency, clock = rows[0]
    now = as_moment(clock)
    assert now is not None
    base = as_money(price)
    known = _remembered.get(screening_id)
    if known and known.shows(seq, room_id, version, base, currency) and not _passed(known.good_until, now):
        return known
    if len(_remembered) >= KEPT:
        _remembered.clear()
    fresh = _map_of([screening_id, *rows[0]], query(_TAKEN, [screening_id]))
    _remembered[screening_id] = fresh
    return fresh


def seat_maps(screening_ids: Sequence[int]) -> list[SeatMap]:
    """Return the maps of all these screenings that exist, each as it was at one moment, by a single query.

    Other than with ``seat_map``, its ``seq`` counts exactly the changes that the map shows.
    """
    rows = query(_TOGETHER.format(ids=marks(screening_ids)), screening_ids) if screening_ids else []
    maps = []
    for _, found in groupby(rows, key=lambda row: row[0]):
        claims = list(found)
        maps.append(_map_of(claims[0][:7], [claim[7:] for claim in claims if claim[7] is not None]))
    return maps


def _map_of(screening: Sequence[Any], claims: Iterable[Row]) -> SeatMap:
    screening_id, seq, room_id, version, price, currency, clock = screening
    now = as_moment(clock)
    assert now is not None
    taken = _taken(claims, now)
    return SeatMap(
        screening_id=screening_id,
        seq=seq,
        now=now,
        price=as_money(price),
        currency=currency,
        layout=room_layout(room_id, version),
        taken=taken,
        good_until=min((seat.expires_at for seat in taken.values() if seat.expires_at), default=None),
    )


def _taken(claims: Iterable[Row], now: datetime) -> dict[int, Taken]:
    found = {}
    for seat_id, state, user_id, expires in claims:
        until = as_moment(expires) if state in ("held", "pending") else None
        if not _passed(until, now):
            found[seat_id] = Taken("reserved" if state == "held" else "booked", user_id, until)
    return found


def _passed(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now
