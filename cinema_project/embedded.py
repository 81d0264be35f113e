"""The work behind the pages, as threads of the serving process: one command runs the whole cinema.

Without a broker (``CELERY_BROKER_URL``), every ASGI process runs relay, expirer, Celery worker and beat itself. All of
them may run many times over; the database decides who does what.
"""

import logging
import threading
from collections.abc import Callable
from functools import cache

from celery.beat import Service
from celery.worker import WorkController
from django.conf import settings

from booking import expirer
from booking.mqtt import service as mqtt
from cinema_project.celery import app
from cinema_project.common import relay

logger = logging.getLogger(__name__)

WORKER_THREADS = 2


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
    """Start the relay and the expirer, and what talks to the MQTT broker if there is one; they end with ``stop``."""
    threads = [_thread("relay", lambda: relay.run(stop)), _thread("expirer", lambda: expirer.run(stop))]
    if settings.MQTT:
        threads.append(_thread("mqtt", lambda: mqtt.run(stop)))
    return threads


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
