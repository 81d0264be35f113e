from django.urls import path

from booking.views import bank, checkout, paying, seats, tickets

app_name = "booking"
urlpatterns = [
    path("screenings/<id:screening_id>/", seats.seats, name="seats"),
    path("checkout/<id:screening_id>/details/", checkout.details, name="checkout_details"),
    path("checkout/<id:screening_id>/pay/", checkout.pay, name="checkout_pay"),
    path("checkout/<id:screening_id>/done/", checkout.done, name="checkout_done"),
    path("checkout/<id:screening_id>/paid/<slug:payment_id>/", paying.paid, name="checkout_paid"),
    path("payments/test/messages/", bank.bank_message, name="bank_message"),
    path("payments/test/<str:secret>/", bank.bank_page, name="bank_page"),
    path("tickets/", tickets.tickets, name="tickets"),
    path("tickets/<id:ticket_id>/", tickets.ticket, name="ticket"),
    path("tickets/<id:ticket_id>.pdf", tickets.paper, name="paper"),
    path("tickets/<id:ticket_id>.ics", tickets.calendar_entry, name="calendar"),
    path("tickets/<id:ticket_id>/all.pdf", tickets.papers, name="papers"),
    path("tickets/<id:ticket_id>/resend/", tickets.resend, name="resend"),
]
