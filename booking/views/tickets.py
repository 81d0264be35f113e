"""The tickets of the signed-in visitor."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.callers import Caller, caller_for
from accounts.models import User
from booking.models import Ticket
from booking.printing.codes import qr_svg
from booking.printing.files import calendar_file, pdf_file
from booking.selectors.deadlines import last_moment_to_cancel
from booking.selectors.printing import printed_ticket, printed_together
from booking.services.resending import resend_ticket
from booking.services.tickets import cancel_ticket
from booking.ticket_codes import code_of, short_code_of
from booking.ticket_rights import seen_by, sent_by
from booking.views.answers import SeeOther
from booking.views.visitors import who_acts
from cinema_project.common import clock
from cinema_project.common.errors import DomainError, NotFound


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


@login_required
@require_safe
def paper(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Hand out the ticket as PDF, to be printed; staff print anybody's."""
    return pdf_file([_seen(request, ticket_id)])


@login_required
@require_safe
def papers(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Hand out all tickets of the same booking as one PDF."""
    return pdf_file(printed_together(_seen(request, ticket_id)))


@login_required
@require_safe
def calendar_entry(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Hand out the ticket's booking for the visitor's calendar."""
    return calendar_file(printed_together(_seen(request, ticket_id)))


@login_required
@require_POST
def resend(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Mail the ticket once more."""
    try:
        resend_ticket(ticket_id=ticket_id, user_id=sent_by(_caller(request)))
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, "The ticket is on its way to your mailbox.")
    return SeeOther(reverse("booking:ticket", args=[ticket_id]))


def _seen(request: HttpRequest, ticket_id: int) -> Ticket:
    """Return a ticket that the visitor may see."""
    try:
        return printed_ticket(ticket_id, user_id=seen_by(_caller(request)))
    except NotFound as error:
        raise Http404 from error


def _caller(request: HttpRequest) -> Caller:
    assert isinstance(request.user, User)
    return caller_for(request.user)


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
