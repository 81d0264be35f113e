"""Somebody leaves: their seats go back on sale (R52)."""

from contextlib import suppress

from accounts.models import User
from accounts.services.closing import erase_person
from booking.models import ClaimState, SeatClaim
from booking.services.reservations import release_holds
from booking.services.tickets import TicketPast, cancel_ticket
from booking.services.waiting import leave_all
from catalog.services.reviews import forget_opinions
from cinema_project.common import clock
from cinema_project.common.database import write


@write
def close_account(*, user: User) -> None:
    """Release the user's holds, cancel their tickets of films to come, and erase the person; all or nothing.

    Favourites and likes go along; reviews stay, without a name.

    :raises LastAdmin: if nobody else could run the cinema
    """
    leave_all(user=user)  # before their holds are looked for: an offer under way makes more
    claims = SeatClaim.objects.filter(user=user)
    held = claims.filter(state=ClaimState.HELD).values_list("screening_id", flat=True)
    to_come = claims.filter(state=ClaimState.CONFIRMED, screening__start_time__gt=clock.now())
    tickets = list(to_come.order_by("screening_id", "seat_id").values_list("screening_id", "pk"))
    # Screenings in ascending order, as everybody locks them (R61).
    for screening_id in sorted({*held, *(screening for screening, _ in tickets)}):
        release_holds(buyer=user, screening_id=screening_id)
        for ticket_id in (ticket for screening, ticket in tickets if screening == screening_id):
            with suppress(TicketPast):
                cancel_ticket(ticket_id=ticket_id, by=user)
    forget_opinions(user_id=user.pk)
    erase_person(user=user)
