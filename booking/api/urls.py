"""Paths below ``/api/v1``."""

from django.urls import path

from booking.api.views import reservations, showings, tickets

app_name = "booking_api"
urlpatterns = [
    path("seat-reservations/screening/<id:screening_id>/availability", reservations.Availability.as_view()),
    path("seat-reservations/screening/<id:screening_id>/availability/me", reservations.MyAvailability.as_view()),
    path("seat-reservations/reserve", reservations.Reserve.as_view()),
    path("seat-reservations/toggle", reservations.Toggle.as_view()),
    path("seat-reservations/extend", reservations.Extend.as_view()),
    path("seat-reservations/cancel", reservations.CancelHolds.as_view()),
    path("seat-reservations/cancel/<id:screening_id>", reservations.CancelHoldsOfScreening.as_view()),
    path("seat-reservations/my-reservations", reservations.MyReservations.as_view()),
    path("seat-reservations/cleanup", reservations.Cleanup.as_view()),
    path("tickets/book", tickets.Book.as_view()),
    path("tickets/book-from-reservation", tickets.BookFromReservation.as_view()),
    path("tickets/my-tickets", tickets.MyTickets.as_view()),
    path("tickets/<id:ticket_id>", tickets.OneTicket.as_view()),
    path("screenings/<id:screening_id>/available-seats", reservations.FreeSeats.as_view()),
    path("showings/<id:showing_id>/tickets", showings.TicketsLeft.as_view()),
    path("showings/<id:showing_id>/seats", showings.SeatsOfShowing.as_view()),
    path("showtimes/<id:screening_id>/seats", reservations.FreeSeats.as_view(thing="Showtime")),
]
