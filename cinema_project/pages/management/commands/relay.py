"""``manage.py relay``: the process that delivers messages, sends mails and ends holds."""

import signal
import threading
import time
from typing import Any

from django.core.management.base import BaseCommand

from cinema_project.embedded import relay_threads

FAREWELL_SECONDS = 8
"""For mails under way: whoever stops processes insists after ten seconds, as a rule."""


class Command(BaseCommand):
    help = (
        "Deliver the outbox, send mails and end lapsed holds, until stopped. Run one beside the web processes.\n\n"
        "Examples:\n  manage.py relay\n  DATABASE_URL=postgresql://... REDIS_URL=redis://... manage.py relay"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        threads = relay_threads(stop)
        self.stderr.write("The relay is running.")
        stop.wait()
        until = time.monotonic() + FAREWELL_SECONDS
        for thread in threads:
            thread.join(timeout=max(0, until - time.monotonic()))
