"""Paying by a method that the client names, as older clients do: begin, charge, and learn that the money is there."""

from collections.abc import Sequence
from dataclasses import dataclass

from booking.claims import Buyer
from booking.models import ClaimState, Payment, PaymentIntent, SeatClaim
from booking.payments.provider import Money
from booking.services.confirming import shown_state
from booking.services.intents import begin_payment, pay_by_method
from booking.services.proofs import prove
from booking.services.seat_rules import checked_seat_ids
from booking.services.tickets import ReservationExpired, own_ticket
from cinema_project.common.errors import IllegalTransition


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment that was made: our name for it, the provider's, and what was taken (``None`` where nobody asks)."""

    payment_id: str
    reference: str
    money: Money | None


def pay_for_holds(*, buyer: Buyer, screening_id: int, seat_ids: Sequence[int], method: str) -> Paid:
    """Take the money for the buyer's holds. Call it before the transaction that books them.

    A call that is repeated after its seats were booked gets the payment that booked them: nobody pays twice.

    :raises ReservationExpired: if the buyer does not hold all of these seats
    :raises PaymentDeclined: if the provider says no
    :raises PaymentNotCaptured: if the money is not there at once
    :raises DomainError: as ``intents.begin_payment``
    """
    try:
        intent = begin_payment(buyer=buyer, screening_id=screening_id, seat_ids=seat_ids)
    except ReservationExpired:
        made = _made_before(buyer, screening_id, checked_seat_ids(seat_ids))
        if made is None:
            raise
        return made
    return _paid(buyer, intent, method)


def pay_for_ticket(*, buyer: Buyer, ticket_id: int, method: str) -> Paid:
    """Take the money for a ticket that waits for it, and for those sold with it. Call it before the transaction.

    :raises NotFound: if it is unknown or somebody else's
    :raises IllegalTransition: if it waits for no payment
    :raises DomainError: as ``pay_for_holds``
    """
    ticket = own_ticket(ticket_id, buyer)
    if ticket.state != ClaimState.PENDING:
        raise IllegalTransition(f"A ticket that is {shown_state(ticket)} cannot be confirmed.")
    sale = SeatClaim.objects.filter(booking=ticket.booking_id, state=ClaimState.PENDING).order_by("seat")
    seat_ids = list(sale.values_list("seat_id", flat=True))
    return _paid(buyer, begin_payment(buyer=buyer, screening_id=ticket.screening_id, seat_ids=seat_ids), method)


def _paid(buyer: Buyer, intent: PaymentIntent, method: str) -> Paid:
    pay_by_method(intent=intent, method=method)
    return Paid(intent.payment_id, intent.reference, prove(buyer=buyer, payment_id=intent.payment_id))


def _made_before(buyer: Buyer, screening_id: int, seat_ids: list[int]) -> Paid | None:
    """Return the payment that bought these very seats, if the buyer still has them."""
    kept = {"booking__tickets__state": ClaimState.CONFIRMED}
    bought = Payment.objects.filter(user=buyer.id, screening=screening_id, **kept).distinct().order_by("-captured_at")
    payment = next((payment for payment in bought if payment.seat_ids == seat_ids), None)
    if payment is None:
        return None
    reference = PaymentIntent.objects.filter(pk=payment.pk).values_list("reference", flat=True).first()
    return Paid(payment.pk, reference or payment.pk, Money(payment.amount, payment.currency))
