"""Tickets with all that is printed on them."""

from django.db.models import QuerySet

from booking.models import Ticket
from cinema_project.common.errors import NotFound

PRINTED = ("seat", "booking", "user", "screening__movie", "screening__room__cinema")


def printed_ticket(ticket_id: int, *, user_id: int | None) -> Ticket:
    """Return one ticket of the user, or of anybody if ``user_id`` is ``None``.

    :raises NotFound: if it is unknown or somebody else's
    """
    found = _printed().filter(pk=ticket_id).first()
    if found is None or user_id not in (None, found.user_id):
        raise NotFound(f"Ticket with id {ticket_id} not found")
    return found


def printed_together(ticket: Ticket) -> list[Ticket]:
    """Return all tickets of the same sale by row and seat, in whatever state they are."""
    return list(_printed().filter(booking=ticket.booking_id))


def _printed() -> QuerySet[Ticket]:
    tickets: QuerySet[Ticket] = Ticket.objects.select_related(*PRINTED)
    return tickets.order_by("seat__row_label", "seat__seat_number", "pk")
