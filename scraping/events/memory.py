"""Which events were processed already: the set ``scraper:processed-uuids`` in Redis, without Redis in Django's cache.

It saves work; whether there is an event, the database knows, and from there it is filled whenever it is missing.
"""

import logging
import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache
from typing import Any, Protocol

import redis
from django.conf import settings
from django.core.cache import caches

from cinema_project.common.errors import Unavailable

logger = logging.getLogger(__name__)

KEY, TURN = "scraper:processed-uuids", "scraper:gathering"
CHUNK = 5000
PATIENCE_SECONDS = 1.0


class Memory(Protocol):
    def is_there(self) -> bool: ...

    def known(self, uuids: Collection[str]) -> set[str]: ...

    def add(self, uuids: Iterable[str]) -> None: ...

    def turn(self, seconds: float) -> AbstractContextManager[bool]:
        """Tell whether it is this caller's turn to gather: one at a time has it, for so long at most."""
        ...


class InRedis:
    """One set for all processes."""

    def __init__(self, url: str) -> None:
        self._server = redis.Redis.from_url(
            url, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS
        )

    def is_there(self) -> bool:
        with _answering():
            return bool(self._server.exists(KEY))

    def known(self, uuids: Collection[str]) -> set[str]:
        asked = list(uuids)
        if not asked:
            return set()
        with _answering():
            found: Any = self._server.smismember(KEY, asked)
        return {uuid for uuid, is_known in zip(asked, found, strict=True) if is_known}

    def add(self, uuids: Iterable[str]) -> None:
        with _answering():
            for chunk in _chunks(uuids):
                self._server.sadd(KEY, *chunk)

    @contextmanager
    def turn(self, seconds: float) -> Iterator[bool]:
        lock = self._server.lock(TURN, timeout=seconds)
        with _answering():
            is_mine = lock.acquire(blocking=False)
        try:
            yield is_mine
        finally:
            if is_mine:
                with suppress(redis.RedisError):  # it is over already, or will be by itself
                    lock.release()


class InDjango:
    """One set for the threads of this process."""

    def __init__(self) -> None:
        self._cache, self._lock, self._turn = caches["default"], threading.Lock(), threading.Lock()

    def is_there(self) -> bool:
        return self._cache.has_key(KEY)

    def known(self, uuids: Collection[str]) -> set[str]:
        processed: frozenset[str] = self._cache.get(KEY, frozenset())
        return set(processed.intersection(uuids))

    def add(self, uuids: Iterable[str]) -> None:
        with self._lock:
            self._cache.set(KEY, self._cache.get(KEY, frozenset()) | {*uuids}, None)

    @contextmanager
    def turn(self, seconds: float) -> Iterator[bool]:  # whoever has it ends with the process
        is_mine = self._turn.acquire(blocking=False)
        try:
            yield is_mine
        finally:
            if is_mine:
                self._turn.release()


@cache
def memory() -> Memory:
    """Return where this installation remembers."""
    return InRedis(settings.REDIS_URL) if settings.REDIS_URL else InDjango()


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except redis.RedisError as error:
        logger.warning("Redis does not tell which events were processed: %s", error)
        sentence = "Redis does not tell which events were processed already. Nothing is lost: send them again."
        raise Unavailable(sentence, retry_after=5) from error


def _chunks(uuids: Iterable[str]) -> Iterator[list[str]]:
    listed = list(uuids)
    return (listed[at : at + CHUNK] for at in range(0, len(listed), CHUNK))
