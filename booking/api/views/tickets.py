"""Tickets over HTTP. Hot paths: plain views, see ``common/json_api.py``."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.callers import Caller, caller_of
from booking.api.serializers.seats import ticket_json
from booking.api.views.promos import asked_promo
from booking.api.views.reservations import seat_ids_of
from booking.payments.provider import Money
from booking.selectors.payments import is_sold
from booking.selectors.tickets import sold_tickets, ticket_of, tickets_of
from booking.services.promo_sales import book_with_promo
from booking.services.proofs import prove
from booking.services.seat_rules import checked_seat_ids
from booking.services.tickets import Booked, book_from_holds, book_seats, cancel_ticket
from booking.ticket_rights import seen_by
from cinema_project.common.idempotency import once, once_prepared
from cinema_project.common.json_api import JsonView, answer, answer_page, body_of, whole_of
from cinema_project.common.queries import flag


class Book(JsonView):
    """Quick booking: seats become tickets in one call."""

    takes_promos = True

    def sell(
        self, caller: Caller, screening_id: int, seat_ids: Any, body: dict[str, Any], money: Money | None
    ) -> Booked:
        call = {"buyer": caller, "screening_id": screening_id, "seat_ids": seat_ids, "money": money}
        call |= {"payment_id": body.get("payment_id"), "ticket_types": body.get("ticket_types")}
        if body.get("promo_code") is None:
            return book_seats(**call)
        return book_with_promo(**call, code=body["promo_code"])

    def post(self, request: HttpRequest) -> HttpResponse:
        caller = caller_of(request)
        body = body_of(request)
        screening_id, seat_ids, payment_id = whole_of(body, "screening_id"), seat_ids_of(body), body.get("payment_id")
        if self.takes_promos and "promo_code" in body and not is_sold(payment_id):  # a repeat tries no code (R23)
            asked_promo(body, caller)

        def work(money: Money | None) -> HttpResponse:
            return _booked(self.sell(caller, screening_id, seat_ids, body, money))

        return once_paid(request, caller, seat_ids, payment_id, work)


class BookFromReservation(Book):
    """The caller's holds become tickets; safe to repeat with the same ``payment_id``."""

    takes_promos = False  # a hold has its price

    def sell(
        self, caller: Caller, screening_id: int, seat_ids: Any, body: dict[str, Any], money: Money | None
    ) -> Booked:
        call = {"buyer": caller, "screening_id": screening_id, "seat_ids": seat_ids, "money": money}
        return book_from_holds(**call, payment_id=body.get("payment_id"))


class MyTickets(JsonView):
    def get(self, request: HttpRequest) -> HttpResponse:
        caller = caller_of(request)
        upcoming = flag(request.GET, "upcoming") if "upcoming" in request.GET else None
        return answer_page(request, [ticket_json(ticket) for ticket in tickets_of(caller.id, upcoming=upcoming)])


class OneTicket(JsonView):
    def get(self, request: HttpRequest, ticket_id: int) -> HttpResponse:
        caller = caller_of(request)
        return answer(ticket_json(ticket_of(ticket_id, user_id=seen_by(caller))))

    def delete(self, request: HttpRequest, ticket_id: int) -> HttpResponse:
        cancel_ticket(ticket_id=ticket_id, by=caller_of(request))
        return HttpResponse(status=204)


def once_paid(
    request: HttpRequest,
    caller: Caller,
    seat_ids: Any,
    payment_id: Any,
    work: Callable[[Money | None], HttpResponse],
) -> HttpResponse:
    """Sell once for each ``Idempotency-Key``; where payments are verified, the provider is asked before (R61)."""

    def prepare() -> Money | None:
        checked_seat_ids(seat_ids)
        return prove(buyer=caller, payment_id=payment_id)

    if settings.PAYMENTS_MODE == "trust":
        return once(request, caller.id, lambda: work(None))
    return once_prepared(request, caller.id, prepare, work)


def _booked(booked: Booked) -> HttpResponse:
    tickets = sold_tickets(
        booked.tickets, booked.layout, payment_id=booked.payment_id, booking_number=booked.booking_number
    )
    response = answer([ticket_json(ticket) for ticket in tickets], status=201)
    if booked.replayed:
        response["Idempotent-Replayed"] = "true"
    return response
