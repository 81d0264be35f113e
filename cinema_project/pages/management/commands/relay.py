"""``manage.py relay``: the process that delivers messages, sends mails and ends holds."""

import signal
import threading
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cinema_project.embedded import relay_threads

FAREWELL_SECONDS = 8
"""For mails under way: whoever stops processes insists after ten seconds, as a rule."""


class Command(BaseCommand):
    help = (
        "Deliver the outbox, send mails, end lapsed holds and, with MQTT_URL, publish seats to the MQTT broker and take"
        " bookings from it, until stopped. Run one beside the web processes; a second one stands by.\n\n"
        "Examples:\n  manage.py relay\n  DATABASE_URL=postgresql://... REDIS_URL=redis://... manage.py relay"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        threads = relay_threads(stop)
        broker = f"MQTT goes to {settings.MQTT.host}:{settings.MQTT.port}" if settings.MQTT else "MQTT is off"
        self.stderr.write(f"The relay is running: it delivers messages, sends mails and ends lapsed holds; {broker}.")
        stop.wait()
        until = time.monotonic() + FAREWELL_SECONDS
        for thread in threads:
            thread.join(timeout=max(0, until - time.monotonic()))
