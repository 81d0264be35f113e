"""Paths below ``/api/v1``."""

from django.urls import path

from booking.api.views import best, bookings, payments, reservations, showings, ticket_files, tickets

app_name = "booking_api"
urlpatterns = [
    path("seat-reservations/screening/<id:screening_id>/availability", reservations.Availability.as_view()),
    path("seat-reservations/screening/<id:screening_id>/availability/me", reservations.MyAvailability.as_view()),
    path("seat-reservations/reserve", reservations.Reserve.as_view()),
    path("seat-reservations/best-available", best.BestAvailable.as_view()),
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
    path("tickets/<id:ticket_id>/confirm-payment", payments.ConfirmPayment.as_view()),
    path("payments/intents", payments.Intents.as_view()),
    path("payments/stripe/webhook", payments.StripeWebhook.as_view()),
    path("payments/history", payments.History.as_view()),
    # A payment_id may hold slashes.
    path("payments/<path:payment_id>/tickets", payments.TicketsOfPayment.as_view()),
    path("payment/process", payments.Process.as_view()),
    path("payment/history", payments.History.as_view()),
    path("payment/ticket/<path:payment_id>", payments.TicketsOfPayment.as_view()),
    path("admin/payments/ledger", payments.Ledger.as_view()),
    path("tickets/<id:ticket_id>.pdf", ticket_files.Pdf.as_view()),
    path("tickets/<id:ticket_id>.ics", ticket_files.CalendarEntry.as_view()),
    path("tickets/<id:ticket_id>/qr.svg", ticket_files.QrSvg.as_view()),
    path("tickets/<id:ticket_id>/qr.png", ticket_files.QrPng.as_view()),
    path("tickets/<id:ticket_id>/resend", ticket_files.Resend.as_view()),
    path("bookings/my-bookings", bookings.MyBookings.as_view()),
    path("bookings/create", bookings.CreateBooking.as_view()),
    path("bookings/reserve-seats", reservations.Reserve.as_view()),
    path("bookings/<id:booking_id>", bookings.OneBooking.as_view()),
    path("screenings/<id:screening_id>/available-seats", reservations.FreeSeats.as_view()),
    path("showings/<id:showing_id>/tickets", showings.TicketsLeft.as_view()),
    path("showings/<id:showing_id>/seats", showings.SeatsOfShowing.as_view()),
    path("showtimes/<id:screening_id>/seats", reservations.FreeSeats.as_view()),
]
