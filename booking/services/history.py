"""Sales of before: filling a past screening's books, without a mail to anybody."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from booking.claims import new_secret
from booking.models import Booking, ClaimState, Payment, SeatClaim
from booking.realtime import SeatUpdate, publish, seats_payload
from booking.services.ticket_types import TicketTypes
from booking.services.tickets import new_booking_number
from catalog.models import Screening, TicketType
from catalog.selectors.layouts import RoomLayout, layout_of_screening
from cinema_project.common import clock, outbox
from cinema_project.common.database import write
from cinema_project.common.errors import Invalid


class ScreeningNotPast(Invalid):
    code = "screening_not_past"


@dataclass(frozen=True, slots=True)
class PastSale:
    """One sale as it happened.

    ``used``: the tickets were shown at the door. ``ticket_types``: by seat, adults where nothing is said.
    """

    user_id: int
    payment_id: str
    seat_ids: list[int]
    booked_at: datetime
    used: bool = True
    ticket_types: TicketTypes = field(default_factory=dict)

    def prices(self, screening: Screening, layout: RoomLayout) -> dict[int, Decimal]:
        """Return what each seat cost."""
        kinds = {seat: self.ticket_types.get(seat, TicketType.ADULT) for seat in self.seat_ids}
        return {seat: layout.price(screening.price, seat, kind) for seat, kind in kinds.items()}


@write
def record_past_sales(*, screening_id: int, sales: Sequence[PastSale]) -> int:
    """Enter sales of a screening that has started, such as those of an older system; return the number of tickets.

    :raises ScreeningNotPast: if seats are still on sale, which is ``book_seats``' business
    """
    screening = Screening.objects.select_for_update().get(pk=screening_id)
    if screening.start_time > clock.now():
        raise ScreeningNotPast("This screening has not started: sell its seats instead.")
    layout = layout_of_screening(screening_id)
    bookings = Booking.objects.bulk_create(_bookings(screening, layout, sales))
    tickets = [
        ticket
        for booking, sale in zip(bookings, sales, strict=True)
        for ticket in _tickets(screening, layout, booking, sale)
    ]
    SeatClaim.objects.bulk_create(tickets, batch_size=500)
    if tickets:
        _count(screening, len(bookings), tickets)
    return len(tickets)


def _count(screening: Screening, new_bookings: int, tickets: Sequence[SeatClaim]) -> None:
    """Count a change of seats like any other, and tell of it (R56)."""
    seq, changed = screening.seat_seq + 1, Screening.objects.filter(pk=screening.pk)
    changed.update(bookings_count=screening.bookings_count + new_bookings, seat_seq=seq)
    updates = [SeatUpdate(ticket.seat_id, "booked", ticket.user_id) for ticket in tickets]
    payload = seats_payload(screening.pk, seq, clock.now(), updates)
    outbox.add("seats", key=f"{screening.pk}:{seq}", payload=payload, at_once=publish)


def _bookings(screening: Screening, layout: RoomLayout, sales: Sequence[PastSale]) -> list[Booking]:
    totals = [sum(sale.prices(screening, layout).values(), Decimal(0)) for sale in sales]
    payments = Payment.objects.bulk_create(
        Payment(
            payment_id=sale.payment_id,
            user_id=sale.user_id,
            screening=screening,
            seat_ids=sorted(sale.seat_ids),
            amount=total,
            currency=screening.currency,
            status=Payment.Status.CLAIMED,
            captured_at=sale.booked_at,
        )
        for sale, total in zip(sales, totals, strict=True)
    )
    return [
        Booking(
            booking_number=new_booking_number(),
            user_id=sale.user_id,
            screening=screening,
            payment=payment,
            total=payment.amount,
            currency=screening.currency,
            booked_at=sale.booked_at,
        )
        for sale, payment in zip(sales, payments, strict=True)
    ]


def _tickets(screening: Screening, layout: RoomLayout, booking: Booking, sale: PastSale) -> list[SeatClaim]:
    return [
        SeatClaim(
            screening=screening,
            seat_id=seat_id,
            user_id=sale.user_id,
            state=ClaimState.USED if sale.used else ClaimState.CONFIRMED,
            price=price,
            currency=screening.currency,
            ticket_type=sale.ticket_types.get(seat_id, TicketType.ADULT),
            booking=booking,
            booked_at=sale.booked_at,
            confirmed_at=sale.booked_at,
            secret=new_secret(),
        )
        for seat_id, price in sale.prices(screening, layout).items()
    ]
