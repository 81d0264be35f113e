from django.urls import path

from booking.views import checkout, seats, tickets

app_name = "booking"
urlpatterns = [
    path("screenings/<int:screening_id>/", seats.seats, name="seats"),
    path("checkout/<int:screening_id>/details/", checkout.details, name="checkout_details"),
    path("checkout/<int:screening_id>/pay/", checkout.pay, name="checkout_pay"),
    path("checkout/<int:screening_id>/done/", checkout.done, name="checkout_done"),
    path("tickets/", tickets.tickets, name="tickets"),
    path("tickets/<int:ticket_id>/", tickets.ticket, name="ticket"),
]
