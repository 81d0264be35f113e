"""Bookings over HTTP, for the clients that know no single tickets."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.callers import caller_of
from booking.api.serializers.seats import money
from booking.api.views.reservations import seat_ids_of
from booking.api.views.tickets import SEES_TICKETS
from booking.realtime import wire_time
from booking.selectors.bookings import BookingView, booking_numbered, booking_of, bookings_of
from booking.services.tickets import book_seats
from cinema_project.common.idempotency import once
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

        def work() -> HttpResponse:
            booked = book_seats(buyer=caller, screening_id=screening_id, seat_ids=seat_ids, payment_id=payment_id)
            response = answer(_booking(request, booking_numbered(booked.booking_number)), status=201)
            if booked.replayed:
                response["Idempotent-Replayed"] = "true"
            return response

        return once(request, caller.id, work)


class OneBooking(JsonView):
    """For its owner, and whoever sees all tickets."""

    def get(self, request: HttpRequest, booking_id: int) -> HttpResponse:
        caller = caller_of(request)
        sees_all = caller.is_staff_member or SEES_TICKETS & {*caller.groups}
        return answer(_booking(request, booking_of(booking_id, user_id=None if sees_all else caller.id)))


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
