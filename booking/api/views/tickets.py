"""Tickets over HTTP. Hot paths: plain views, see ``common/json_api.py``."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.callers import Caller, caller_of
from booking.api.serializers.seats import ticket_json
from booking.api.views.reservations import seat_ids_of
from booking.selectors.tickets import sold_tickets, ticket_of, tickets_of
from booking.services.tickets import Booked, book_from_holds, book_seats, cancel_ticket
from cinema_project.common.idempotency import once
from cinema_project.common.json_api import JsonView, answer, answer_page, body_of, whole_of
from cinema_project.common.queries import flag

SEES_TICKETS = {"box office", "auditor"}


class Book(JsonView):
    """Quick booking: seats become tickets in one call."""

    def sell(self, caller: Caller, screening_id: int, seat_ids: Any, payment_id: Any) -> Booked:
        return book_seats(buyer=caller, screening_id=screening_id, seat_ids=seat_ids, payment_id=payment_id)

    def post(self, request: HttpRequest) -> HttpResponse:
        caller = caller_of(request)
        body = body_of(request)
        screening_id, seat_ids = whole_of(body, "screening_id"), seat_ids_of(body)

        def work() -> HttpResponse:
            return _booked(self.sell(caller, screening_id, seat_ids, body.get("payment_id")))

        return once(request, caller.id, work)


class BookFromReservation(Book):
    """The caller's holds become tickets; safe to repeat with the same ``payment_id``."""

    def sell(self, caller: Caller, screening_id: int, seat_ids: Any, payment_id: Any) -> Booked:
        return book_from_holds(buyer=caller, screening_id=screening_id, seat_ids=seat_ids, payment_id=payment_id)


class MyTickets(JsonView):
    def get(self, request: HttpRequest) -> HttpResponse:
        caller = caller_of(request)
        upcoming = flag(request.GET, "upcoming") if "upcoming" in request.GET else None
        return answer_page(request, [ticket_json(ticket) for ticket in tickets_of(caller.id, upcoming=upcoming)])


class OneTicket(JsonView):
    def get(self, request: HttpRequest, ticket_id: int) -> HttpResponse:
        caller = caller_of(request)
        return answer(ticket_json(ticket_of(ticket_id, user_id=_whose(caller))))

    def delete(self, request: HttpRequest, ticket_id: int) -> HttpResponse:
        cancel_ticket(ticket_id=ticket_id, by=caller_of(request))
        return HttpResponse(status=204)


def _whose(caller: Caller) -> int | None:
    """Return whose tickets the caller may see: their own, or (``None``) everybody's."""
    return None if caller.is_staff_member or SEES_TICKETS & {*caller.groups} else caller.id


def _booked(booked: Booked) -> HttpResponse:
    tickets = sold_tickets(
        booked.tickets, booked.layout, payment_id=booked.payment_id, booking_number=booked.booking_number
    )
    response = answer([ticket_json(ticket) for ticket in tickets], status=201)
    if booked.replayed:
        response["Idempotent-Replayed"] = "true"
    return response
