"""The lists of events as bytes, in Redis under ``catalog:events-cache:<scope>``; without Redis in Django's cache.

A change sets a new *edition* for its lists; a list that was read in another edition is read anew by the next who asks.
Whoever reads the database anew for all others holds a claim; the others are given the old list meanwhile, or wait for
the first one. While Redis is away each process keeps the lists for a moment by itself.
"""

import hashlib
import logging
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import orjson
import redis
from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache

from catalog.event_rows import rows_of
from catalog.event_stores import InDjango, InRedis, Store
from catalog.models import EventType
from catalog.selectors.events import active_events

logger = logging.getLogger(__name__)

ALL = "all"
PREFIX = "catalog:events-cache:"
EDITION, STANDING, CLAIM = "catalog:events-edition:", "catalog:events-standing:", "catalog:events-claim:"
PAUSE_SECONDS = 5.0
"""How long a Redis that did not answer is left in peace."""
ALONE_SECONDS = 2.0
"""How long a process without Redis keeps a list: nobody tells it of changes."""
CLAIM_SECONDS = 5.0
"""After so long somebody else reads the list, should whoever wanted to have died."""
WAIT_SECONDS = 10.0
LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as it is sent.

    :param edition: in which it was read
    """

    content: bytes = field(repr=False)
    etag: str
    total: int
    edition: str


@dataclass
class Lists:
    """The lists in one store, and those that this process has read of them.

    :param read: reads the database and returns a list as it is sent, and how many rows it has
    """

    store: Store
    read: Callable[[str], tuple[bytes, int]]
    _mine: dict[str, Listed] = field(default_factory=dict)

    def get(self, scope: str) -> Listed:
        """Return a list that is no older than its last change, but for the moment it takes to read it anew."""
        until = time.monotonic() + WAIT_SECONDS
        while True:
            edition, listed = self._look(scope)
            if listed is not None and listed.edition == edition:
                return listed
            if self.store.claim(f"{CLAIM}{scope}", CLAIM_SECONDS):
                return self._read_for_all(scope)
            if listed is not None:
                return listed
            if time.monotonic() > until:
                return self._read_anew(scope, edition)
            time.sleep(LOOK_SECONDS)

    def change(self, scopes: Sequence[str]) -> None:
        """Let these lists be read anew. After the commit: what is read before it would count as the new edition."""
        self.store.put({f"{EDITION}{scope}": uuid.uuid4().hex for scope in scopes}, None)

    def _look(self, scope: str) -> tuple[str, Listed | None]:
        """Return the edition that the list should be of, and the list that there is."""
        edition, standing = self.store.look([f"{EDITION}{scope}", f"{STANDING}{scope}"], f"{PREFIX}{scope}")
        if standing is None:
            return _text(edition), None
        told, mine = orjson.loads(standing), self._mine.get(scope)
        if mine is None or mine.etag != told["etag"]:
            content = self.store.get(f"{PREFIX}{scope}")
            if content is None or _etag(content) != told["etag"]:  # it is being replaced
                return _text(edition), None
            mine = Listed(bytes(content), **told)
        self._mine[scope] = mine = replace(mine, edition=told["edition"])
        return _text(edition), mine

    def _read_for_all(self, scope: str) -> Listed:
        """Read a list anew, unless somebody did it since it was found to be old."""
        try:
            edition, listed = self._look(scope)
            return listed if listed and listed.edition == edition else self._read_anew(scope, edition)
        finally:
            self.store.drop(f"{CLAIM}{scope}")

    def _read_anew(self, scope: str, edition: str) -> Listed:
        content, total = self.read(scope)
        listed = Listed(content, _etag(content), total, edition)
        standing = orjson.dumps({"etag": listed.etag, "total": total, "edition": edition})
        self.store.put({f"{PREFIX}{scope}": content, f"{STANDING}{scope}": standing}, settings.EVENTS_CACHE_TTL)
        self._mine[scope] = listed
        return listed


def _etag(content: bytes) -> str:
    return f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else value or ""


def _read(scope: str) -> tuple[bytes, int]:
    rows = rows_of(active_events("" if scope == ALL else scope))
    return orjson.dumps(rows), len(rows)


@cache
def _shared() -> Lists:
    store = InRedis(settings.REDIS_URL) if settings.REDIS_URL else InDjango(caches["default"])
    return Lists(store, _read)


@cache
def _alone() -> Lists:
    return Lists(InDjango(LocMemCache(uuid.uuid4().hex, {}), ALONE_SECONDS), _read)


class _Absence:
    """Until when Redis is left in peace."""

    until = 0.0


def get(event_type: str = "") -> Listed:
    """Return the list of the active events of a type, or of all, as JSON."""
    scope = event_type or ALL
    if time.monotonic() >= _Absence.until:
        try:
            return _shared().get(scope)
        except redis.RedisError as error:
            _leave_alone(error)
    return _alone().get(scope)


def change(payload: Mapping[str, Any]) -> None:
    """Deliver ``news.events_changed``.

    :raises RedisError: if Redis is away; the outbox tries again
    """
    known = [kind for kind in payload["types"] if kind in EventType.values]
    _shared().change([ALL, *known])


def change_at_once(payload: Mapping[str, Any]) -> None:
    """Do the same if Redis is there."""
    if time.monotonic() >= _Absence.until:
        try:
            change(payload)
        except redis.RedisError as error:
            _leave_alone(error)


def forget() -> None:
    """Begin anew, with the settings of this moment."""
    _shared.cache_clear()
    _alone.cache_clear()
    _Absence.until = 0.0


def _leave_alone(error: Exception) -> None:
    logger.warning("Lists of events are kept without Redis for a while: %s", error)
    _Absence.until = time.monotonic() + PAUSE_SECONDS
