"""The tickets of the signed-in visitor."""

import io

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from booking.models import Ticket
from booking.selectors.deadlines import last_moment_to_cancel
from booking.services.tickets import cancel_ticket
from booking.ticket_codes import code_of, short_code_of
from booking.views.answers import SeeOther
from booking.views.visitors import who_acts
from cinema_project.common import clock
from cinema_project.common.errors import DomainError


@never_cache
@login_required
@require_safe
def tickets(request: HttpRequest) -> HttpResponse:
    """List what is to come, soonest first, and what was, latest first."""
    who_acts(request)
    now = clock.now()
    mine = list(_tickets_of(request).order_by("screening__start_time", "seat_id"))
    upcoming = [ticket for ticket in mine if ticket.screening.end_time > now]
    past = [ticket for ticket in reversed(mine) if ticket.screening.end_time <= now]
    return render(request, "booking/tickets.html", {"upcoming": upcoming, "past": past, "section": "tickets"})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ticket(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Show one ticket to be scanned at the door; a POST gives it back."""
    found = get_object_or_404(_tickets_of(request), pk=ticket_id)
    if request.method == "POST":
        return _cancel(request, found)
    context = {
        "ticket": found,
        "screening": found.screening,
        "cinema": found.screening.room.cinema,
        "qr": qr_svg(code_of(found.secret or "")),
        "short_code": short_code_of(found.secret or ""),
        "can_cancel": found.status == "confirmed" and clock.now() < last_moment_to_cancel(found),
        "cancel_until": last_moment_to_cancel(found),
        "section": "tickets",
    }
    return render(request, "booking/ticket.html", context)


def qr_svg(code: str) -> SafeString:
    """Draw the code as inline SVG, dark on light in every theme: scanners want it so."""
    drawing = io.BytesIO()
    look = {"border": 4, "dark": "#000", "light": "#fff", "svgclass": "qr"}
    segno.make(code, error="m", micro=False).save(
        drawing, kind="svg", xmldecl=False, svgns=False, omitsize=True, **look
    )
    return SafeString(drawing.getvalue().decode())


def _tickets_of(request: HttpRequest) -> QuerySet[Ticket]:
    mine = Ticket.objects.filter(user=request.user.pk)
    return mine.select_related("seat", "booking", "screening__movie", "screening__room__cinema")


def _cancel(request: HttpRequest, found: Ticket) -> HttpResponse:
    assert isinstance(request.user, User)
    try:
        cancel_ticket(ticket_id=found.pk, by=request.user)
    except DomainError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, f"Ticket cancelled. {found.price} {found.currency} will be paid back.")
    return SeeOther(reverse("booking:ticket", args=[found.pk]))
