"""Best available: the house chooses the seats and holds them in one step, so nobody can come between."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from django.conf import settings

from booking.claims import Buyer, Found, look_at_room, look_locked
from booking.rows.best import ADJACENCY, GAP, Suggestion, Wish, best_available
from booking.selectors.halls import hall_of_found
from booking.services import contested
from booking.services.churn import churned
from booking.services.reservations import Held, hold_looked_at, own_holds, release_holds
from booking.services.seat_rules import (
    SeatLimit,
    check_on_sale,
    check_screening_limit,
    seats_allowed,
)
from booking.services.ticket_types import checked_types_of_party
from catalog.models import SeatType
from cinema_project.common.database import repeat_on, write
from cinema_project.common.errors import Conflict

RELAXED = {
    GAP: "A single seat stays free beside them: there was no other place for {count}.",
    ADJACENCY: "They are not side by side: there were no {count} free seats next to each other.",
}


class TooFewSeats(Conflict):
    code = "too_few_seats"


class NoMoreSuggestions(Conflict):
    code = "no_more_suggestions"


@dataclass(frozen=True, slots=True)
class BestHeld:
    """Holds on the best group. ``relaxed``: the rules that gave way."""

    held: Held
    relaxed: tuple[str, ...]

    @property
    def relaxed_words(self) -> list[str]:
        """A sentence for each rule that gave way."""
        return [RELAXED[rule].format(count=len(self.held.holds)) for rule in self.relaxed]

    @property
    def message(self) -> str:
        return " ".join([f"{self.held.message}.", *self.relaxed_words])


def hold_best(
    *,
    buyer: Buyer,
    screening_id: int,
    wish: Wish,
    instead_of: Collection[int] = (),
    ticket_types: object = None,
) -> BestHeld:
    """Hold the best group for the party. Two parties that ask at once get different seats.

    Seats that the buyer may not hold again so soon (R12) are left out.

    :param ticket_types: a list with the type of each ticket (R16), which go to the seats in ascending order
    :param instead_of: seats that the buyer holds now and gives back for it
    :raises ScreeningNotFound: if there is no such screening
    :raises Invalid: past screening, wrong types, or over a limit
    :raises Conflict: if the screening is cancelled
    :raises TooFewSeats: if so many seats are not free
    :raises CommitUnknown: if nobody can tell whether it was held
    :raises NoMoreSuggestions: if ``wish.avoid`` names all there are; the buyer keeps what they have
    """
    wish = replace(wish, any_gap=settings.GAP_RULE == "off")
    call = _Call(buyer, wish, instead_of, checked_types_of_party(ticket_types, wish.quantity))
    if instead_of:
        return _hold_locked(call, screening_id)
    # Chosen anew after a lost answer, it would be another group, beside the first.
    at_once = contested.at_once(
        screening_id, lambda: _hold(call, look_at_room(screening_id, buyer.id)), repeatable=False
    )
    return at_once or _hold_locked(call, screening_id)


@dataclass(frozen=True, slots=True)
class _Call:
    buyer: Buyer
    wish: Wish
    instead_of: Collection[int]
    ticket_types: list[str]


@repeat_on("one_live_claim_per_seat")
@write
def _hold_locked(call: _Call, screening_id: int) -> BestHeld:
    look_locked(screening_id, [0], call.buyer.id, lock_user=True)
    return _hold(call, look_at_room(screening_id, call.buyer.id))


def _hold(call: _Call, found: Found) -> BestHeld:
    buyer, wish, instead_of = call.buyer, call.wish, call.instead_of
    check_on_sale(found)
    movable = [hold.seat_id for hold in own_holds(found, buyer.id) if hold.seat_id in instead_of]
    _check_limits(found, buyer, wish.quantity, len(movable))
    suggestion = _suggestion(found, buyer, wish, movable)
    given_back = [seat_id for seat_id in movable if seat_id not in suggestion.ids]
    if given_back:
        release_holds(buyer=buyer, screening_id=found.screening.id, seat_ids=given_back)
        found = look_at_room(found.screening.id, buyer.id)
    types = dict(zip(suggestion.ids, call.ticket_types, strict=True)) if call.ticket_types else {}
    return BestHeld(hold_looked_at(found, buyer, suggestion.ids, types), suggestion.relaxed)


def _check_limits(found: Found, buyer: Buyer, quantity: int, given_back: int) -> None:
    check_screening_limit(found, buyer.id)
    if quantity > seats_allowed(found, buyer.id) + given_back:
        raise SeatLimit


def _suggestion(found: Found, buyer: Buyer, wish: Wish, movable: Collection[int]) -> Suggestion:
    hall = hall_of_found(found, buyer.id, movable, churned(found, found.screening.layout.seats, buyer.id))
    suggestion = best_available(hall, wish)
    if suggestion:
        return suggestion
    if wish.avoid and best_available(hall, replace(wish, avoid=frozenset())):
        raise NoMoreSuggestions("There is no further suggestion for so many seats.")
    raise TooFewSeats(_too_few(wish))


def _too_few(wish: Wish) -> str:
    if wish.seat_type == SeatType.WHEELCHAIR:
        return f"There is no free wheelchair space with room for a party of {wish.quantity}."
    if wish.seat_type == SeatType.COMPANION:
        return "Companion seats go with a wheelchair space: please ask for that, or hold it first."
    kind = f"{wish.seat_type} " if wish.seat_type else ""
    return f"Fewer than {wish.quantity} {kind}seats are free."
