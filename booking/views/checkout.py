"""From held seats to tickets: details, pay, done. Each step is an address, so Back works."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from booking.models import Ticket
from booking.realtime import wire_time
from booking.selectors.payments import unclaimed_of
from booking.selectors.promos import promo_of
from booking.selectors.purchase import Basket, basket_of, latest_booking, ticket_choices
from booking.services.intents import NothingToPay
from booking.services.reservations import ExtendLimit, HoldExpired, hold_seats, restore_holds
from booking.services.seat_rules import ScreeningPast
from booking.services.tickets import ReservationExpired, book_from_holds, book_seats
from booking.views.answers import SeeOther
from booking.views.paying import go_and_pay
from booking.views.promos import take_promo
from booking.views.visitors import who_acts
from catalog.models import Screening
from catalog.selectors.layouts import layout_of_screening
from cinema_project.common import clock
from cinema_project.common.errors import DomainError

HOLD_ENDED = "The time for your seats ran out. Press “Hold these seats” to try for the same ones."


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, screening_id: int) -> HttpResponse:
    """Show who buys what, and for whom; going on to pay takes the holds back to their full length."""
    screening, basket = _visit(request, screening_id)
    if not basket.seats:
        return _nothing_held(request, screening_id)
    if request.method == "POST":
        return _take_details(request, screening, basket)
    layout = layout_of_screening(screening_id)
    tickets = [(seat, ticket_choices(seat, layout, screening.price)) for seat in basket.seats]
    context = _context(request, screening, basket, step="Details")
    context |= {"tickets": tickets, "promo_typed": request.GET.get("promo", "")}  # a refused code stays in its field
    return render(request, "booking/details.html", context)


def _take_details(request: HttpRequest, screening: Screening, basket: Basket) -> HttpResponse:
    assert isinstance(request.user, User)
    here = SeeOther(reverse("booking:checkout_details", args=[screening.pk]))
    asked = {str(seat.place.id): request.POST.get(f"type-{seat.place.id}", seat.ticket_type) for seat in basket.seats}
    try:
        if any(asked[str(seat.place.id)] != seat.ticket_type for seat in basket.seats):
            hold_seats(
                buyer=request.user, screening_id=screening.pk, seat_ids=basket.ids, ticket_types=asked, unfinished=True
            )
        take_promo(request, request.user, screening.pk)
    except DomainError as error:
        messages.error(request, error.detail)
        return SeeOther(f"{here.url}?{urlencode({'promo': request.POST.get('promo', '')})}")
    if request.POST.get("action") == "price":
        return here
    _give_time(request.user, screening.pk)
    return SeeOther(reverse("booking:checkout_pay", args=[screening.pk]))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, screening_id: int) -> HttpResponse:
    """Take the payment once, however often the button is pressed."""
    if request.method == "POST":
        return _pay(request, screening_id)
    screening, basket = _visit(request, screening_id)
    if not basket.seats:
        return _nothing_held(request, screening_id)
    context = _context(request, screening, basket, step="Pay")
    if settings.PAYMENTS_MODE == "verify":
        unclaimed = unclaimed_of(request.user.pk or 0, basket.total, screening.currency)
        return render(request, "booking/pay_elsewhere.html", context | {"unclaimed": unclaimed})
    return render(request, "booking/pay.html", context)


@never_cache
@login_required
@require_safe
def done(request: HttpRequest, screening_id: int) -> HttpResponse:
    """Show the newest booking of this screening."""
    screening = get_object_or_404(Screening.objects.with_places(), pk=screening_id)
    booking = latest_booking(request.user.pk, screening_id)
    if booking is None:
        return SeeOther(reverse("booking:seats", args=[screening_id]))
    tickets = Ticket.objects.filter(booking=booking).select_related("seat").order_by("seat_id")
    context = {"screening": screening, "cinema": screening.room.cinema, "booking": booking, "tickets": tickets}
    return render(request, "booking/done.html", context | {"step": "Done", "section": "tickets"})


def _pay(request: HttpRequest, screening_id: int) -> HttpResponse:
    assert isinstance(request.user, User)
    seat_ids = [int(text) for text in request.POST.getlist("seats") if text.isdecimal() and len(text) < 19]
    payment_id = request.POST.get("payment_id", "")
    _, basket = _visit(request, screening_id)
    if not basket.seats and basket.lapsed_ids:  # nothing was paid yet: no money to be kept
        return _nothing_held(request, screening_id)
    try:
        if settings.PAYMENTS_MODE == "verify" and not payment_id:
            return _pay_elsewhere(request.user, screening_id, seat_ids)
        book_from_holds(buyer=request.user, screening_id=screening_id, seat_ids=seat_ids, payment_id=payment_id)
    except ReservationExpired:
        messages.warning(request, HOLD_ENDED)
        return _back_to_seats(screening_id, seat_ids)
    except DomainError as error:
        messages.error(request, error.detail)
        return _back_to_seats(screening_id, seat_ids)
    return SeeOther(reverse("booking:checkout_done", args=[screening_id]))


def _pay_elsewhere(user: User, screening_id: int, seat_ids: list[int]) -> HttpResponse:
    """Lead to the provider's page, with the holds at their full length; what costs nothing is booked at once."""
    _give_time(user, screening_id)
    try:
        return go_and_pay(user, screening_id, seat_ids)
    except NothingToPay:
        book_seats(buyer=user, screening_id=screening_id, seat_ids=seat_ids)
        return SeeOther(reverse("booking:checkout_done", args=[screening_id]))


def _visit(request: HttpRequest, screening_id: int) -> tuple[Screening, Basket]:
    screening = get_object_or_404(Screening.objects.with_places(), pk=screening_id)
    visitor = who_acts(request)
    return screening, basket_of(visitor.pk if visitor else None, screening_id, layout_of_screening(screening_id))


def _nothing_held(request: HttpRequest, screening_id: int) -> HttpResponse:
    """A sale already made shows its tickets; a hold that lapsed goes back to the map, the choice still on screen."""
    _, basket = _visit(request, screening_id)
    if basket.lapsed_ids:
        messages.warning(request, HOLD_ENDED)
    elif latest_booking(request.user.pk, screening_id):
        return SeeOther(reverse("booking:checkout_done", args=[screening_id]))
    else:
        messages.info(request, "Choose your seats first.")
    return _back_to_seats(screening_id, basket.lapsed_ids)


def _back_to_seats(screening_id: int, seat_ids: list[int]) -> HttpResponse:
    chosen = f"?seats={','.join(map(str, seat_ids))}" if seat_ids else ""
    return SeeOther(reverse("booking:seats", args=[screening_id]) + chosen + "#refusal")


def _give_time(user: Any, screening_id: int) -> None:
    try:
        restore_holds(buyer=user, screening_id=screening_id)
    except (ExtendLimit, HoldExpired, ScreeningPast):
        return  # what is left is enough, or paying will say that it was not


def _context(request: HttpRequest, screening: Screening, basket: Basket, *, step: str) -> dict[str, Any]:
    return {
        "promo": promo_of(request.user.pk, screening.pk),
        "screening": screening,
        "cinema": screening.room.cinema,
        "basket": basket,
        "step": step,
        "now": wire_time(clock.now()),
        "expires_at": wire_time(basket.expires_at) if basket.expires_at else "",
        "section": "films",
    }
