"""Pages, API and sockets in one process; while no broker is set, also the work behind them (``embedded.py``)."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.utils.module_loading import import_string
from servestatic import ServeStaticASGI

from cinema_project.static_files import with_static_files

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cinema_project.settings")
django_application = get_asgi_application()  # sets Django up; only then may modules with models be imported

application = ProtocolTypeRouter(
    {
        "http": with_static_files(ServeStaticASGI, django_application),
        # Booking's come last: they end with what answers any address that is none.
        "websocket": URLRouter(
            [
                *import_string("scraping.routing.websocket_urlpatterns"),
                *import_string("booking.routing.websocket_urlpatterns"),
            ]
        ),
    }
)
import_string("cinema_project.embedded.start_if_wanted")()
