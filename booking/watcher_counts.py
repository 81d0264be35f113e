"""How many people watch which screening, over all web processes: each reports its own, anybody may add them up."""

import logging
import os
import time
import uuid
from collections import Counter
from functools import cache
from typing import cast

import orjson
import redis
from django.conf import settings

logger = logging.getLogger(__name__)

KEY = f"watchers:{settings.DATABASES['default']['NAME']}"
FORGOTTEN_SECONDS = 10
TIMEOUT_SECONDS = 0.5
_process = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"


def report_watchers(counts: dict[int, int]) -> None:
    """Publish this process's counts; without Redis there is only one process to ask."""
    if settings.REDIS_URL:
        report = {"at": time.time(), "counts": {str(screening): count for screening, count in counts.items()}}
        _redis().hset(KEY, _process, orjson.dumps(report).decode())


def watchers_everywhere(local: dict[int, int]) -> dict[int, int]:
    """Return the watchers of each screening in all processes.

    :param local: this process's counts, which are fresher than its last report
    """
    total = Counter(local)
    for process, raw in _reports().items():
        report = orjson.loads(raw)
        if process.decode() != _process and report["at"] > time.time() - FORGOTTEN_SECONDS:
            total.update({int(screening): count for screening, count in report["counts"].items()})
    return {screening: count for screening, count in total.items() if count}


def _reports() -> dict[bytes, bytes]:
    """Return the last report of every process; while Redis is away, nobody knows of the others."""
    if not settings.REDIS_URL:
        return {}
    try:
        return cast("dict[bytes, bytes]", _redis().hgetall(KEY))
    except redis.RedisError as error:
        logger.warning("Redis did not tell of other processes' watchers: %s", error)
        return {}


@cache
def _redis() -> "redis.Redis":
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
    )
