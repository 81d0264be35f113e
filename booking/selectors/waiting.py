"""Somebody's places in the lines for screenings, as they are at this moment."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from booking.models import TICKET_STATES, ClaimState, SeatClaim
from booking.waiting_models import WaitingParty
from catalog.models import ScreeningStatus
from cinema_project.common import clock
from cinema_project.common.errors import NotFound

State = WaitingParty.State


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


def waiting_of(user_id: int, *, screening_id: int | None = None) -> list[WaitingView]:
    """Return the user's parties, the newest first."""
    parties = WaitingParty.objects.filter(user=user_id).select_related("screening").order_by("-joined_at", "-pk")
    now = clock.now()
    if screening_id is not None:
        parties = parties.filter(screening=screening_id)
    return [_view(party, now) for party in parties]


def waiting_party(party_id: int, *, user_id: int) -> WaitingView:
    """Return one of the user's parties.

    :raises NotFound: if it is unknown or somebody else's
    """
    party = WaitingParty.objects.filter(pk=party_id, user=user_id).select_related("screening").first()
    if party is None:
        raise NotFound(f"Waiting party with id {party_id} not found")
    return _view(party, clock.now())


def place_in_line(user_id: int | None, screening_id: int) -> WaitingView | None:
    """Return the party that the user has in the line of a screening, if they have one."""
    if user_id is None:
        return None
    return next((view for view in waiting_of(user_id, screening_id=screening_id) if view.is_active), None)


def _view(party: WaitingParty, now: datetime) -> WaitingView:
    holds = list(SeatClaim.objects.filter(pk__in=party.claim_ids).order_by("seat_id")) if party.claim_ids else []
    live = [hold for hold in holds if hold.state == ClaimState.HELD and hold.expires_at and hold.expires_at > now]
    status = _status(party, holds, live, now)
    return WaitingView(
        id=party.pk,
        screening_id=party.screening_id,
        size=party.size,
        wheelchair=party.wheelchair,
        status=status,
        position=_position(party) if status == State.WAITING else None,
        joined_at=party.joined_at,
        offered_seat_ids=[hold.seat_id for hold in live] if status == State.OFFERED else [],
        offered_until=min((hold.expires_at for hold in live if hold.expires_at), default=None),
    )


def _status(party: WaitingParty, holds: list[SeatClaim], live: list[SeatClaim], now: datetime) -> str:
    """Return what is true now, whether or not anybody has noted it yet."""
    if party.state == State.WAITING:
        over = now >= party.screening.start_time or party.screening.status == ScreeningStatus.CANCELLED
        return State.CLOSED if over else State.WAITING
    if party.state == State.OFFERED and any(hold.state in TICKET_STATES for hold in holds):
        return State.SERVED
    return State.LAPSED if party.state == State.OFFERED and not live else party.state


def _position(party: WaitingParty) -> int:
    earlier = Q(joined_at__lt=party.joined_at) | Q(joined_at=party.joined_at, pk__lt=party.pk)
    line = WaitingParty.objects.filter(earlier, screening=party.screening_id, state=State.WAITING)
    return line.count() + 1
