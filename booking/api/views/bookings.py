"""Bookings over HTTP, for the clients that know no single tickets."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.callers import caller_of
from booking.api.serializers.seats import money
from booking.api.views.reservations import seat_ids_of
from booking.api.views.tickets import once_paid
from booking.payments.provider import Money
from booking.realtime import wire_time
from booking.selectors.bookings import BookingView, booking_numbered, booking_of, bookings_of
from booking.services.tickets import book_seats
from booking.ticket_rights import seen_by
from cinema_project.common.json_api import JsonView, answer, answer_page, body_of, whole_of


class MyBookings(JsonView):
    def get(self, request: HttpRequest) -> HttpResponse:
        found = bookings_of(caller_of(request).id)
        return answer_page(request, [_booking(request, view) for view in found])


class CreateBooking(JsonView):
    """Free seats and own holds become tickets, as by ``tickets/book``."""

    def post(self, request: HttpRequest) -> HttpResponse:
        caller = caller_of(request)
        body = body_of(request)
        called = "showing_id" if "showing_id" in body and "screening_id" not in body else "screening_id"
        screening_id = whole_of(body, called)
        seat_ids, payment_id = seat_ids_of(body), body.get("payment_id")

        def work(money: Money | None) -> HttpResponse:
            call = {"buyer": caller, "screening_id": screening_id, "seat_ids": seat_ids}
            booked = book_seats(**call, payment_id=payment_id, money=money)
            response = answer(_booking(request, booking_numbered(booked.booking_number)), status=201)
            if booked.replayed:
                response["Idempotent-Replayed"] = "true"
            return response

        return once_paid(request, caller, seat_ids, payment_id, work)


class OneBooking(JsonView):
    """For its owner, and whoever sees all tickets."""

    def get(self, request: HttpRequest, booking_id: int) -> HttpResponse:
        caller = caller_of(request)
        return answer(_booking(request, booking_of(booking_id, user_id=seen_by(caller))))


def _booking(request: HttpRequest, view: BookingView) -> dict[str, Any]:
    booking, screening = view.booking, view.booking.screening
    poster = screening.movie.poster_url
    return {
        "id": booking.pk,
        "booking_number": booking.booking_number,
        "movie_title": screening.movie.title,
        "poster_path": poster and request.build_absolute_uri(poster),
        "room_name": screening.room.name,
        "showing_time": wire_time(screening.start_time),
        "seats": [ticket.seat.label for ticket in view.tickets],
        "total_price": money(view.total),
        "currency": booking.currency,
        "booking_date": wire_time(booking.booked_at),
        "status": view.status,
    }
