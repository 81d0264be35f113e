"""Giving everybody back what they had of a screening that was called off: in chunks, and as often as it takes (R43)."""

from collections import defaultdict
from collections.abc import Iterable

from booking.claims import Claim, Found, apply, lock_screening, look_for_people, update_claims
from booking.models import ClaimState, Refund, SeatClaim
from booking.realtime import SeatUpdate
from booking.services.reservations import end_lapsed
from catalog.models import Screening, ScreeningStatus
from cinema_project.common import outbox
from cinema_project.common.database import write
from cinema_project.common.models import OutboxMessage

PEOPLE_AT_ONCE = 20
MAIL = "screening_cancelled"
OPEN = (ClaimState.HELD, ClaimState.PENDING, ClaimState.CONFIRMED)
ENDED = (
    "state = CASE state WHEN 'confirmed' THEN 'cancelled' WHEN 'pending' THEN 'unpaid' ELSE 'released' END,"
    " ended_at = %s"
)


def finish_all() -> int:
    """Finish every cancellation that a crash left half done; return the number of seats given back."""
    left = SeatClaim.objects.filter(screening__status=ScreeningStatus.CANCELLED, state__in=OPEN)
    screening_ids = left.order_by("screening_id").values_list("screening_id", flat=True).distinct()
    return sum(finish(screening_id) for screening_id in screening_ids)


def finish(screening_id: int) -> int:
    """End all holds and tickets of a cancelled screening, with refunds and a mail to each person; return how many.

    It may be killed at any moment and run again, or beside itself: what is done is done once.
    """
    ended = 0
    while chunk := _next_chunk(screening_id):
        ended += chunk
    return ended


@write
def _next_chunk(screening_id: int) -> int:
    if not lock_screening(screening_id):
        return 0
    found = look_for_people(screening_id, PEOPLE_AT_ONCE)
    if found.screening.status != ScreeningStatus.CANCELLED or not found.claims:
        return 0
    by = Screening.objects.values_list("actor_id", flat=True).get(pk=screening_id)
    sold = [claim for claim in found.claims if claim.state == ClaimState.CONFIRMED]
    Refund.objects.bulk_create(
        Refund(claim_id=claim.id, amount=claim.price, currency=claim.currency, created_at=found.now, actor_id=by)
        for claim in sold
    )
    live = [claim for claim in found.claims if claim.is_live(found.now)]
    lapsed = [claim for claim in found.claims if not claim.is_live(found.now)]
    changes = [update_claims(ENDED, [found.now], live, by=by)] if live else []
    changes += [end_lapsed(lapsed)] if lapsed else []
    apply(found, changes, [SeatUpdate(claim.seat_id, "available") for claim in found.claims])
    _promise_mails(found, live)
    return len(found.claims)


def _promise_mails(found: Found, live: Iterable[Claim]) -> None:
    """One for each person, with what they had; somebody who took a guest's holds over meanwhile has it already."""
    people: dict[int, list[int]] = defaultdict(list)
    for claim in live:
        people[claim.user_id].append(claim.id)
    keys = {f"{found.screening.id}:{user_id}": user_id for user_id in people}
    known = set(OutboxMessage.objects.filter(topic=MAIL, key__in=keys).values_list("key", flat=True))
    for key, user_id in keys.items():
        if key not in known:
            payload = {"screening_id": found.screening.id, "user_id": user_id, "claim_ids": people[user_id]}
            outbox.add(MAIL, key=key, payload=payload)
