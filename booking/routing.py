"""WebSocket addresses; the trailing slash is optional."""

from django.urls import re_path

from booking.consumers import NothingHere, ScreeningConsumer

websocket_urlpatterns = [
    re_path(r"^ws/screenings/(?P<screening_id>[0-9]{1,18})/?$", ScreeningConsumer.as_asgi()),
    re_path(r"", NothingHere.as_asgi()),
]
