"""What is asked over plain HTTP below ``/ws``."""

from django.urls import path

from booking.api.views.stats import SocketStats

urlpatterns = [path("stats", SocketStats.as_view())]
