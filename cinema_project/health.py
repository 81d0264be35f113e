"""Is anybody there, and can they work?"""

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from redis.exceptions import RedisError

from cinema_project.common.json_api import answer

SERVICES = {"": "gateway"} | {name: name for name in ("auth", "catalog", "scraper", "scraperCatalog")}
"""The parts that clients may ask for by their prefix; here one process is all of them."""


def alive(request: HttpRequest, service: str = "") -> HttpResponse:
    """Answer that the process serves."""
    return answer({"status": "ok", "service": SERVICES[service]})


def ready(request: HttpRequest) -> HttpResponse:
    """Answer 503 only without the database; without the cache we work on, and say so."""
    if not _database_answers():
        response = answer({"status": "unavailable", "failed": ["database"]}, status=503)
        response["Retry-After"] = "2"
        return response
    return answer({"status": "ok"} if _cache_answers() else {"status": "degraded", "failed": ["cache"]})


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _cache_answers() -> bool:
    try:
        cache.get("ready")
    except RedisError:
        return False
    return True
