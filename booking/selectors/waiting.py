"""Somebody's places in the lines for screenings, as they are at this moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from booking.models import TICKET_STATES, ClaimState, SeatClaim
from booking.waiting_models import WaitingParty
from catalog.models import ScreeningStatus
from cinema_project.common import clock
from cinema_project.common.errors import NotFound

State = WaitingParty.State
_AHEAD = (
    WaitingParty.objects.filter(
        Q(joined_at__lt=OuterRef("joined_at")) | Q(joined_at=OuterRef("joined_at"), pk__lt=OuterRef("pk")),
        screening=OuterRef("screening"),
        state=State.WAITING,
    )
    .order_by()
    .values("screening")
    .annotate(parties=Count("pk"))
    .values("parties")
)
"""How many parties are before one in its line."""


@dataclass(frozen=True, slots=True)
class WaitingView:
    """A party in line. ``position``: 1 is next; ``None`` once it does not wait any more."""

    id: int
    screening_id: int
    size: int
    wheelchair: bool
    status: str
    position: int | None
    joined_at: datetime
    offered_seat_ids: list[int]
    offered_until: datetime | None

    @property
    def is_active(self) -> bool:
        return self.status in (State.WAITING, State.OFFERED)


def waiting_of(user_id: int) -> list[WaitingView]:
    """Return the user's parties, the newest first."""
    return _views(WaitingParty.objects.filter(user=user_id).order_by("-joined_at", "-pk"))


def waiting_party(party_id: int, *, user_id: int) -> WaitingView:
    """Return one of the user's parties.

    :raises NotFound: if it is unknown or somebody else's
    """
    views = _views(WaitingParty.objects.filter(pk=party_id, user=user_id))
    if not views:
        raise NotFound(f"Waiting party with id {party_id} not found")
    return views[0]


def place_in_line(user_id: int | None, screening_id: int) -> WaitingView | None:
    """Return the party that the user has in the line of a screening, if they have one."""
    if user_id is None:
        return None
    noted = WaitingParty.objects.filter(user=user_id, screening=screening_id, state__in=(State.WAITING, State.OFFERED))
    return next((view for view in _views(noted) if view.is_active), None)


def _views(parties: QuerySet[WaitingParty]) -> list[WaitingView]:
    found = list(parties.select_related("screening").annotate(ahead=Coalesce(Subquery(_AHEAD), 0)))
    if not found:
        return []
    holds = SeatClaim.objects.in_bulk({claim_id for party in found for claim_id in party.claim_ids})
    now = clock.now()
    return [_view(party, [holds[pk] for pk in party.claim_ids if pk in holds], now) for party in found]


def _view(party: Any, holds: list[SeatClaim], now: datetime) -> WaitingView:
    live = [hold for hold in holds if hold.state == ClaimState.HELD and hold.expires_at and hold.expires_at > now]
    status = _status(party, holds, live, now)
    offered = live if status == State.OFFERED else []
    return WaitingView(
        id=party.pk,
        screening_id=party.screening_id,
        size=party.size,
        wheelchair=party.wheelchair,
        status=status,
        position=party.ahead + 1 if status == State.WAITING else None,
        joined_at=party.joined_at,
        offered_seat_ids=sorted(hold.seat_id for hold in offered),
        offered_until=min((hold.expires_at for hold in offered if hold.expires_at), default=None),
    )


def _status(party: WaitingParty, holds: list[SeatClaim], live: list[SeatClaim], now: datetime) -> str:
    """Return what is true now, whether or not anybody has noted it yet."""
    if party.state == State.WAITING:
        over = now >= party.screening.start_time or party.screening.status == ScreeningStatus.CANCELLED
        return State.CLOSED if over else State.WAITING
    if party.state == State.OFFERED and any(hold.state in TICKET_STATES for hold in holds):
        return State.SERVED
    return State.LAPSED if party.state == State.OFFERED and not live else party.state
