"""Beginning a payment for seats that the buyer holds, or has as tickets that wait for it.

Each intent is a row before the provider hears of it; the provider is asked between transactions (R61).
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.urls import reverse

from booking.claims import Buyer, Claim, Found, look
from booking.models import ClaimState, Payment, PaymentIntent
from booking.payments.provider import Money, Order, Standing
from booking.payments.registry import current_provider, provider_named
from booking.services.seat_rules import check_not_cancelled, checked_seat_ids
from booking.services.tickets import ReservationExpired
from catalog.models import Screening
from cinema_project.common.database import repeat_on, write
from cinema_project.common.errors import Invalid

FIRST_ASKED_AFTER = timedelta(minutes=1)


class NothingToPay(Invalid):
    code = "nothing_to_pay"


def begin_payment(*, buyer: Buyer, screening_id: int, seat_ids: Sequence[int]) -> PaymentIntent:
    """Begin a payment that the client finishes with its ``client_secret``; the same seats get the same one again.

    :raises Invalid: wrong list, or nothing to pay
    :raises ScreeningNotFound: if there is no such screening
    :raises ReservationExpired: if the buyer does not hold all of these seats
    :raises Unavailable: if there is no provider, or it does not answer
    """
    return _begun(buyer, screening_id, seat_ids, hosted=False)


def begin_checkout(*, buyer: Buyer, screening_id: int, seat_ids: Sequence[int]) -> PaymentIntent:
    """Begin a payment on the provider's own page, which is at ``address``.

    :raises DomainError: as ``begin_payment``
    """
    return _begun(buyer, screening_id, seat_ids, hosted=True)


def pay_by_method(*, intent: PaymentIntent, method: str) -> None:
    """Take the money of an intent by a method that the client names.

    :raises PaymentDeclined: if the provider says no
    """
    provider_named(intent.provider).charge(intent.reference, method)


def _begun(buyer: Buyer, screening_id: int, seat_ids: Sequence[int], *, hosted: bool) -> PaymentIntent:
    wanted = checked_seat_ids(seat_ids)
    provider = current_provider()
    intent = _open(buyer, screening_id, wanted, provider.name, hosted)
    if intent.reference and provider.look_up(intent.reference).standing == Standing.CLOSED:
        close(intent)
        intent = _open(buyer, screening_id, wanted, provider.name, hosted)
    if not intent.reference:
        order = _order(intent)
        started = provider.open_checkout(order) if hosted else provider.create_intent(order)
        intent.reference, intent.client_secret = started.reference, started.client_secret
        intent.address = started.address
        intent.save(update_fields=["reference", "client_secret", "address"])
    return intent


@repeat_on("one_open_intent_per_choice")
@write
def _open(buyer: Buyer, screening_id: int, seat_ids: list[int], provider: str, hosted: bool) -> PaymentIntent:
    found = look(screening_id, seat_ids, buyer.id)
    check_not_cancelled(found.screening)
    claims = _to_be_paid(found, buyer, seat_ids)
    price = Money(sum((claim.price for claim in claims), Decimal(0)), found.screening.currency)
    if not price.amount:
        raise NothingToPay("These seats cost nothing: book them without a payment.")
    choice = {"user_id": buyer.id, "screening_id": screening_id, "seat_ids": seat_ids, "hosted": hosted}
    there = PaymentIntent.objects.filter(**choice, status=PaymentIntent.Status.OPEN).select_for_update().first()
    if there is not None:
        if (there.provider, Money(there.amount, there.currency)) == (provider, price) and not _is_used(there):
            return there
        there.status = PaymentIntent.Status.REPLACED  # it may still be paid: the reconciler goes on asking
        there.save(update_fields=["status"])
    return PaymentIntent.objects.create(
        payment_id=f"pay_{secrets.token_hex(16)}",
        **choice,
        amount=price.amount,
        currency=price.currency,
        provider=provider,
        created_at=found.now,
        ask_at=found.now + FIRST_ASKED_AFTER,
    )


def _to_be_paid(found: Found, buyer: Buyer, seat_ids: Sequence[int]) -> list[Claim]:
    """Return the buyer's holds of these seats, or their tickets of one sale that wait for the payment."""
    mine = [
        claim
        for claim in found.claims
        if claim.screening_id == found.screening.id and claim.user_id == buyer.id and claim.is_live(found.now)
    ]
    held = [claim for claim in mine if claim.state == ClaimState.HELD and claim.seat_id in seat_ids]
    if len(held) == len(seat_ids):
        return held
    waiting = [claim for claim in mine if claim.state == ClaimState.PENDING]
    sales = {claim.booking_id for claim in waiting if claim.seat_id in seat_ids}
    sale = [claim for claim in waiting if claim.booking_id in sales]
    if len(sales) == 1 and {claim.seat_id for claim in sale} == {*seat_ids}:
        return sale
    missing = sorted({*seat_ids} - {claim.seat_id for claim in held})
    raise ReservationExpired(f"Seats {missing} are no longer reserved for you", conflicting_seat_ids=missing)


def _is_used(intent: PaymentIntent) -> bool:
    """Tell whether the payment has bought something, or goes back."""
    unclaimed = Payment.Status.CAPTURED
    return Payment.objects.filter(pk=intent.payment_id).exclude(status=unclaimed).exists()


def close(intent: PaymentIntent) -> None:
    """Note that nothing will come of it."""
    intent.status = PaymentIntent.Status.CLOSED
    intent.save(update_fields=["status"])


def _order(intent: PaymentIntent) -> Order:
    screening = Screening.objects.select_related("movie").get(pk=intent.screening_id)
    seats = "1 seat" if len(intent.seat_ids) == 1 else f"{len(intent.seat_ids)} seats"
    back = [intent.screening_id]
    return Order(
        payment_id=intent.payment_id,
        payer=str(intent.user_id),
        price=Money(intent.amount, intent.currency),
        description=f"{seats}, {screening.movie.title}",
        return_address=settings.SITE_URL + reverse("booking:checkout_paid", args=[*back, intent.payment_id]),
        back_address=settings.SITE_URL + reverse("booking:checkout_pay", args=back),
    )
