"""Is anybody there, and can they work?"""

import socket

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from cinema_project.celery import app
from cinema_project.common.json_api import answer

SERVICES = {"": "gateway"} | {name: name for name in ("auth", "catalog", "scraper", "scraperCatalog")}
"""The parts that clients may ask for by their prefix; here one process is all of them."""


@csrf_exempt
@require_safe
def alive(request: HttpRequest, service: str = "") -> HttpResponse:
    """Answer that the process serves."""
    return answer({"status": "ok", "service": SERVICES[service]})


@csrf_exempt
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 503 only without the database; without cache or brokers we work on, and say so."""
    if not _database_answers():
        response = answer({"status": "unavailable", "failed": ["database"]}, status=503)
        response["Retry-After"] = "2"
        return response
    parts = (("cache", _cache_answers), ("broker", _broker_answers), ("mqtt_broker", _mqtt_answers))
    failed = [name for name, answers in parts if not answers()]
    return answer({"status": "degraded", "failed": failed} if failed else {"status": "ok"})


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _broker_answers() -> bool:
    try:
        with app.connection_for_write(connect_timeout=1) as broker:
            broker.ensure_connection(max_retries=1, timeout=1)
    except (OperationalError, OSError):
        return False
    return True


def _mqtt_answers() -> bool:
    if settings.MQTT is None:
        return True
    try:
        socket.create_connection((settings.MQTT.host, settings.MQTT.port), timeout=1).close()
    except OSError:
        return False
    return True


def _cache_answers() -> bool:
    try:
        cache.get("ready")
    except RedisError:
        return False
    return True
