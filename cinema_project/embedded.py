"""The work behind the pages, as threads of the serving process: one command runs the whole cinema.

Without a broker (``CELERY_BROKER_URL``), every ASGI process runs relay, mailer, expirer, Celery worker and beat itself.
All of them may run many times over; the database decides who does what.
"""

import logging
import threading
from collections.abc import Callable
from functools import cache, partial

from celery.beat import Service
from celery.worker import WorkController
from django.conf import settings

from booking import expirer
from booking.mqtt import service as mqtt
from cinema_project.celery import app
from cinema_project.common import mailer, relay

logger = logging.getLogger(__name__)

WORKER_THREADS = settings.SCRAPE_SLOTS + 3
"""Scraping takes as many as it may, and reading events one; the others are for tickets and money."""


@cache
def start_if_wanted() -> None:
    """Start the threads, once, where the settings ask for them."""
    if not settings.EMBEDDED_WORKER:
        return
    stop = threading.Event()
    relay_threads(stop)
    _thread("celery-worker", _work)
    _thread("celery-beat", _beat)


def relay_threads(stop: threading.Event) -> list[threading.Thread]:
    """Start the relay, the mailer and the expirer, and what talks to the MQTT broker if there is one.

    They end when ``stop`` is set.
    """
    work = {"relay": relay.run, "mailer": mailer.run, "expirer": expirer.run}
    if settings.MQTT:
        work["mqtt"] = mqtt.run
    return [_thread(name, partial(run, stop)) for name, run in work.items()]


def _thread(name: str, run: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread


def _work() -> None:
    WorkController(
        app=app,
        pool_cls="threads",
        concurrency=WORKER_THREADS,
        without_mingle=True,
        without_gossip=True,
        without_heartbeat=True,
        loglevel="WARNING",
    ).start()


def _beat() -> None:
    Service(
        app, max_interval=settings.CELERY_BEAT_MAX_LOOP_INTERVAL, scheduler_cls=settings.CELERY_BEAT_SCHEDULER
    ).start()
