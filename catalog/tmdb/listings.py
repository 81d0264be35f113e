"""TMDB's lists and films as they are, read once an hour; what was read before stands in while TMDB is down."""

import hashlib
import logging
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.conf import settings
from django.core.cache import cache

from catalog.tmdb import client
from cinema_project.common import clock
from cinema_project.common.errors import Upstream

FRESH, KEPT = timedelta(hours=1), timedelta(days=7)
PAUSE = timedelta(minutes=1)
"""How long nobody waits again for a TMDB that was just down."""

logger = logging.getLogger(__name__)
Entry = tuple[datetime, dict[str, Any]]


def listing(path: str, **query: str | int) -> dict[str, Any]:
    """Return a JSON object of TMDB in its own shape, at most an hour old, or older if TMDB is down.

    :param path: below ``/3/``
    :raises TmdbNotConfigured: without a key
    :raises TmdbNotFound: if TMDB has nothing there
    :raises TmdbRefused, TmdbUnavailable: if TMDB does not give it, and never did
    """
    client.check_configured()
    key, now = _key(path, query), clock.now()
    entry = _recalled(key)
    if entry is not None and now < entry[0]:
        return entry[1]
    try:
        document, fresh = client.read(path, **query), FRESH
    except Upstream as down:
        if entry is None:
            raise
        logger.warning("An old answer stands in for TMDB: %s", down.detail)
        document, fresh = entry[1], PAUSE
    _remember(key, (now + fresh, document))
    return document


def _key(path: str, query: dict[str, str | int]) -> str:
    asked = orjson.dumps([settings.TMDB_BASE_URL, path, sorted(query.items())])
    return f"tmdb:{hashlib.sha256(asked).hexdigest()}"


def _recalled(key: str) -> Entry | None:
    try:
        return cache.get(key)
    except Exception:  # each cache fails in its own way
        logger.exception("Could not read from the cache")
        return None


def _remember(key: str, entry: Entry) -> None:
    try:
        cache.set(key, entry, KEPT.total_seconds())
    except Exception:  # each cache fails in its own way
        logger.exception("Could not write to the cache")
