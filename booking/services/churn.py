"""R12: who holds a seat again and again without buying it keeps it from others."""

import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from booking.claims import Claim, Found
from cinema_project.common.errors import TooMany

MOST_STARTS = 3
WINDOW = timedelta(minutes=30)  # ``claims.look`` reads no further back
SHORT = timedelta(seconds=30)
"""A hold given back within this time was a slip of the hand."""


class HoldChurn(TooMany):
    code = "hold_churn"


def check_churn(found: Found, seat_ids: Sequence[int], user_id: int) -> None:
    """Refuse the fourth hold of a seat within half an hour, unless one of the others was bought.

    :param found: of a look with ended claims
    :param seat_ids: that the user does not hold now
    :raises HoldChurn: with the seconds until the seat may be held again
    """
    waiting = churned(found, seat_ids, user_id)
    if waiting:
        _refuse(found, waiting)


def churned(found: Found, seat_ids: Collection[int], user_id: int) -> dict[int, datetime]:
    """Return which of these seats the user may not hold now, and the moment from which they may again.

    :param found: of a look with ended claims
    """
    before = [claim for claim in (*found.ended, *found.claims) if _is_earlier_try(claim, found, seat_ids, user_id)]
    if len(before) < MOST_STARTS:
        return {}
    starts = _starts(before)
    again = {
        seat_id: sorted(starts[seat_id])[-MOST_STARTS] + WINDOW for seat_id in starts if _too_many(starts[seat_id])
    }
    return {seat_id: moment for seat_id, moment in again.items() if moment > found.now}


def _is_earlier_try(claim: Claim, found: Found, seat_ids: Collection[int], user_id: int) -> bool:
    here = claim.screening_id == found.screening.id and claim.user_id == user_id
    return here and claim.seat_id in seat_ids


def _starts(claims: Sequence[Claim]) -> dict[int, list[datetime]]:
    """Return when each seat was held, slips aside, since it was last bought."""
    bought: dict[int, datetime] = {}
    for claim in claims:
        if claim.booked_at is not None:
            bought[claim.seat_id] = max(claim.booked_at, bought.get(claim.seat_id, claim.booked_at))
    starts: dict[int, list[datetime]] = defaultdict(list)
    for claim in claims:
        start, last_sale = claim.reserved_at, bought.get(claim.seat_id)
        if start is None or claim.booked_at is not None or _is_slip(claim, start):
            continue
        if last_sale is None or start > last_sale:
            starts[claim.seat_id].append(start)
    return starts


def _is_slip(claim: Claim, start: datetime) -> bool:
    return claim.state == "released" and claim.ended_at is not None and claim.ended_at - start <= SHORT


def _too_many(starts: Sequence[datetime]) -> bool:
    return len(starts) >= MOST_STARTS


def _refuse(found: Found, waiting: dict[int, datetime]) -> None:
    seconds = math.ceil((max(waiting.values()) - found.now).total_seconds())
    places = [found.screening.layout.seats[seat_id] for seat_id in sorted(waiting)]
    names = ", ".join(f"{place.row_label}{place.seat_number}" for place in places)
    minutes = math.ceil(seconds / 60)
    raise HoldChurn(
        f"You held {names} {MOST_STARTS} times without buying. Choose other seats, buy these at once, or try again in"
        f" {minutes} {'minute' if minutes == 1 else 'minutes'}.",
        retry_after=seconds,
        churned_seat_ids=sorted(waiting),
    )
