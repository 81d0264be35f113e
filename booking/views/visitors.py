"""Who acts on the booking pages: the signed-in visitor, or the guest that holds their seats until they sign in."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest

from accounts.models import User
from accounts.services.guests import SESSION_KEY, guest_of, make_guest
from booking.selectors.seatplan import seat_names
from booking.services.guests import adopt_holds
from booking.services.seat_rules import MOST_SCREENINGS, MOST_SEATS
from catalog.models import Screening
from catalog.selectors.layouts import SeatPlace
from cinema_project.common.addresses import client_address
from cinema_project.common.rates import Rate, spend

GUESTS = Rate("guests", 60)


def who_acts(request: HttpRequest) -> User | None:
    """Return the signed-in visitor, else their guest, else nobody. After a sign-in the guest's holds come along."""
    guest = guest_of(request.session)
    if not isinstance(request.user, User):
        return guest
    # The guest stays in the session: a request that was under way during the sign-in may still hold a seat for it.
    lost = adopt_holds(guest=guest, user=request.user) if guest else {}
    if lost:
        messages.warning(request, _not_kept(lost))
    return request.user


def new_guest(request: HttpRequest) -> User:
    """Let a visitor who is nobody yet hold seats.

    :raises RateExceeded: if too many such come from one address
    """
    spend(GUESTS, client_address(request))
    guest = make_guest(browser=request.COOKIES.get(settings.CSRF_COOKIE_NAME) or uuid.uuid4().hex)
    request.session[SESSION_KEY] = guest.pk
    return guest


def _not_kept(lost: dict[int, list[SeatPlace]]) -> str:
    films = dict(Screening.objects.filter(pk__in=lost).values_list("pk", "movie__title"))
    seats = " and ".join(f"{seat_names(places)} for {films[screening_id]}" for screening_id, places in lost.items())
    limits = f"{MOST_SEATS} seats in one screening, and hold seats in {MOST_SCREENINGS} at a time"
    return f"{seats} could not be kept: you can have {limits}."
