"""Rooms and screenings for parties that want to sit together."""

from collections.abc import Sequence

from accounts.models import User
from booking.models import SeatClaim
from booking.services.best import BestHeld
from booking.tests import make
from catalog.models import Screening
from catalog.tests import make as catalog


def rows(*lengths: int, types: Sequence[str] = ()) -> tuple[Screening, list[int]]:
    """A screening in a room with rows of equal length."""
    room = catalog.room(seats=(len(lengths), lengths[0]))
    for seat, kind in zip(room.seats.order_by("pk"), types, strict=False):
        seat.seat_type = kind
        seat.save()
    screening = catalog.screening(room=room)
    return screening, make.seats_of(screening)


def seats_of(held: BestHeld) -> list[int]:
    return [hold.seat_id for hold in held.held.holds]


def held_by(person: User, screening: Screening) -> list[int]:
    claims = SeatClaim.objects.filter(user=person, screening=screening, state="held")
    return sorted(claims.values_list("seat_id", flat=True))
