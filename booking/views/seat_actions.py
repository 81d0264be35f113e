"""What the buttons of the seat page do."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest

from accounts.models import User
from booking.rows.best import Wish
from booking.selectors.tickets import holds_of
from booking.selectors.waiting import place_in_line
from booking.services.best import BestHeld, hold_best
from booking.services.choosing import choose_seats, hold_free_seats
from booking.services.house_rules import check_choice
from booking.services.reservations import release_holds, restore_holds
from booking.services.seat_rules import MOST_SEATS
from booking.services.waiting import join, leave
from catalog.models import SeatType
from cinema_project.common.errors import Invalid

MOST_OFFERED = 50
SIZES = range(1, MOST_SEATS + 1)
WHICH_NUMBER = f"Choose how many tickets you want, from 1 to {MOST_SEATS}."


@dataclass(frozen=True, slots=True)
class Asked:
    """One press of a button. ``offered``: the groups that best available has suggested on this page."""

    action: str
    seat_ids: list[int]
    quantity: int
    together: bool
    wheelchair: bool
    offered: list[list[int]]

    @property
    def may_hold(self) -> bool:
        """Whether it may lead to a hold, which a visitor needs to be somebody for."""
        if self.action in ("best", "next"):
            return True
        return self.action in ("hold", "choose", "take", "continue") and bool(self.seat_ids)


Action = Callable[[User, int, Asked], BestHeld | None]


def asked_of(request: HttpRequest) -> Asked:
    """Read the form, whatever is in it."""
    sent = request.POST
    action, seat_ids = sent.get("action", ""), ids_in(sent.getlist("seats"))
    if sent.get("drop", "").isdecimal():  # the cross beside one seat, without script
        action, seat_ids = "release", ids_in([sent["drop"]])
    if "take" in sent:  # one of the choices offered instead
        action, seat_ids = "take", ids_in(sent["take"].split("-"))
    size = sent.get("quantity", "")
    return Asked(
        action=action,
        seat_ids=seat_ids,
        quantity=int(size) if size in map(str, SIZES) else 0,
        together="together" in sent,
        wheelchair="wheelchair" in sent,
        offered=groups_in(sent.getlist("offered")),
    )


def ids_in(texts: Iterable[str]) -> list[int]:
    """Read seat ids, each once, in the order given; anything else is left out."""
    return list(dict.fromkeys(int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 19))


def groups_in(texts: Iterable[str]) -> list[list[int]]:
    """Read groups such as ``12-13``; anything else is left out."""
    return [ids for text in texts if (ids := ids_in(text.split("-")))][-MOST_OFFERED:]


def _hold(user: User, screening_id: int, asked: Asked) -> None:
    hold_free_seats(buyer=user, screening_id=screening_id, seat_ids=asked.seat_ids)


def _release(user: User, screening_id: int, asked: Asked) -> None:
    if asked.seat_ids:
        release_holds(buyer=user, screening_id=screening_id, seat_ids=asked.seat_ids)


def _extend(user: User, screening_id: int, asked: Asked) -> None:
    restore_holds(buyer=user, screening_id=screening_id)


def _choose(user: User, screening_id: int, asked: Asked) -> None:
    choose_seats(buyer=user, screening_id=screening_id, seat_ids=asked.seat_ids)


def _go_on(user: User, screening_id: int, asked: Asked) -> None:
    if not asked.seat_ids:
        raise Invalid("Choose at least one seat first.")
    choose_seats(buyer=user, screening_id=screening_id, seat_ids=asked.seat_ids)
    check_choice(buyer=user, screening_id=screening_id)


def _best(user: User, screening_id: int, asked: Asked) -> BestHeld:
    """Let the house choose, instead of whatever is held now."""
    if not asked.quantity:
        raise Invalid(WHICH_NUMBER)
    held = [hold.seat_id for hold, _ in holds_of(user.pk) if hold.screening_id == screening_id]
    offered = asked.offered if asked.action == "next" else []
    wish = Wish(
        asked.quantity,
        together=asked.together,
        seat_type=SeatType.WHEELCHAIR if asked.wheelchair else None,
        avoid=frozenset(frozenset(group) for group in offered if len(group) == asked.quantity),
    )
    return hold_best(buyer=user, screening_id=screening_id, wish=wish, instead_of=held)


def _wait(user: User, screening_id: int, asked: Asked) -> None:
    if not asked.quantity:
        raise Invalid(WHICH_NUMBER)
    join(buyer=user, screening_id=screening_id, size=asked.quantity, wheelchair=asked.wheelchair)


def _stop_waiting(user: User, screening_id: int, asked: Asked) -> None:
    place = place_in_line(user.pk, screening_id)
    if place:
        leave(buyer=user, party_id=place.id)


def refresh(user: User, screening_id: int, asked: Asked) -> None:
    """Change nothing: the answer is the present state."""


ACTIONS: dict[str, Action] = {
    "hold": _hold,
    "release": _release,
    "extend": _extend,
    "choose": _choose,
    "take": _choose,
    "continue": _go_on,
    "best": _best,
    "next": _best,
    "wait": _wait,
    "leave": _stop_waiting,
}
OF_PEOPLE = ("wait", "leave")  # who waits must be told, so nobody waits unnamed
