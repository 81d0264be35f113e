"""Somebody leaves: their seats go back on sale (R52)."""

from contextlib import suppress

from django.db.models import Q

from accounts.models import User
from accounts.services.closing import erase_person
from booking.models import ClaimState, SeatClaim
from booking.services.reservations import release_holds
from booking.services.tickets import TicketPast, cancel_ticket
from booking.services.waiting import leave_all
from catalog.services.reviews import forget_opinions
from cinema_project.common import clock
from cinema_project.common.database import Overtaken, write
from cinema_project.common.errors import IllegalTransition


@write
def close_account(*, user: User) -> None:
    """Release the user's holds, cancel their tickets of films to come, and erase the person; all or nothing.

    Favourites and likes go along; reviews stay, without a name.

    :raises LastAdmin: if nobody else could run the cinema
    """
    leave_all(user=user)  # before their holds are looked for: an offer under way makes more
    claims = _claims_of(user)
    for screening_id, claim_id, state in sorted(claims):  # screenings in ascending order, as everybody locks them (R61)
        if state == ClaimState.HELD:
            release_holds(buyer=user, screening_id=screening_id)
        else:
            with suppress(TicketPast, IllegalTransition):
                cancel_ticket(ticket_id=claim_id, by=user)
    forget_opinions(user_id=user.pk)
    erase_person(user=user)
    # Nobody sells to them from here on; what was under way until then has come to its end.
    if not claims.issuperset(_claims_of(user)):
        raise Overtaken


def _claims_of(user: User) -> set[tuple[int, int, str]]:
    """Return the user's holds, and tickets of films to come: screening, claim and state."""
    ticket = Q(state__in=[ClaimState.PENDING, ClaimState.CONFIRMED], screening__start_time__gt=clock.now())
    claims = SeatClaim.objects.filter(Q(state=ClaimState.HELD) | ticket, user=user)
    return set(claims.values_list("screening_id", "pk", "state"))
