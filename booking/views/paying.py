"""Paying on the provider's page, and coming back: booked, booked with other seats to confirm, or refunded."""

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from booking.models import Booking, Payment, PaymentIntent
from booking.selectors.proposals import seats_instead
from booking.selectors.seatplan import seat_names
from booking.services.intents import begin_checkout
from booking.services.settling import settle
from booking.services.tickets import book_seats
from booking.services.unclaimed import give_back_now
from booking.views.answers import SeeOther
from catalog.models import Screening
from cinema_project.common import clock
from cinema_project.common.errors import Busy, DomainError, Unavailable

LOOK_AGAIN_SECONDS = 5


def go_and_pay(user: User, screening_id: int, seat_ids: list[int]) -> HttpResponse:
    """Lead to the provider's page.

    :raises DomainError: if the seats are not held, or the provider does not answer
    """
    intent = begin_checkout(buyer=user, screening_id=screening_id, seat_ids=seat_ids)
    return SeeOther(intent.address)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def paid(request: HttpRequest, screening_id: int, payment_id: str) -> HttpResponse:
    """Tell what became of a payment, and let its payer decide about money that came too late."""
    assert isinstance(request.user, User)
    mine = {"pk": payment_id, "user": request.user.pk, "screening": screening_id}
    intent = get_object_or_404(PaymentIntent, **mine)
    if request.method == "POST":
        return _decide(request, request.user, intent)
    _learn(intent)
    booking = Booking.objects.filter(payment=payment_id).first()
    if booking is not None:
        return SeeOther(reverse("booking:checkout_done", args=[booking.screening_id]))
    payment = Payment.objects.filter(pk=payment_id).first()
    if payment is None:
        return _nothing_yet(request, intent)
    screening = get_object_or_404(Screening.objects.with_places(), pk=screening_id)
    context = {"screening": screening, "cinema": screening.room.cinema, "payment": payment, "section": "films"}
    if payment.status_at(clock.now()) == Payment.Status.CAPTURED:
        return render(request, "booking/late.html", context | _proposal(screening, payment))
    return render(request, "booking/given_back.html", context)


def _learn(intent: PaymentIntent) -> None:
    with suppress(Busy, Unavailable):  # the page will be loaded again, and the clock asks as well
        settle(payment_id=intent.payment_id)


def _nothing_yet(request: HttpRequest, intent: PaymentIntent) -> HttpResponse:
    intent.refresh_from_db()
    if intent.status == PaymentIntent.Status.CLOSED:
        messages.error(request, "The payment did not work out, and nothing was taken. You can try again.")
        return SeeOther(reverse("booking:checkout_pay", args=[intent.screening_id]))
    screening = get_object_or_404(Screening.objects.with_places(), pk=intent.screening_id)
    context = {"screening": screening, "cinema": screening.room.cinema, "intent": intent, "section": "films"}
    waiting = render(request, "booking/waiting.html", context)
    waiting["Refresh"] = str(LOOK_AGAIN_SECONDS)
    return waiting


def _proposal(screening: Screening, payment: Payment) -> dict[str, Any]:
    seats = []
    if screening.status == "scheduled" and screening.start_time > clock.now():
        seats = seats_instead(screening.pk, payment.seat_ids, payment.amount)
    same = [view.seat.id for view in seats] == payment.seat_ids
    return {"seats": seats, "names": seat_names([view.seat for view in seats]) if seats else "", "same": same}


def _decide(request: HttpRequest, user: User, intent: PaymentIntent) -> HttpResponse:
    here = SeeOther(reverse("booking:checkout_paid", args=[intent.screening_id, intent.payment_id]))
    if request.POST.get("action") == "refund":
        give_back_now(payment_id=intent.payment_id, user_id=user.pk)
        return here
    seat_ids = [int(text) for text in request.POST.getlist("seats") if text.isdecimal() and len(text) < 19]
    screening_id, payment_id = intent.screening_id, intent.payment_id
    try:
        book_seats(buyer=user, screening_id=screening_id, seat_ids=seat_ids, payment_id=payment_id)
    except DomainError as error:
        messages.error(request, error.detail)
    return here
