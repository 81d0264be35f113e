"""Holding and buying with a promo code in one step: the seats at the lower price, or none."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from booking.claims import Buyer, lock_screening
from booking.models import Booking
from booking.payments.provider import Money
from booking.services import proofs, unclaimed
from booking.services.promos import Applied, use_promo
from booking.services.reservations import Held, hold_seats
from booking.services.seat_rules import ScreeningCancelled, ScreeningPast, checked_seat_ids
from booking.services.ticket_types import checked_ticket_types
from booking.services.tickets import NUMBERS, Booked, book_seats
from catalog.models import Screening, TicketType
from catalog.selectors.layouts import layout_of_screening
from cinema_project.common.database import repeat_on, write
from cinema_project.common.errors import DomainError, NotFound

TOO_EARLY = (ScreeningPast, ScreeningCancelled)
"""Refusals before which only money that a provider took is kept."""


@repeat_on("one_live_claim_per_seat")
@write
def hold_with_promo(
    *, buyer: Buyer, screening_id: int, seat_ids: Sequence[int], ticket_types: object, code: object
) -> tuple[Held, Applied]:
    """Hold the seats, and make what the buyer then holds of the screening cheaper.

    :raises DomainError: what ``hold_seats`` and ``use_promo`` raise; then no seat is held
    """
    lock_screening(screening_id, buyer_id=buyer.id)
    held = hold_seats(buyer=buyer, screening_id=screening_id, seat_ids=seat_ids, ticket_types=ticket_types)
    applied = use_promo(buyer=buyer, screening_id=screening_id, code=code)
    now = [hold for hold in applied.holds if hold.seat_id in seat_ids]
    return Held(now, held.expires_in_minutes, held.message), applied


def book_with_promo(
    *,
    buyer: Buyer,
    screening_id: int,
    seat_ids: Sequence[int],
    payment_id: str | None,
    ticket_types: object,
    money: Money | None,
    code: object,
) -> Booked:
    """Sell the seats at the lower price: they are held for a moment, with all the rules of holds.

    Repeating a call with its ``payment_id`` repeats its answer, whatever became of the code.

    :raises DomainError: what ``hold_with_promo`` and ``book_seats`` raise; then nothing is sold, and the money is kept
    """
    wanted = checked_seat_ids(seat_ids)
    checked_ticket_types(ticket_types, wanted)
    proofs.check_payment_id(payment_id)
    if money is None:
        money = proofs.prove(buyer=buyer, payment_id=payment_id)
    return _book(buyer, screening_id, wanted, payment_id, ticket_types, money, code)


@repeat_on("one_live_claim_per_seat", "booking_payment_pkey", "booking_booking_payment_id_key", *NUMBERS)
@write
def _book(
    buyer: Buyer,
    screening_id: int,
    seat_ids: list[int],
    payment_id: str | None,
    ticket_types: object,
    money: Money | None,
    code: object,
) -> Booked:
    lock_screening(screening_id, buyer_id=buyer.id)
    sell = partial(book_seats, buyer=buyer, screening_id=screening_id, seat_ids=seat_ids, payment_id=payment_id)
    if payment_id is not None and Booking.objects.filter(payment=payment_id).exists():
        return sell(money=money)  # made before, or somebody else's: it says which (R23-R26)
    try:
        hold_with_promo(buyer=buyer, screening_id=screening_id, seat_ids=seat_ids, ticket_types=ticket_types, code=code)
    except NotFound:
        raise
    except DomainError as refusal:
        if money is None and payment_id is not None and not isinstance(refusal, TOO_EARLY):
            money = _full_price(screening_id, seat_ids, ticket_types)
        if money is not None and payment_id is not None:
            paid = unclaimed.Paid(payment_id, buyer.id, screening_id, seat_ids, money.amount, money.currency)
            unclaimed.keep_if_refused(refusal, paid)
        raise
    return sell(money=money)


def _full_price(screening_id: int, seat_ids: list[int], ticket_types: object) -> Money | None:
    """Return what a payment that nobody asks about is taken to be (R33); nothing, for seats of another room."""
    layout, screening = layout_of_screening(screening_id), Screening.objects.get(pk=screening_id)
    if not {*seat_ids} <= layout.seats.keys():
        return None
    types = checked_ticket_types(ticket_types, seat_ids)
    prices = (layout.price(screening.price, seat_id, types.get(seat_id, TicketType.ADULT)) for seat_id in seat_ids)
    return Money(sum(prices, Decimal(0)), screening.currency)
