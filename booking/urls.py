from django.urls import path

from booking.views import checkout, seats, tickets

app_name = "booking"
urlpatterns = [
    path("screenings/<id:screening_id>/", seats.seats, name="seats"),
    path("checkout/<id:screening_id>/details/", checkout.details, name="checkout_details"),
    path("checkout/<id:screening_id>/pay/", checkout.pay, name="checkout_pay"),
    path("checkout/<id:screening_id>/done/", checkout.done, name="checkout_done"),
    path("tickets/", tickets.tickets, name="tickets"),
    path("tickets/<id:ticket_id>/", tickets.ticket, name="ticket"),
]
