"""Guests' holds: they come along when the visitor signs in, and nothing stays of guests who went."""

from collections import defaultdict
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from booking.claims import Found, apply, buyer_unless_changed, lock_screening, look_locked, update_claims
from booking.models import ClaimState, SeatClaim, StateChange
from booking.realtime import SeatUpdate
from booking.services.reservations import expire_screening, own_holds, release_holds
from booking.services.seat_rules import seats_allowed
from catalog.selectors.layouts import SeatPlace
from cinema_project.common import clock
from cinema_project.common.database import write

ENDED_HOLDS = (ClaimState.LAPSED, ClaimState.RELEASED)
KEPT = timedelta(days=1)
CHUNK = 200


def adopt_holds(*, guest: User, user: User) -> dict[int, list[SeatPlace]]:
    """Make the guest's holds the user's, to end when they would have; those beyond R9 are given back.

    Ended holds come along, so that a choice that lapsed during the sign-in stays on screen. Safe to repeat: whatever
    the guest held since, in a request that was under way, follows.

    :return: the seats that were given back, by screening
    """
    if not SeatClaim.objects.filter(user=guest).exists():
        return {}
    return _adopt(guest, user)


@write
def _adopt(guest: User, user: User) -> dict[int, list[SeatPlace]]:
    screening_ids = sorted(_held_by(guest))
    for screening_id in screening_ids:  # all of them before the user's row, as sales lock that second
        lock_screening(screening_id)
        expire_screening(screening_id)
    lost: dict[int, list[SeatPlace]] = {}
    for screening_id, seat_ids in _held_by(guest).items():
        if screening_id in screening_ids:
            found = look_locked(screening_id, seat_ids, user.pk, lock_user=True)
            lost[screening_id] = _adopt_here(found, guest, user)
    SeatClaim.objects.filter(user=guest, state__in=ENDED_HOLDS).update(user=user)
    return {screening_id: places for screening_id, places in lost.items() if places}


def _held_by(guest: User) -> dict[int, list[int]]:
    """Return the guest's seats by screening, the last chosen screening first: where not all fit, it counts most."""
    holds = SeatClaim.objects.filter(user=guest, state=ClaimState.HELD).order_by("-reserved_at", "-pk")
    seats: dict[int, list[int]] = defaultdict(list)
    for screening_id, seat_id in holds.values_list("screening_id", "seat_id"):
        seats[screening_id].append(seat_id)
    return seats


def _adopt_here(found: Found, guest: User, user: User) -> list[SeatPlace]:
    """Take over as many holds of one screening as the user may have; return the seats of the others."""
    screening, holds = found.screening, own_holds(found, guest.pk)
    allowed = seats_allowed(found, user.pk)
    kept, lost = holds[:allowed], [hold.seat_id for hold in holds[allowed:]]
    if kept:
        moved = update_claims("user_id = %s", [user.pk], kept, by=user.pk)
        updates = [SeatUpdate(hold.seat_id, "reserved", user.pk, hold.expires_at) for hold in kept]
        apply(found, [moved], updates, first=[buyer_unless_changed(found, user.pk)])
    if lost:
        release_holds(buyer=guest, screening_id=screening.id, seat_ids=lost)
    return [screening.layout.seats[seat_id] for seat_id in lost]


def sweep_guests() -> int:
    """Delete guests who have held nothing for a day, together with their ended holds; return how many.

    Any number may run at the same time.
    """
    swept, last = 0, 0
    while chunk := list(_gone().filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        swept, last = swept + _delete(chunk), chunk[-1]
    return swept


def _gone() -> QuerySet[User]:
    since = clock.now() - KEPT
    claims = SeatClaim.objects.filter(user=OuterRef("pk"))
    staying = claims.filter(~Q(state__in=ENDED_HOLDS) | Q(reserved_at__gt=since))
    return User.objects.filter(~Exists(staying), is_guest=True, created_at__lte=since)


@write
def _delete(guest_ids: list[int]) -> int:
    # Holding a seat renews the guest's row: who does that now is passed over, or finds no row any more.
    guests = User.objects.filter(pk__in=guest_ids).order_by("pk").select_for_update(skip_locked=True)
    locked = list(guests.values_list("pk", flat=True))
    gone = list(_gone().filter(pk__in=locked).values_list("pk", flat=True))
    ended = SeatClaim.objects.filter(user__in=gone)
    names = [str(claim_id) for claim_id in ended.values_list("pk", flat=True)]
    StateChange.objects.filter(kind=StateChange.Kind.CLAIM, object_id__in=names).delete()
    ended.delete()
    User.objects.filter(pk__in=gone).delete()
    return len(gone)
