"""Holds: a seat kept for one user for a short time (R1-R18)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from booking.claims import (
    Buyer,
    Claim,
    Found,
    ScreeningState,
    apply,
    buyer_unless_changed,
    insert_claims,
    lock_screening,
    look,
    look_for_due,
    look_locked,
    update_claims,
    without_promos,
)
from booking.realtime import SeatUpdate
from booking.services import contested
from booking.services.churn import check_churn
from booking.services.house_rules import alternatives_to, check_gap_everywhere, ids_of
from booking.services.seat_rules import (
    SeatsBooked,
    SeatsHeld,
    check_on_sale,
    check_screening_limit,
    check_seat_limit,
    check_seats_free,
    check_seats_of_room,
    checked_seat_ids,
    conflicts,
)
from booking.services.ticket_types import TicketTypes, checked_ticket_types, prices, retyped
from cinema_project.common import clock
from cinema_project.common.database import Overtaken, as_moment, id_of, query, repeat_on, write
from cinema_project.common.errors import Conflict, Invalid
from cinema_project.common.outbox import Statement

LONG_HOLD = timedelta(seconds=900)
LONGEST = timedelta(minutes=55)
MOST_EXTENSIONS = 10
Check = Callable[[Found, list[int], Buyer], list[Claim]]


class HoldExpired(Conflict):
    code = "hold_expired"


class ExtendLimit(Conflict):
    code = "extend_limit"


@dataclass(frozen=True, slots=True)
class Held:
    """Holds of one call, by seat; ``expires_in_minutes`` and ``message`` as the API says them."""

    holds: list[Claim]
    expires_in_minutes: int
    message: str


def hold_seats(
    *,
    buyer: Buyer,
    screening_id: int,
    seat_ids: Sequence[int],
    ticket_types: object = None,
    unfinished: bool = False,
) -> Held:
    """Hold the seats for this buyer, all or none; seats they hold already stay as they are (R2, R7, R8).

    :param ticket_types: ``{"<seat id>": "child"}``; a seat held already gets another price, and no more time (R16)
    :param unfinished: the buyer goes on choosing, on a page which sees to the rules of the house in the end
    :raises Invalid: wrong list or types, foreign seat, past screening, or over a limit
    :raises NotFound: if there is no such screening
    :raises Conflict: if the screening is cancelled, or a seat is booked or held by somebody else
    :raises HoldChurn: if the buyer has held a seat too often without buying it
    """
    wanted = checked_seat_ids(seat_ids)
    types = checked_ticket_types(ticket_types, wanted)
    check = _check if unfinished else _check_all
    try:
        return _hold_at_once_or_locked(buyer, screening_id, wanted, types, check)
    except (SeatsBooked, SeatsHeld) as refusal:
        if not unfinished and contested.may_offer(screening_id):
            found = alternatives_to(buyer=buyer, screening_id=screening_id, seat_ids=wanted)
            refusal.extra["alternatives"] = ids_of(found)
        raise


def _hold_at_once_or_locked(
    buyer: Buyer, screening_id: int, wanted: list[int], types: TicketTypes, check: Check
) -> Held:
    def found() -> Found:
        return look(screening_id, wanted, buyer.id, with_ended=True)

    if contested.lately(screening_id):
        # A look without the lock can only refuse: most of a crowd need not queue for what is gone.
        check(found(), wanted, buyer)
    try:
        return contested.at_once(screening_id, lambda: _hold(buyer, wanted, types, found(), check)) or _hold_locked(
            buyer, screening_id, wanted, types, check
        )
    except (SeatsBooked, SeatsHeld):
        contested.note(screening_id)
        raise


@repeat_on("one_live_claim_per_seat")
@write
def _hold_locked(buyer: Buyer, screening_id: int, wanted: list[int], types: TicketTypes, check: Check) -> Held:
    # No third screening beside this one (R9): hence the buyer's row.
    found = look_locked(screening_id, wanted, buyer.id, lock_user=True, with_ended=True)
    return _hold(buyer, wanted, types, found, check)


def hold_looked_at(found: Found, buyer: Buyer, seat_ids: list[int], ticket_types: TicketTypes) -> Held:
    """Hold seats that were chosen among all that a look at the room found; the last step of a larger change.

    :raises Overtaken: without the lock, if the room is not as it was found
    :raises DomainError: what ``hold_seats`` raises
    """
    return _hold(buyer, seat_ids, ticket_types, found, _check)


def _hold(buyer: Buyer, wanted: list[int], types: TicketTypes, found: Found, check: Check) -> Held:
    kept = check(found, wanted, buyer)
    length = hold_length(buyer, found.screening)
    new, other = _without(wanted, kept), retyped(kept, types)
    if new or other:
        kept = [hold for hold in kept if hold not in other] + _write(found, buyer, new, other, types, length)
    minutes = int(length.total_seconds() // 60)
    return Held(
        holds=sorted(kept, key=lambda claim: claim.seat_id),
        expires_in_minutes=minutes,
        message=f"Reserved {counted(kept, 'seat')} for {minutes} minutes",
    )


def _check(found: Found, wanted: list[int], buyer: Buyer) -> list[Claim]:
    """Check a new hold in the order of R3; return what the buyer holds of it already."""
    check_on_sale(found)
    check_seats_of_room(found.screening, wanted)
    check_seat_limit(found, wanted, buyer.id)
    check_screening_limit(found, buyer.id)
    check_seats_free(conflicts(found, wanted, buyer.id))
    own = own_holds(found, buyer.id, wanted)
    check_churn(found, _without(wanted, own), buyer.id)
    return own


def _check_all(found: Found, wanted: list[int], buyer: Buyer) -> list[Claim]:
    """Check the rules of the house, too."""
    own = _check(found, wanted, buyer)
    check_gap_everywhere(found.screening.id, wanted, buyer.id)
    return own


def _without(seat_ids: list[int], holds: list[Claim]) -> list[int]:
    held = {hold.seat_id for hold in holds}
    return [seat_id for seat_id in seat_ids if seat_id not in held]


def _write(
    found: Found, buyer: Buyer, new: list[int], retyped: list[Claim], types: TicketTypes, length: timedelta
) -> list[Claim]:
    """Hold the new seats, and price holds anew for other tickets; those end when they would have."""
    until = found.now + length
    changes = _retyping(found, retyped, types)
    updates = [SeatUpdate(hold.seat_id, "reserved", buyer.id, hold.expires_at) for hold in retyped]
    promos = [without_promos(retyped)] if retyped else []
    if not new:
        return apply(found, changes, updates, first=promos)
    mark_ended(found, new)
    values = {"state": "held", "currency": found.screening.currency, "reserved_at": found.now, "expires_at": until}
    holds = insert_claims(prices(found.screening, new, types), values, {"user_id": id_of("buyer")}, types)
    updates += [SeatUpdate(seat_id, "reserved", buyer.id, until) for seat_id in new]
    return apply(found, [holds, *changes], updates, first=[buyer_unless_changed(found, buyer.id), *promos])


def _retyping(found: Found, holds: list[Claim], types: TicketTypes) -> list[Statement]:
    cost = prices(found.screening, [hold.seat_id for hold in holds], types)
    # The screening's id is what makes this good without the lock, see `apply`.
    change = f"ticket_type = %s, price = %s, screening_id = {id_of('counted')}"
    return [update_claims(change, [types[hold.seat_id], cost[hold.seat_id]], [hold], by=hold.user_id) for hold in holds]


@write
def extend_holds(*, buyer: Buyer, screening_id: int, seat_ids: Sequence[int], additional_minutes: int = 5) -> Held:
    """Prolong the buyer's own live holds, all or none (R10, R11).

    :raises Invalid: wrong list or minutes, or the film has started
    :raises HoldExpired: if one of the seats is not, or no longer, held by the buyer
    :raises ExtendLimit: if one of the holds cannot be prolonged any more
    """
    if type(additional_minutes) is not int or not 1 <= additional_minutes <= 10:
        raise Invalid("additional_minutes must be a whole number from 1 to 10.")
    wanted = checked_seat_ids(seat_ids)
    found = look_locked(screening_id, wanted, buyer.id, lock_user=True)
    check_on_sale(found)
    holds = own_holds(found, buyer.id, wanted)
    if len(holds) < len(wanted):
        raise HoldExpired("These seats are no longer held for you. Please choose them again.")
    return _prolong(found, buyer, {hold: _end(hold) + timedelta(minutes=additional_minutes) for hold in holds})


@write
def restore_holds(*, buyer: Buyer, screening_id: int) -> Held:
    """Take the buyer's holds of this screening back to their full length, within R10.

    :raises HoldExpired: if there are none
    :raises ExtendLimit: if one of them cannot be prolonged any more
    """
    found = look_locked(screening_id, [0], buyer.id, lock_user=True)
    check_on_sale(found)
    holds = own_holds(found, buyer.id)
    if not holds:
        raise HoldExpired("Your seats are no longer held. Please choose them again.")
    full = found.now + hold_length(buyer, found.screening)
    return _prolong(found, buyer, {hold: full for hold in holds if _end(hold) < full})


def _prolong(found: Found, buyer: Buyer, wished: dict[Claim, datetime]) -> Held:
    ends = {hold: min(wish, _start(hold) + LONGEST) for hold, wish in wished.items()}
    gained = min((end - _end(hold) for hold, end in ends.items()), default=timedelta(0))
    if gained <= timedelta(0) or any(hold.extensions >= MOST_EXTENSIONS for hold in ends):
        raise ExtendLimit("These seats cannot be held any longer. Please finish your booking.")
    changes = [
        update_claims(
            "expires_at = %s, extensions = extensions + 1",
            [end],
            [hold for hold in ends if ends[hold] == end],
            by=buyer.id,
        )
        for end in sorted(set(ends.values()))
    ]
    updates = [SeatUpdate(hold.seat_id, "reserved", hold.user_id, end) for hold, end in ends.items()]
    minutes = int(gained.total_seconds() // 60)
    prolonged = apply(found, changes, updates, first=[buyer_unless_changed(found, buyer.id)])
    return Held(
        holds=prolonged,
        expires_in_minutes=minutes,
        message=f"Extended reservation for {counted(prolonged, 'seat')} by {minutes} minutes",
    )


@write
def release_holds(*, buyer: Buyer, screening_id: int, seat_ids: Sequence[int] | None = None) -> list[int]:
    """Give back the buyer's holds on these seats, or all of the screening; return the seats that were held (R13).

    :raises NotFound: if there is no such screening
    """
    wanted = None if seat_ids is None else checked_seat_ids(seat_ids)
    found = look_locked(screening_id, wanted or [0], buyer.id)
    holds = own_holds(found, buyer.id, wanted)
    if holds:
        released = update_claims("state = 'released', ended_at = %s", [found.now], holds, by=buyer.id)
        apply(found, [released], [SeatUpdate(hold.seat_id, "available") for hold in holds])
    return [hold.seat_id for hold in holds]


@repeat_on()
@write
def toggle_holds(
    *, buyer: Buyer, screening_id: int, seat_ids: Sequence[int], ticket_types: object = None
) -> Held | None:
    """Give the seats back if the buyer holds all of them (``None``), else hold the free ones among them.

    :raises DomainError: what ``hold_seats`` raises
    """
    wanted = checked_seat_ids(seat_ids)
    checked_ticket_types(ticket_types, wanted)
    found = look_locked(screening_id, wanted, buyer.id)
    if len(own_holds(found, buyer.id, wanted)) == len(wanted):
        release_holds(buyer=buyer, screening_id=screening_id, seat_ids=wanted)
        return None
    return hold_seats(buyer=buyer, screening_id=screening_id, seat_ids=wanted, ticket_types=ticket_types)


def expire_lapsed() -> int:
    """Mark what has lapsed and tell the watchers; return how many seats. Changes no answer (R63)."""
    due = query(
        "SELECT DISTINCT screening_id FROM booking_seatclaim"
        " WHERE state IN ('held', 'pending') AND expires_at <= %s ORDER BY screening_id",
        [clock.now()],
    )
    return sum(expire_screening(screening_id) for (screening_id,) in due)


@write
def expire_screening(screening_id: int) -> int:
    """Do the same in one screening, unless somebody else has it locked."""
    if not lock_screening(screening_id, skip_locked=True):
        return 0  # somebody is selling there and clears what is in the way; the next look finds the rest
    found = look_for_due(screening_id)
    ended = [claim for claim in found.claims if not claim.is_live(found.now)]
    if ended:
        updates = [SeatUpdate(claim.seat_id, "available") for claim in ended]
        apply(found, [end_lapsed(ended)], updates)
    return len(ended)


def next_expiry() -> datetime | None:
    """Return when the next hold or unpaid ticket lapses."""
    rows = query(
        "SELECT expires_at FROM booking_seatclaim WHERE state IN ('held', 'pending') ORDER BY expires_at LIMIT 1"
    )
    return as_moment(rows[0][0]) if rows else None


def mark_ended(found: Found, seat_ids: Sequence[int]) -> None:
    """Mark lapsed claims that stand in the way of new ones on these seats (R6).

    :raises Overtaken: without the lock, as this is a statement of its own
    """
    in_the_way = [
        claim
        for claim in found.claims
        if claim.screening_id == found.screening.id and claim.seat_id in seat_ids and not claim.is_live(found.now)
    ]
    if in_the_way and not connection.in_atomic_block:
        raise Overtaken
    if in_the_way:
        query(*end_lapsed(in_the_way))


def end_lapsed(claims: list[Claim]) -> Statement:
    """Mark claims whose moment has passed as what they have been since."""
    return update_claims(
        "state = CASE state WHEN 'held' THEN 'lapsed' ELSE 'unpaid' END, ended_at = expires_at", [], claims
    )


def own_holds(found: Found, user_id: int, seat_ids: Sequence[int] | None = None) -> list[Claim]:
    """Pick the user's live holds of this screening, on these seats or on any, by seat."""
    holds = [
        claim
        for claim in found.claims
        if claim.screening_id == found.screening.id
        and claim.user_id == user_id
        and claim.state == "held"
        and claim.is_live(found.now)
        and (seat_ids is None or claim.seat_id in seat_ids)
    ]
    return sorted(holds, key=lambda claim: claim.seat_id)


def hold_length(buyer: Buyer, screening: ScreeningState) -> timedelta:
    """Return how long this buyer's holds last (R1)."""
    return LONG_HOLD if buyer.long_holds else timedelta(seconds=screening.layout.hold_seconds)


def counted(things: Sequence[object], word: str) -> str:
    """Say ``1 seat`` or ``3 seats``."""
    return f"{len(things)} {word}" + ("" if len(things) == 1 else "s")


def _start(hold: Claim) -> datetime:
    assert hold.reserved_at is not None
    return hold.reserved_at


def _end(hold: Claim) -> datetime:
    assert hold.expires_at is not None
    return hold.expires_at
