"""Tickets that wait for their payment become tickets (R35): all of one sale at once, as they are paid at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from booking.claims import COLUMNS, Buyer, Claim, apply, claim_of, lock_screening, look, update_claims
from booking.models import Booking, ClaimState, SeatClaim
from booking.payments.provider import Money
from booking.promises import promise_confirmation
from booking.realtime import SeatUpdate
from booking.services import proofs, unclaimed
from booking.services.proofs import PaymentIdReused
from booking.services.seat_rules import check_not_cancelled
from booking.services.tickets import PaymentMismatch, RequestInProgress, own_ticket
from cinema_project.common.database import as_moment, query, write
from cinema_project.common.errors import Busy, DomainError, IllegalTransition, Invalid


class TransactionMissing(Invalid):
    code = "payment_id_invalid"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The tickets of the sale, by seat. ``replayed``: the same payment had confirmed them before."""

    tickets: list[Claim]
    payment_id: str | None
    replayed: bool = False


def confirm_payment(
    *, buyer: Buyer, ticket_id: int, payment_id: str | None = None, money: Money | None = None
) -> Confirmed:
    """Confirm the ticket, and those sold together with it, by a payment of all of them.

    :param money: what ``proofs.prove`` said of the payment; without it, the provider is asked here
    :raises NotFound: if the ticket is unknown or somebody else's
    :raises IllegalTransition: if it does not wait for a payment, or no longer
    :raises PaymentMismatch: if the payment is not of the price of these tickets
    :raises PaymentIdReused: if the payment bought something else, or is somebody else's
    :raises RequestInProgress: if the same is under way for longer than three seconds (R27)
    """
    proofs.check_payment_id(payment_id)
    if payment_id is None and settings.PAYMENTS_MODE == "verify":
        sentence = "transaction_id is required: the payment_id of a payment that was made."
        raise TransactionMissing(sentence, errors=[{"pointer": "/transaction_id", "detail": sentence}])
    own_ticket(ticket_id, buyer)
    money = money or proofs.prove(buyer=buyer, payment_id=payment_id)
    try:
        return _confirm(buyer, ticket_id, payment_id, money)
    except Busy as error:
        raise RequestInProgress("This booking is being made. Please repeat the request.", retry_after=1) from error


@write
def _confirm(buyer: Buyer, ticket_id: int, payment_id: str | None, money: Money | None) -> Confirmed:
    ticket = own_ticket(ticket_id, buyer)
    lock_screening(ticket.screening_id)
    ticket = own_ticket(ticket_id, buyer)  # as it is now that nobody else can change it
    assert ticket.booking_id is not None
    if payment_id is not None and _has_paid(payment_id, buyer, ticket.booking_id):
        return Confirmed(_tickets_of(ticket.booking_id), payment_id, replayed=True)
    found = look(ticket.screening_id, [ticket.seat_id], buyer.id)
    waiting = [
        claim
        for claim in found.claims
        if claim.booking_id == ticket.booking_id and claim.state == ClaimState.PENDING and claim.is_live(found.now)
    ]
    price = Money(sum((claim.price for claim in waiting), Decimal(0)), found.screening.currency)
    try:
        if ticket.id not in {claim.id for claim in waiting}:
            raise IllegalTransition(f"A ticket that is {shown_state(ticket)} cannot be confirmed.")
        check_not_cancelled(found.screening)
        _check_paid_alike(ticket)
        if money is not None and money != price:
            raise PaymentMismatch(f"The payment is of {money}, but these tickets cost {price}.")
    except DomainError as refusal:
        if payment_id is not None and money is not None:
            unclaimed.keep_if_refused(refusal, _paid(payment_id, ticket, waiting, money))
        raise
    if payment_id is not None:
        unclaimed.take(_paid(payment_id, ticket, waiting, money or price), found.now)
        Booking.objects.filter(pk=ticket.booking_id).update(payment=payment_id)
    confirmed = update_claims("state = 'confirmed', confirmed_at = %s", [found.now], waiting, by=buyer.id)
    apply(found, [confirmed], [SeatUpdate(claim.seat_id, "booked", buyer.id) for claim in waiting])
    promise_confirmation(Booking.objects.values_list("booking_number", flat=True).get(pk=ticket.booking_id))
    return Confirmed(_tickets_of(ticket.booking_id), payment_id)


def _check_paid_alike(ticket: Claim) -> None:
    """Keep a payment and the counter's money apart: all tickets of a sale are paid the same way."""
    if SeatClaim.objects.filter(booking=ticket.booking_id, confirmed_at__isnull=False).exists():
        raise IllegalTransition("The other tickets of this sale were paid at the counter: please pay there.")


def _paid(payment_id: str, ticket: Claim, waiting: Sequence[Claim], money: Money) -> unclaimed.Paid:
    seats = sorted(claim.seat_id for claim in waiting) or [ticket.seat_id]
    return unclaimed.Paid(payment_id, ticket.user_id, ticket.screening_id, seats, money.amount, money.currency)


def _has_paid(payment_id: str, buyer: Buyer, booking_id: int) -> bool:
    """Tell whether the payment made this sale (R23); one that may not make it is refused (R25, R26)."""
    found = query(
        "SELECT p.user_id, b.id, p.status, p.captured_at FROM booking_payment p"
        " LEFT JOIN booking_booking b ON b.payment_id = p.payment_id WHERE p.payment_id = %s",
        [payment_id],
    )
    if not found:
        return False
    user_id, bought, status, captured_at = found[0]
    if user_id != buyer.id or bought not in (None, booking_id):
        raise PaymentIdReused
    if bought is None:
        unclaimed.check_claimable(status, as_moment(captured_at))
    return bought is not None


def _tickets_of(booking_id: int) -> list[Claim]:
    rows = query(f"SELECT {COLUMNS} FROM booking_seatclaim WHERE booking_id = %s ORDER BY seat_id", [booking_id])
    return [claim_of(row) for row in rows]


def shown_state(ticket: Claim) -> str:
    """Name the state as the API does: one that was not paid in time is expired, marked or not."""
    return "expired" if ticket.state in (ClaimState.PENDING, ClaimState.UNPAID) else ticket.state
