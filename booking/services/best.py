"""Best available: the house chooses the seats and holds them in one step, so nobody can come between."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from django.conf import settings

from booking.claims import Buyer, Found, look_at_room, look_locked
from booking.rows.best import ADJACENCY, GAP, Suggestion, Wish, best_available
from booking.selectors.halls import hall_of_found
from booking.services import contested
from booking.services.reservations import Held, hold_looked_at, own_holds, release_holds
from booking.services.seat_rules import (
    MOST_SEATS,
    SeatLimit,
    check_on_sale,
    check_screening_limit,
    seats_allowed,
)
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
    """Holds on the best group. ``relaxed``: the rules that gave way, which ``message`` says in words."""

    held: Held
    relaxed: tuple[str, ...]
    message: str


def hold_best(*, buyer: Buyer, screening_id: int, wish: Wish, instead_of: Collection[int] = ()) -> BestHeld:
    """Hold the best group for the party. Two parties that ask at once get different seats.

    :param instead_of: seats that the buyer holds now and gives back for it
    :raises ScreeningNotFound: if there is no such screening
    :raises Invalid: past screening, or over a limit
    :raises Conflict: if the screening is cancelled
    :raises TooFewSeats: if so many seats are not free
    :raises NoMoreSuggestions: if ``wish.avoid`` names all there are; the buyer keeps what they have
    """
    wish = replace(wish, any_gap=settings.GAP_RULE == "off")
    if instead_of:
        return _hold_locked(buyer, screening_id, wish, instead_of)
    return contested.at_once(
        screening_id, lambda: _hold(buyer, wish, (), look_at_room(screening_id, buyer.id))
    ) or _hold_locked(buyer, screening_id, wish, ())


@repeat_on("one_live_claim_per_seat")
@write
def _hold_locked(buyer: Buyer, screening_id: int, wish: Wish, instead_of: Collection[int]) -> BestHeld:
    look_locked(screening_id, [0], buyer.id, lock_user=True)
    return _hold(buyer, wish, instead_of, look_at_room(screening_id, buyer.id))


def _hold(buyer: Buyer, wish: Wish, instead_of: Collection[int], found: Found) -> BestHeld:
    check_on_sale(found)
    movable = [hold.seat_id for hold in own_holds(found, buyer.id) if hold.seat_id in instead_of]
    _check_limits(found, buyer, wish.quantity, len(movable))
    suggestion = _suggestion(found, buyer, wish, movable)
    given_back = [seat_id for seat_id in movable if seat_id not in suggestion.ids]
    if given_back:
        release_holds(buyer=buyer, screening_id=found.screening.id, seat_ids=given_back)
        found = look_at_room(found.screening.id, buyer.id)
    held = hold_looked_at(found, buyer, suggestion.ids)
    words = [RELAXED[rule].format(count=wish.quantity) for rule in suggestion.relaxed]
    return BestHeld(held, suggestion.relaxed, " ".join([f"{held.message}.", *words]))


def _check_limits(found: Found, buyer: Buyer, quantity: int, given_back: int) -> None:
    check_screening_limit(found, buyer.id)
    if quantity > seats_allowed(found, buyer.id) + given_back:
        raise SeatLimit(f"You can have at most {MOST_SEATS} seats in one screening.")


def _suggestion(found: Found, buyer: Buyer, wish: Wish, movable: Collection[int]) -> Suggestion:
    hall = hall_of_found(found, buyer.id, movable)
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
