"""At the door: a ticket's code lets somebody in, once."""

from dataclasses import dataclass
from datetime import timedelta

from booking.claims import Claim, lock_screening
from booking.models import ClaimState, SeatClaim
from booking.realtime import wire_time
from booking.selectors.history import Use, last_use
from booking.services.ticket_status import mark_used, ticket_to_change
from booking.ticket_codes import SHORT_CODE_CHARACTERS, secret_of
from catalog.models import Screening, ScreeningStatus
from cinema_project.common import clock
from cinema_project.common.database import write
from cinema_project.common.errors import Conflict, Invalid, NotFound

LONGEST_CODE = 100
DOORS_OPEN = timedelta(minutes=30)
"""So long before its start a screening of tomorrow is let in today: a film at midnight has its audience before."""
MISTYPED = str.maketrans("OIL", "011", " -")
CLOSED = {
    ClaimState.CANCELLED: "This ticket was cancelled. It does not open the door.",
    ClaimState.REFUNDED: "This ticket was cancelled and paid back. It does not open the door.",
    ClaimState.PENDING: "This ticket has not been paid yet. Please send its owner to the box office.",
    ClaimState.UNPAID: "This ticket was never paid. It does not open the door.",
}


class CodeMissing(Invalid):
    code = "code_missing"


class TicketUnknown(NotFound):
    """A forged code, or one that nobody ever had."""

    code = "ticket_unknown"


class CodeAmbiguous(Conflict):
    code = "code_ambiguous"


class TicketClosed(Conflict):
    code = "ticket_not_valid"


class WrongScreening(Conflict):
    code = "wrong_screening"


class WrongDay(Conflict):
    code = "wrong_day"


class AlreadyUsed(Conflict):
    code = "already_used"


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """Who was let in, and the scan that did it."""

    ticket_id: int
    scan: Use


@write
def check_in(*, code: object, by: int, screening_id: int | None = None) -> CheckedIn:
    """Use the ticket of this code.

    :param code: what the QR code says, or the short code, typed
    :param by: who stands at the door
    :param screening_id: the screening that the door leads to, if it is only one
    :raises CodeMissing: if it is no text
    :raises TicketUnknown: if no ticket has it
    :raises AlreadyUsed: at the second scan, with the ``first_scan``
    :raises Conflict: if the ticket does not count, or not here and now
    """
    ticket_id, its_screening = _named(code, screening_id)
    lock_screening(its_screening)
    ticket = ticket_to_change(ticket_id)  # as it is now that nobody else can change it
    screening = Screening.objects.with_places().get(pk=ticket.screening_id)
    _check(ticket, screening, screening_id)
    mark_used(ticket, by)
    return CheckedIn(ticket.id, last_use(ticket.id))


def _named(code: object, screening_id: int | None) -> tuple[int, int]:
    """Return the ids of the ticket that a code names, and of its screening."""
    if not isinstance(code, str) or not code.strip() or len(code) > LONGEST_CODE:
        sentence = "code must be the code of a ticket, or its first eight characters."
        raise CodeMissing(sentence, errors=[{"pointer": "/code", "detail": sentence}])
    tickets = SeatClaim.objects.filter(booking__isnull=False).order_by("pk")
    secret, typed = secret_of(code), code.upper().translate(MISTYPED)
    if secret is not None:
        named = tickets.filter(secret=secret)
    elif len(typed) == SHORT_CODE_CHARACTERS:
        # A range and not LIKE, which would read the whole table: the index is in the order of the database's language.
        named = tickets.filter(secret__gte=typed, secret__lte=typed + "Z" * 18)
    else:
        named = tickets.none()
    found = list(named.values_list("pk", "screening_id")[:10])
    here = [one for one in found if one[1] == screening_id] or found
    if not here:
        raise TicketUnknown("No ticket has this code.")
    if len(here) > 1:
        raise CodeAmbiguous("Several tickets begin with these characters: scan the code, or type all of it.")
    return here[0]


def _check(ticket: Claim, screening: Screening, door: int | None) -> None:
    if ticket.state in CLOSED:
        raise TicketClosed(CLOSED[ClaimState(ticket.state)])
    if screening.status == ScreeningStatus.CANCELLED:
        raise TicketClosed("This screening was cancelled. The money is on its way back.")
    zone, now = screening.room.cinema.zone, clock.now()
    start = screening.start_time.astimezone(zone)
    what = f"{screening.movie.title}, {screening.room.name}"
    if door is not None and door != screening.pk:
        raise WrongScreening(f"Another screening: this ticket is for {what}, {start:%A %d %B at %H:%M}.")
    running = screening.start_time - DOORS_OPEN <= now < screening.end_time
    if start.date() != now.astimezone(zone).date() and not running:
        raise WrongDay(f"Another day: this ticket is for {what}, {start:%A %d %B %Y at %H:%M}.")
    if ticket.state == ClaimState.USED:
        _refuse_second_scan(ticket, screening)


def _refuse_second_scan(ticket: Claim, screening: Screening) -> None:
    first = last_use(ticket.id)
    when = f" at {first.at.astimezone(screening.room.cinema.zone):%H:%M}" if first.at else ""
    by = f" by {first.by}" if first.by else ""
    scan = {"at": first.at and wire_time(first.at), "by": first.by}
    raise AlreadyUsed(f"Already used: this ticket was scanned{when}{by}.", first_scan=scan)
