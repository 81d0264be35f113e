"""A ticket as pictures, on paper, for the calendar, and by mail once more."""

from django.http import HttpRequest, HttpResponse

from accounts.callers import caller_of
from booking.models import Ticket
from booking.printing import files
from booking.selectors.printing import printed_ticket, printed_together
from booking.services.resending import resend_ticket
from booking.ticket_rights import seen_by, sent_by
from cinema_project.common.exception_handler import refusal
from cinema_project.common.json_api import JsonView, answer
from cinema_project.common.rates import RateExceeded


class TicketFile(JsonView):
    """A file made of one ticket, for its owner and for staff."""

    def get(self, request: HttpRequest, ticket_id: int) -> HttpResponse:
        return self.file(printed_ticket(ticket_id, user_id=seen_by(caller_of(request))))

    def file(self, ticket: Ticket) -> HttpResponse:
        raise NotImplementedError


class QrSvg(TicketFile):
    def file(self, ticket: Ticket) -> HttpResponse:
        return files.svg_file(ticket)


class QrPng(TicketFile):
    def file(self, ticket: Ticket) -> HttpResponse:
        return files.png_file(ticket)


class Pdf(TicketFile):
    def file(self, ticket: Ticket) -> HttpResponse:
        return files.pdf_file([ticket])


class CalendarEntry(TicketFile):
    """The entry is the booking's: whoever has two tickets of it goes there once."""

    def file(self, ticket: Ticket) -> HttpResponse:
        return files.calendar_file(printed_together(ticket))


class Resend(JsonView):
    def post(self, request: HttpRequest, ticket_id: int) -> HttpResponse:
        try:
            standing = resend_ticket(ticket_id=ticket_id, user_id=sent_by(caller_of(request)))
            response = answer({"message": "The ticket is on its way to the buyer's mailbox."})
        except RateExceeded as refused:
            standing, response = refused.standing, refusal(refused)
        for name, value in standing.headers().items():
            response[name] = value
        return response
