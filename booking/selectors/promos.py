"""What a promo code takes off what somebody holds."""

from dataclasses import dataclass
from decimal import Decimal

from booking.models import SeatClaim
from cinema_project.common import clock


@dataclass(frozen=True, slots=True)
class PromoOff:
    """A code, and what it takes off the holds of a screening together; their prices are what is left.

    ``is_complete``: all of them have it; seats chosen later, or for another type of ticket, do not.
    """

    code: str
    discount: Decimal
    is_complete: bool


def promo_of(user_id: int | None, screening_id: int) -> PromoOff | None:
    """Return the code that the user's live holds of the screening have, if they have one."""
    live = SeatClaim.objects.filter(user=user_id, screening=screening_id, state="held", expires_at__gt=clock.now())
    holds = list(live.select_related("promo__use__promo"))
    seats = [hold.promo for hold in holds if hasattr(hold, "promo")]
    if not seats:
        return None
    discount = sum((seat.discount for seat in seats), Decimal("0.00"))
    return PromoOff(seats[0].use.promo.code, discount, len(seats) == len(holds))
