"""Who has a claim on a seat: what staff's changes must ask first."""

from django.db.models import Q

from booking.models import SeatClaim
from cinema_project.common import clock


def screenings_that_need(seat_id: int) -> list[int]:
    """Return the screenings, not over yet, for which somebody has a live claim on the seat (R49)."""
    now = clock.now()
    live = Q(state__in=("confirmed", "used")) | Q(state__in=("held", "pending"), expires_at__gt=now)
    claims = SeatClaim.objects.filter(live, seat=seat_id, screening__end_time__gt=now)
    return list(claims.order_by("screening_id").values_list("screening_id", flat=True))


def is_needed_as_it_is(seat_id: int) -> bool:
    """Tell whether somebody will sit on the seat."""
    return bool(screenings_that_need(seat_id))


def was_ever_claimed(seat_id: int) -> bool:
    """Tell whether a hold or a ticket, however old, names the seat."""
    return SeatClaim.objects.filter(seat=seat_id).exists()
