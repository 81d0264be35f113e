"""The waiting list: seats that come back are held for the next party in line that fits, which is told by mail.

No seat is kept for the list while nobody waits. Whoever frees seats leaves a message in the outbox if somebody does; a
worker then offers them, one party a transaction. A task of the clock makes good what was lost.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet

from accounts.models import User
from booking.claims import Buyer, BuyerGone, Found, lock_screening, look_at_room
from booking.models import TICKET_STATES, ClaimState, SeatClaim
from booking.promises import promise_offer
from booking.rows.best import ADJACENCY, Suggestion, Wish, best_available
from booking.selectors.halls import hall_of_found
from booking.services.reservations import hold_until, release_holds
from booking.services.seat_rules import MOST_SEATS, SeatLimit, check_on_sale, seats_allowed, seats_of
from booking.waiting_models import WaitingParty
from catalog.models import ScreeningStatus, SeatType
from cinema_project.common import clock
from cinema_project.common.database import repeat_on, write
from cinema_project.common.errors import Conflict, Invalid, NotFound

logger = logging.getLogger(__name__)

State = WaitingParty.State
ACTIVE = (State.WAITING, State.OFFERED)
NOBODY = 0  # no user's id: whoever looks for seats for others


class AlreadyWaiting(Conflict):
    code = "already_waiting"


class SeatsAvailable(Conflict):
    """There is nothing to wait for: so many seats together are free now."""

    code = "seats_available"


@repeat_on("one_place_in_the_line")
@write
def join(*, buyer: Buyer, screening_id: int, size: object, wheelchair: object = False) -> WaitingParty:
    """Put a party at the end of the line.

    :raises Invalid: wrong size, past screening, or more seats than a person may have
    :raises ScreeningNotFound: if there is no such screening
    :raises SeatsAvailable: if there are seats for it now; names them
    :raises AlreadyWaiting: if the buyer is in the line
    """
    size, wheelchair = _checked(size, wheelchair)
    lock_screening(screening_id)
    found = look_at_room(screening_id, buyer.id)
    check_on_sale(found)
    if len(seats_of(found, buyer.id)) + size > MOST_SEATS:
        raise SeatLimit
    settle(screening_id)
    if _line(screening_id).filter(user=buyer.id).exists():
        raise AlreadyWaiting("You are on the waiting list of this screening.")
    if suggestion := _seats_for(found, size, wheelchair):
        raise SeatsAvailable("There are seats for your party now: please choose them.", alternatives=[suggestion.ids])
    return WaitingParty.objects.create(
        user_id=buyer.id, screening_id=screening_id, size=size, wheelchair=wheelchair, joined_at=found.now
    )


@write
def leave(*, buyer: Buyer, party_id: int) -> None:
    """Leave the line, and give back what is held by its offer; twice is as good as once.

    :raises NotFound: if it is unknown or somebody else's
    """
    party = WaitingParty.objects.filter(pk=party_id, user=buyer.id).first()
    if party is None:
        raise NotFound(f"Waiting party with id {party_id} not found")
    lock_screening(party.screening_id)
    settle(party.screening_id)  # an offer that was taken stays one
    party.refresh_from_db()
    if party.state == State.OFFERED:
        held = SeatClaim.objects.filter(pk__in=party.claim_ids, state=ClaimState.HELD)
        seat_ids = sorted(held.values_list("seat_id", flat=True))
        if seat_ids:
            release_holds(buyer=buyer, screening_id=party.screening_id, seat_ids=seat_ids)
    if party.state in ACTIVE:
        _end([party], State.LEFT)


def leave_all(*, user: User) -> None:
    """Take somebody who goes out of every line; what is held for them is given back elsewhere."""
    WaitingParty.objects.filter(user=user, state__in=ACTIVE).update(state=State.LEFT, ended_at=clock.now())


def offer_everywhere() -> int:
    """Do in each screening with a line what ``offer`` does; return the number of parties that got an offer."""
    waiting = WaitingParty.objects.filter(state__in=ACTIVE).order_by("screening_id")
    return sum(map(_offer_or_warn, waiting.values_list("screening_id", flat=True).distinct()))


def _offer_or_warn(screening_id: int) -> int:
    try:
        return offer(screening_id)
    except Exception:  # whatever it is, the other screenings must not wait for it
        logger.warning("No offers could be made for screening %s", screening_id, exc_info=True)
        return 0


def offer(screening_id: int) -> int:
    """Hold seats for those whose turn it is, as long as there are some; return for how many parties.

    Any number may run beside each other, and as often as they like. Sales only wait for it if there is something to do.
    """
    offers = 0
    while _has_work(screening_id) and _offer_next(screening_id):
        offers += 1
    return offers


def _has_work(screening_id: int) -> bool:
    """Look without the lock whether an offer has ended, or another can be made."""
    line = list(_line(screening_id).select_related("user"))
    if any(party.state == State.OFFERED and _outcome(party) for party in line):
        return True
    waiting = [party for party in line if party.state == State.WAITING]
    if not waiting:
        return False
    found = look_at_room(screening_id, NOBODY)
    return _is_over(found) or next(_fitting(found, waiting), None) is not None


@repeat_on("one_live_claim_per_seat")
@write
def _offer_next(screening_id: int) -> bool:
    """Make one offer, to the first party in line that there are seats for."""
    if not lock_screening(screening_id):
        return False
    settle(screening_id)
    waiting = list(_line(screening_id).filter(state=State.WAITING).select_related("user").order_by("joined_at", "pk"))
    found = look_at_room(screening_id, NOBODY)
    if _is_over(found):
        _end(waiting, State.CLOSED)
        return False
    return any(_offer_to(party, suggestion) for party, suggestion in _fitting(found, waiting))


def _fitting(found: Found, parties: Sequence[WaitingParty]) -> Iterator[tuple[WaitingParty, Suggestion]]:
    """Yield the parties that there are seats for, in their order; which seats, is worked out once for each size.

    Who is suspended cannot come and buy, and is passed over.
    """
    known: dict[tuple[int, bool], Suggestion | None] = {}
    for party in (party for party in parties if party.user.is_active):
        wanted = (party.size, party.wheelchair)
        if wanted not in known:
            known[wanted] = _seats_for(found, *wanted)
        suggestion = known[wanted]
        if suggestion:
            yield party, suggestion


def _offer_to(party: WaitingParty, suggestion: Suggestion) -> bool:
    lock_screening(party.screening_id, buyer_id=party.user_id)  # and the buyer, whose other holds count (R9)
    try:
        found = look_at_room(party.screening_id, party.user_id)
    except BuyerGone:
        _end([party], State.LEFT)
        return False
    if _is_over(found) or seats_allowed(found, party.user_id) < party.size:
        return False  # they stay in line: what they hold elsewhere will end
    length = min(timedelta(seconds=settings.WAITING_OFFER_SECONDS), found.screening.start_time - found.now)
    holds = hold_until(found, party.user, suggestion.ids, length)
    party.state, party.offered_at, party.claim_ids = State.OFFERED, found.now, [hold.id for hold in holds]
    party.save(update_fields=["state", "offered_at", "claim_ids"])
    promise_offer(party.pk)
    return True


def settle(screening_id: int) -> None:
    """Note what became of the offers of a screening; the caller has its row. Changes no answer (R63)."""
    for party in _line(screening_id).filter(state=State.OFFERED):
        if outcome := _outcome(party):
            _end([party], outcome)


def _outcome(party: WaitingParty) -> WaitingParty.State | None:
    """Return what became of an offer; ``None`` while it lasts."""
    claims = SeatClaim.objects.filter(pk__in=party.claim_ids)
    if claims.filter(state__in=TICKET_STATES).exists():
        return State.SERVED
    held = claims.filter(state=ClaimState.HELD, expires_at__gt=clock.now()).exists()
    return None if held else State.LAPSED


def _seats_for(found: Found, size: int, wheelchair: bool) -> Suggestion | None:
    """Return seats side by side for a party, if there are such: those that leave most room for the next in line."""
    kind = SeatType.WHEELCHAIR if wheelchair else None
    wish = Wish(size, seat_type=kind, any_gap=settings.GAP_RULE == "off", packed=True)
    suggestion = best_available(hall_of_found(found, NOBODY, ()), wish)
    return suggestion if suggestion and ADJACENCY not in suggestion.relaxed else None


def _is_over(found: Found) -> bool:
    return found.now >= found.screening.start_time or found.screening.status == ScreeningStatus.CANCELLED


def _line(screening_id: int) -> QuerySet[WaitingParty]:
    return WaitingParty.objects.filter(screening=screening_id, state__in=ACTIVE)


def _end(parties: Sequence[WaitingParty], state: WaitingParty.State) -> None:
    WaitingParty.objects.filter(pk__in=[party.pk for party in parties]).update(state=state, ended_at=clock.now())


def _checked(size: object, wheelchair: object) -> tuple[int, bool]:
    if type(size) is not int or size < 1:
        raise _wrong("/party_size", "party_size must be a positive whole number.")
    if not isinstance(wheelchair, bool):
        raise _wrong("/wheelchair", "wheelchair must be true or false.")
    return size, wheelchair


def _wrong(pointer: str, sentence: str) -> Invalid:
    return Invalid(sentence, errors=[{"pointer": pointer, "detail": sentence}])
