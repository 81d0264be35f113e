"""Where lists of events are kept for all who ask for them: Redis, or one of Django's caches."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import redis
from django.core.cache.backends.base import BaseCache

PATIENCE_SECONDS = 0.5
"""How long Redis may take to answer before this process helps itself."""


class Store(Protocol):
    def look(self, names: Sequence[str], needed: str) -> list[Any]:
        """Return the values of these names; if ``needed`` is not there, the last of them as ``None``."""
        ...

    def get(self, name: str) -> Any: ...

    def put(self, values: Mapping[str, Any], seconds: float | None) -> None:
        """Set all of them at once."""
        ...

    def claim(self, name: str, seconds: float) -> bool:
        """Set a name that is not set; tell whether this call did."""
        ...

    def drop(self, name: str) -> None: ...


class InRedis:
    """One for all processes."""

    def __init__(self, url: str) -> None:
        self._server = redis.Redis.from_url(
            url, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS
        )

    def look(self, names: Sequence[str], needed: str) -> list[Any]:
        with self._server.pipeline(transaction=False) as together:
            together.mget(names)
            together.exists(needed)
            found, is_there = together.execute()
        return [*found[:-1], found[-1] if is_there else None]

    def get(self, name: str) -> Any:
        return self._server.get(name)

    def put(self, values: Mapping[str, Any], seconds: float | None) -> None:
        with self._server.pipeline(transaction=True) as together:
            for name, value in values.items():
                together.set(name, value, ex=int(seconds) if seconds else None)
            together.execute()

    def claim(self, name: str, seconds: float) -> bool:
        return bool(self._server.set(name, "1", nx=True, px=int(seconds * 1000)))

    def drop(self, name: str) -> None:
        self._server.delete(name)


class InDjango:
    """One of Django's caches.

    :param longest: seconds for which anything is kept at most
    """

    def __init__(self, kept: BaseCache, longest: float | None = None) -> None:
        self._kept, self._longest = kept, longest

    def look(self, names: Sequence[str], needed: str) -> list[Any]:
        found = [self._kept.get(name) for name in names]
        return [*found[:-1], found[-1] if self._kept.has_key(needed) else None]

    def get(self, name: str) -> Any:
        return self._kept.get(name)

    def put(self, values: Mapping[str, Any], seconds: float | None) -> None:
        for name, value in values.items():
            self._kept.set(name, value, seconds if self._longest is None else self._longest)

    def claim(self, name: str, seconds: float) -> bool:
        return bool(self._kept.add(name, "1", seconds))

    def drop(self, name: str) -> None:
        self._kept.delete(name)
