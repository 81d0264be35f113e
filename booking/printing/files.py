"""Tickets as files to be had over HTTP."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from booking.models import SeatClaim
from booking.printing.calendar import calendar_of
from booking.printing.codes import qr_png, qr_svg_file
from booking.printing.pdf import tickets_pdf
from booking.printing.words import OPENS_DOOR
from booking.ticket_codes import code_of
from cinema_project.common import clock
from cinema_project.common.errors import Conflict

PRIVATE = "private, no-cache"
"""Only the visitor's own browser keeps it, and asks whether it still counts."""


class TicketVoid(Conflict):
    """A picture cannot say that the ticket does not count."""

    code = "ticket_void"


def svg_file(ticket: SeatClaim) -> HttpResponse:
    """Answer with the QR code as SVG.

    :raises TicketVoid: if the ticket does not open the door
    """
    return _file(qr_svg_file(_code(ticket)), "image/svg+xml", f"{_name([ticket])}.svg")


def png_file(ticket: SeatClaim) -> HttpResponse:
    """Answer with the QR code as PNG.

    :raises TicketVoid: if the ticket does not open the door
    """
    return _file(qr_png(_code(ticket)), "image/png", f"{_name([ticket])}.png")


def pdf_file(tickets: Sequence[SeatClaim]) -> HttpResponse:
    """Answer with the printed tickets of one booking; those that do not count say so."""
    return _file(tickets_pdf(tickets), "application/pdf", f"{_name(tickets)}.pdf")


def calendar_file(tickets: Sequence[SeatClaim]) -> HttpResponse:
    """Answer with a booking's calendar entry, from all of its tickets."""
    content = calendar_of(tickets, now=clock.now())
    return _file(content, "text/calendar; charset=utf-8", f"{_name(tickets)}.ics", save=True)


def _code(ticket: SeatClaim) -> str:
    if ticket.state not in OPENS_DOOR:
        raise TicketVoid("This ticket does not open the door, so it has no code.")
    return code_of(ticket.secret)


def _name(tickets: Sequence[SeatClaim]) -> str:
    assert tickets[0].booking is not None
    names = [tickets[0].booking.booking_number]
    return "-".join(["tickets", *names, *([tickets[0].seat.label] if len(tickets) == 1 else [])])


def _file(content: bytes, kind: str, name: str, *, save: bool = False) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Cache-Control"] = PRIVATE
    response["Content-Disposition"] = content_disposition_header(save, name) or "inline"
    return response
