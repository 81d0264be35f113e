"""Bookings of one user, as one thing each: what was bought together."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Prefetch, QuerySet

from booking.models import Booking, ClaimState, SeatClaim
from catalog.selectors.layouts import row_order
from cinema_project.common import clock
from cinema_project.common.errors import NotFound

GIVEN_BACK = ("cancelled", "refunded", "unpaid")


@dataclass(frozen=True, slots=True)
class BookingView:
    """A booking with its screening, film and room; ``tickets`` in the order of rows and numbers.

    They are those still good, or all of a booking that was cancelled.
    """

    booking: Booking
    tickets: list[SeatClaim]
    status: str

    @property
    def total(self) -> Decimal:
        return sum((ticket.price for ticket in self.tickets), Decimal(0))


def bookings_of(user_id: int) -> list[BookingView]:
    """Return the user's bookings by the start of the film."""
    now = clock.now()
    found = _whole(Booking.objects.filter(user_id=user_id)).order_by("screening__start_time", "pk")
    return [_view(booking, now) for booking in found]


def booking_of(booking_id: int, *, user_id: int | None) -> BookingView:
    """Return one booking of the user, or of anybody if ``user_id`` is ``None``.

    :raises NotFound: if it is unknown or somebody else's
    """
    mine = Booking.objects.filter(pk=booking_id)
    found = _whole(mine if user_id is None else mine.filter(user_id=user_id)).first()
    if found is None:
        raise NotFound(f"Booking with id {booking_id} not found")
    return _view(found, clock.now())


def booking_numbered(booking_number: str) -> BookingView:
    """Return the booking with this number, which there is."""
    return _view(_whole(Booking.objects.filter(booking_number=booking_number)).get(), clock.now())


def _whole(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    tickets = Prefetch("tickets", SeatClaim.objects.select_related("seat"))
    return bookings.select_related("screening__movie", "screening__room").prefetch_related(tickets)


def _view(booking: Booking, now: datetime) -> BookingView:
    every = sorted(booking.tickets.all(), key=lambda one: (row_order(one.seat.row_label), one.seat.seat_number))
    good = [ticket for ticket in every if _is_good(ticket, now)]
    status = "upcoming" if booking.screening.start_time > now else "past"
    return BookingView(booking, good or every, status if good else "cancelled")


def _is_good(ticket: SeatClaim, now: datetime) -> bool:
    """Tell whether the ticket counts; one whose time to pay is over does not, marked or not (R63)."""
    late = ticket.state == ClaimState.PENDING and ticket.expires_at is not None and ticket.expires_at <= now
    return ticket.state not in GIVEN_BACK and not late
