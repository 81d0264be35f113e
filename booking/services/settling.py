"""What became of a payment: asked of the provider, and followed up. Webhooks, browsers and the clock all come here.

However often and in whatever order they come, the provider's present word counts, and a payment buys once.
"""

from collections.abc import Sequence
from typing import Any

from booking.claims import Buyer
from booking.models import ClaimState, Payment, PaymentIntent, SeatClaim
from booking.payments.provider import Money, Standing
from booking.payments.registry import provider_named
from booking.services import unclaimed
from booking.services.confirming import confirm_payment
from booking.services.intents import close
from booking.services.tickets import book_from_holds
from booking.services.unclaimed import Paid
from cinema_project.common.errors import Busy, DomainError, Unavailable

TRUST = "trust"


def settle(*, payment_id: str) -> PaymentIntent | None:
    """Ask the provider about a payment and book what it was for; money that buys nothing is kept (R33).

    :return: the intent as it is then; ``None`` if there is no such payment of ours
    :raises Unavailable: if the provider does not answer; ask again later
    :raises Busy: if many people buy at this moment; ask again later
    """
    intent = PaymentIntent.objects.filter(pk=payment_id).select_related("user").first()
    if intent is None or intent.status == PaymentIntent.Status.PAID or not intent.reference:
        return intent
    payment = Payment.objects.filter(pk=payment_id).first()
    if payment is None:
        charge = provider_named(intent.provider).look_up(intent.reference)
        if charge.standing == Standing.CLOSED and intent.status != PaymentIntent.Status.CLOSED:
            close(intent)
        if charge.standing != Standing.DONE:
            return intent
        _buy(intent, charge.price)
    elif payment.status == Payment.Status.CAPTURED and intent.provider != TRUST:
        _buy(intent, Money(payment.amount, payment.currency))  # kept for a call that asked for other seats
    intent.status = PaymentIntent.Status.PAID
    intent.save(update_fields=["status"])
    return intent


def buy(*, buyer: Buyer, screening_id: int, seat_ids: Sequence[int], payment_id: str, money: Money | None) -> None:
    """Confirm the buyer's tickets that wait for this payment; without such, book their holds.

    :raises DomainError: as ``confirm_payment`` and ``book_from_holds``
    """
    call: dict[str, Any] = {"buyer": buyer, "payment_id": payment_id, "money": money}
    theirs = SeatClaim.objects.filter(user=buyer.id, screening=screening_id, seat__in=seat_ids)
    waiting = theirs.filter(state=ClaimState.PENDING).order_by("pk").values_list("pk", flat=True).first()
    if waiting is None:
        book_from_holds(screening_id=screening_id, seat_ids=seat_ids, **call)
    else:
        confirm_payment(ticket_id=waiting, **call)  # together with those of the same sale


def _buy(intent: PaymentIntent, money: Money) -> None:
    meant_for = {"screening_id": intent.screening_id, "seat_ids": intent.seat_ids, "payment_id": intent.payment_id}
    try:
        buy(buyer=intent.user, **meant_for, money=money)
    except (Busy, Unavailable):
        raise
    except DomainError:
        # Whatever stood in the way, even that its payer has left: the money is there, and is theirs.
        unclaimed.keep(Paid(user_id=intent.user_id, **meant_for, amount=money.amount, currency=money.currency))
