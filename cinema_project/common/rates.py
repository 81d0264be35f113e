"""How often somebody may ask: token buckets, counted atomically in Redis, or in this process where there is none.

While Redis is away each process counts alone, and more strictly, as it sees only its share of the requests.
"""

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import redis
from django.conf import settings

from cinema_project.common.errors import TooMany

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 0.2
"""How long Redis may take to answer before this process counts alone."""
PAUSE_SECONDS = 5
"""How long a Redis that did not answer is left in peace."""
STRICTNESS = 4
"""What a process allows by itself is this part of the rate."""
MOST_BUCKETS = 50_000

# A bucket is the moment at which it will be full again. The clock is Redis's own: one for all processes.
SPEND = """
local now = redis.call('TIME')
now = now[1] + now[2] / 1000000
local size, second = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local after = full + 1 / second
if after - now > size / second + 0.000001 then
  return {0, string.format('%.6f', full - now)}
end
redis.call('SET', KEYS[1], string.format('%.6f', after), 'PX', math.ceil((after - now) * 1000) + 1)
return {1, string.format('%.6f', after - now)}
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """``count`` requests in ``seconds``, all of them at once if need be, or ``burst`` at once."""

    name: str
    count: int
    seconds: int = 60
    burst: int = 0

    @property
    def size(self) -> int:
        return self.burst or self.count

    @property
    def per_second(self) -> float:
        return self.count / self.seconds

    def stricter(self) -> "Rate":
        """Return what one process allows that does not know of the others."""
        return Rate(self.name, max(1, self.count // STRICTNESS), self.seconds, max(1, self.size // STRICTNESS))


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left to somebody: requests, and the seconds until all are there again."""

    rate: Rate
    allowed: bool
    until_full: float

    @property
    def remaining(self) -> int:
        return max(0, math.floor(self.rate.size - self.until_full * self.rate.per_second + 1e-6))

    @property
    def retry_after(self) -> int:
        """Whole seconds until the next request is allowed."""
        missing = self.until_full - (self.rate.size - 1) / self.rate.per_second
        return max(1, math.ceil(missing))

    def headers(self) -> dict[str, str]:
        """Return ``RateLimit`` and ``RateLimit-Policy`` (draft-ietf-httpapi-ratelimit-headers-10)."""
        rate = self.rate
        return {
            "RateLimit": f'"{rate.name}";r={self.remaining};t={math.ceil(self.until_full)}',
            "RateLimit-Policy": f'"{rate.name}";q={rate.size};w={math.ceil(rate.size / rate.per_second)}',
        }


class RateExceeded(TooMany):
    code = "rate_limit"

    def __init__(self, standing: Standing) -> None:
        seconds = standing.retry_after
        wait = "a second" if seconds == 1 else f"{seconds} seconds"
        super().__init__(f"Too many requests. Please try again in {wait}.", retry_after=seconds)
        self.standing = standing


class Buckets:
    """The buckets of one process."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._full_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def spend(self, rate: Rate, key: str) -> Standing:
        """Take one from this bucket, if there is one left."""
        name = f"{rate.name}:{key}"
        with self._lock:
            now = self._now()
            full = max(self._full_at.get(name, now), now)
            after = full + 1 / rate.per_second
            if after - now > rate.size / rate.per_second + 1e-6:
                return Standing(rate, False, full - now)
            self._full_at[name] = after
            if len(self._full_at) > MOST_BUCKETS:
                self._forget_half()
        return Standing(rate, True, after - now)

    def _forget_half(self) -> None:
        """Forget those that are fullest."""
        emptiest = sorted(self._full_at.items(), key=lambda bucket: bucket[1])[-MOST_BUCKETS // 2 :]
        self._full_at = dict(emptiest)


class SharedBuckets:
    """The buckets of all processes, in Redis."""

    def __init__(self, url: str) -> None:
        server = redis.Redis.from_url(url, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS)
        self._spend = server.register_script(SPEND)
        self._own = Buckets()
        self._alone_until = 0.0

    def spend(self, rate: Rate, key: str) -> Standing:
        """Take one from this bucket, if there is one left."""
        if time.monotonic() >= self._alone_until:
            try:
                allowed, until_full = self._spend(keys=[f"rate:{rate.name}:{key}"], args=[rate.size, rate.per_second])
                return Standing(rate, bool(allowed), float(until_full))
            except redis.RedisError as error:
                logger.warning("Counting requests without Redis: %s", error)
                self._alone_until = time.monotonic() + PAUSE_SECONDS
        return self._own.spend(rate.stricter(), key)


@cache
def buckets() -> Buckets | SharedBuckets:
    """Return where this process counts."""
    return SharedBuckets(settings.REDIS_URL) if settings.REDIS_URL else Buckets()


def spend(rate: Rate, key: str) -> Standing:
    """Take one request from somebody's bucket.

    :param key: names them, such as an address
    :raises RateExceeded: if there is none left
    """
    standing = buckets().spend(rate, key)
    if not standing.allowed:
        raise RateExceeded(standing)
    return standing
