"""What happened to tickets, their money and their screening, as the log of states has it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import User
from booking.models import Booking, ClaimState, SeatClaim, StateChange
from booking.states import word_of

Kind = StateChange.Kind


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a history. ``before`` is empty where something began, ``who`` where the clock did it."""

    at: datetime
    what: str
    before: str
    after: str
    who: str


@dataclass(frozen=True, slots=True)
class Use:
    """When a ticket was used, and by whom; what nobody noted is ``None``."""

    at: datetime | None
    by: str | None


def history_of_ticket(ticket: SeatClaim) -> list[Happening]:
    """Return what happened to a ticket, its refund and its payment, oldest first."""
    return sorted(_of_tickets([ticket]), key=lambda happening: happening.at)


def history_of_booking(booking: Booking) -> list[Happening]:
    """Return what happened to all tickets of a booking and their money, oldest first."""
    tickets = booking.tickets.select_related("seat", "user", "refund__actor").order_by("seat_id")
    return sorted(_of_tickets(list(tickets)), key=lambda happening: happening.at)


def last_use(ticket_id: int) -> Use:
    """Return when a ticket was last used, and by whom."""
    uses = _changes().filter(kind=Kind.CLAIM, object_id=str(ticket_id), to_state=ClaimState.USED)
    last = uses.order_by("-pk").first()
    return Use(last.at, name_of(last.actor) or None) if last else Use(None, None)


def name_of(person: User | None) -> str:
    """Return how a history names somebody; nobody is the clock."""
    return (person.full_name or person.email) if person else ""


def _of_tickets(tickets: list[SeatClaim]) -> Iterator[Happening]:
    names: dict[tuple[str, str], str] = {}
    for ticket in tickets:
        yield from _beginnings(ticket)
        names[Kind.CLAIM, str(ticket.pk)] = f"Seat {ticket.seat}"
        names[Kind.REFUND, str(ticket.pk)] = _refund(ticket)
        if ticket.booking and ticket.booking.payment_id:
            names[Kind.PAYMENT, ticket.booking.payment_id] = "Payment"
    for change in _changes().filter(_any_of(names)).order_by("pk"):
        what = names[change.kind, change.object_id]
        after = word_of(change.to_state) or "withdrawn"
        yield Happening(change.at, what, word_of(change.from_state), after, name_of(change.actor))


def _beginnings(ticket: SeatClaim) -> Iterator[Happening]:
    """Yield how a ticket and its refund came to be, which their own rows tell."""
    seat = f"Seat {ticket.seat}"
    if ticket.reserved_at:
        yield Happening(ticket.reserved_at, seat, "", "held", name_of(ticket.user))
    elif ticket.booked_at:
        yield Happening(ticket.booked_at, seat, "", "booked", name_of(ticket.user))
    if refund := getattr(ticket, "refund", None):
        yield Happening(refund.created_at, _refund(ticket), "", "due", name_of(refund.actor))


def _refund(ticket: SeatClaim) -> str:
    return f"{ticket.price} {ticket.currency} for seat {ticket.seat}"


def _changes() -> QuerySet[StateChange]:
    return StateChange.objects.select_related("actor")


def _any_of(names: Iterable[tuple[str, str]]) -> Q:
    wanted = Q(pk__in=[])
    for kind, object_id in names:
        wanted |= Q(kind=kind, object_id=object_id)
    return wanted
