"""The unchanging part of a seat map, kept in memory by version: seats, price factors, length of a hold."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings

from catalog.models import Cinema, Room, Seat, SeatType, TicketType

CENT = Decimal("0.01")
KEPT = 500  # rooms; one of 300 seats takes about 100 kB


@dataclass(frozen=True, slots=True)
class SeatPlace:
    """A seat as every map shows it."""

    id: int
    row_label: str
    seat_number: int
    seat_type: str
    x: int | None
    y: int | None
    is_active: bool


@dataclass(frozen=True, slots=True)
class RoomLayout:
    """A room at one version; ``seats`` by id, in the order of rows and numbers."""

    room_id: int
    version: int
    seats: dict[int, SeatPlace]
    hold_seconds: int
    cancel_cutoff: timedelta
    factors: dict[tuple[str, str], Decimal]
    fee: Decimal
    companion_minutes: int = 60

    def price(self, base: Decimal, seat_id: int, ticket_type: str = TicketType.ADULT) -> Decimal:
        """Return the price of a ticket: the screening's, times the factors of seat and ticket type, and the fee.

        Rounded once, half up (R16).
        """
        factor = self.factors[self.seats[seat_id].seat_type, ticket_type]
        return (base * factor + self.fee).quantize(CENT, ROUND_HALF_UP)


_remembered: dict[int, RoomLayout] = {}


def room_layout(room_id: int, version: int) -> RoomLayout:
    """Return the layout, read anew only when ``version`` (the room's plus the cinema's) has moved on."""
    layout = _remembered.get(room_id)
    if layout is None or layout.version != version:
        if len(_remembered) >= KEPT:
            _remembered.clear()
        layout = _remembered[room_id] = _read(room_id, version)
    return layout


def row_order(label: str) -> tuple[int, str]:
    """Sort key of a row label: A, B, ... Z, AA."""
    return len(label), label


def _read(room_id: int, version: int) -> RoomLayout:
    cinema = Cinema.objects.get(rooms=room_id)
    rows = Seat.objects.filter(room_id=room_id).values_list(
        "id", "row_label", "seat_number", "seat_type", "x", "y", "is_active"
    )
    places = sorted((SeatPlace(*row) for row in rows), key=lambda seat: (row_order(seat.row_label), seat.seat_number))
    return RoomLayout(
        room_id=room_id,
        version=version,
        seats={place.id: place for place in places},
        hold_seconds=cinema.hold_seconds or settings.HOLD_SECONDS,
        cancel_cutoff=timedelta(minutes=cinema.cancel_cutoff_minutes),
        factors=_factors(cinema),
        fee=cinema.booking_fee,
        companion_minutes=cinema.companion_release_minutes,
    )


def _factors(cinema: Cinema) -> dict[tuple[str, str], Decimal]:
    """Return what the price of each kind of seat is multiplied by for each kind of ticket."""
    return {
        (seat, ticket): getattr(cinema, f"{seat}_factor") * getattr(cinema, f"{ticket}_factor")
        for seat in SeatType.values
        for ticket in TicketType.values
    }


def layout_of_screening(screening_id: int) -> RoomLayout:
    """Return the layout of the screening's room as it is now, at the cost of one query."""
    room = Room.objects.select_related("cinema").get(screenings=screening_id)
    return room_layout(room.pk, room.layout_version + room.cinema.version)
