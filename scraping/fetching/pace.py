"""How often a host is asked: at most so many requests in any one second, over all processes, without bursts.

The pace of a host is one number, the moment from which the next request may go out. Who asks for a turn gets it there
and then, or is told how long to wait. It lives in Redis, or in the database where there is none or none that answers.
A host that says ``Retry-After`` moves that moment for everybody.
"""

import logging
import time
from collections.abc import Callable
from functools import cache
from typing import Protocol

import redis
from django.conf import settings
from django.db import connection

from cinema_project.common.database import query
from cinema_project.common.fetching.network import Aborted, NotReached
from scraping.models import Host

logger = logging.getLogger(__name__)

SLACK_SECONDS = 0.015
"""A turn may be taken so much too early, to make up for waking too late."""
MARGIN_SECONDS = 0.02
"""How much later than its turn a request may go out. The pace is slower by both, so that no second ever sees more
requests than allowed: a little over 96 % of them."""
PATIENCE_SECONDS = 0.5
PAUSE_SECONDS = 5
"""How long a Redis that did not answer is left in peace."""
LONGEST_WAIT_SECONDS = 5.0
"""Who has to wait longer does something else meanwhile."""
LOOK_SECONDS = 0.25
"""How often a pause is looked for where there is no limit."""
LONGEST_PAUSE_SECONDS = 3600.0

ASK = """
local now = redis.call('TIME')
now = now[1] + now[2] / 1000000
local free = tonumber(redis.call('GET', KEYS[1]) or '0')
local wait = free - tonumber(ARGV[2]) - now
if wait > 0 then
  return string.format('%.6f', wait)
end
local interval = tonumber(ARGV[1])
if interval > 0 then
  redis.call('SET', KEYS[1], string.format('%.6f', math.max(free, now) + interval), 'EX', 7200)
end
return '0'
"""
PAUSE = """
local now = redis.call('TIME')
local free = tonumber(redis.call('GET', KEYS[1]) or '0')
local after = now[1] + now[2] / 1000000 + tonumber(ARGV[1])
if after > free then
  redis.call('SET', KEYS[1], string.format('%.6f', after), 'EX', 7200)
end
return 0
"""
SECONDS_SQL = {
    "postgresql": "EXTRACT(EPOCH FROM clock_timestamp())::float8",
    "sqlite": "(julianday('now') - 2440587.5) * 86400.0",
}
"""The time when the statement has its turn to write, however long it waited for that."""


class TurnLater(NotReached):
    """The turn comes so late that there is something better to do meanwhile.

    :param seconds: until it comes
    """

    code = "turn_later"

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The next turn comes in {seconds:.0f} seconds.")
        self.seconds = seconds


class Store(Protocol):
    def ask(self, host: str, interval: float) -> float:
        """Take the next turn if it has come; return how many seconds it is away, 0 if it is taken.

        :param interval: seconds until the turn after it; at 0 only pauses are kept
        """
        ...

    def pause(self, host: str, seconds: float) -> None:
        """Let nobody have a turn for so long."""
        ...


class InRedis:
    """The pace of all processes on all machines."""

    def __init__(self, url: str) -> None:
        server = redis.Redis.from_url(url, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS)
        self._ask, self._pause = server.register_script(ASK), server.register_script(PAUSE)
        self._otherwise = InDatabase()
        self._away_until = 0.0

    def ask(self, host: str, interval: float) -> float:
        if time.monotonic() >= self._away_until:
            try:
                return float(self._ask(keys=[f"pace:{host}"], args=[interval, SLACK_SECONDS]))
            except redis.RedisError as error:
                self._leave(error)
        return self._otherwise.ask(host, interval)

    def pause(self, host: str, seconds: float) -> None:
        self._otherwise.pause(host, seconds)
        try:
            self._pause(keys=[f"pace:{host}"], args=[seconds])
        except redis.RedisError as error:
            self._leave(error)

    def _leave(self, error: Exception) -> None:
        logger.warning("Pacing by the database, Redis does not answer: %s", type(error).__name__)
        self._away_until = time.monotonic() + PAUSE_SECONDS


class InDatabase:
    """The pace of all processes on one database."""

    def ask(self, host: str, interval: float) -> float:
        now = SECONDS_SQL[connection.vendor]
        taken = query(
            f"UPDATE scraping_host SET free_at = CASE WHEN %s > 0 THEN"
            f" (CASE WHEN free_at > {now} THEN free_at ELSE {now} END) + %s ELSE free_at END"
            f" WHERE name = %s AND free_at - %s <= {now} RETURNING 1",
            [interval, interval, host, SLACK_SECONDS],
        )
        if taken:
            return 0.0
        left = query(f"SELECT free_at - {now} FROM scraping_host WHERE name = %s", [host])
        if left:
            return max(0.001, float(left[0][0]) - SLACK_SECONDS)
        Host.objects.bulk_create([Host(name=host)], ignore_conflicts=True)
        return self.ask(host, interval)

    def pause(self, host: str, seconds: float) -> None:
        now = SECONDS_SQL[connection.vendor]
        Host.objects.bulk_create([Host(name=host)], ignore_conflicts=True)
        query(
            f"UPDATE scraping_host SET free_at = {now} + %s WHERE name = %s AND free_at < {now} + %s",
            [seconds, host, seconds],
        )


@cache
def store() -> Store:
    """Return where this process keeps the pace."""
    return InRedis(settings.REDIS_URL) if settings.REDIS_URL else InDatabase()


class Pace:
    """The turns of one worker.

    :param per_second: requests to one host in any one second; ``None``: no limit, pauses are kept all the same
    :param wait: waits so many seconds; true once nothing is wanted any more
    """

    def __init__(self, per_second: float | None, wait: Callable[[float], bool]) -> None:
        self._interval = (1 + SLACK_SECONDS + MARGIN_SECONDS) / per_second if per_second else 0.0
        self._wait = wait
        self._looked: dict[str, float] = {}

    def wait(self, seconds: float) -> None:
        """Wait.

        :raises Aborted: as soon as nothing is wanted any more
        """
        if self._wait(seconds):
            raise Aborted("It was called off.")

    def turn(self, host: str, least: float = 0.0) -> None:
        """Return when the next request to the host may go out: now.

        :param least: seconds that the host wants between two requests
        :raises TurnLater: if that takes long
        :raises Aborted: if nothing is wanted any more
        """
        interval = max(self._interval, least * (1 + SLACK_SECONDS + MARGIN_SECONDS))
        if not interval and time.monotonic() < self._looked.get(host, 0.0):
            return
        while (left := store().ask(host, interval)) > 0:
            if left > max(LONGEST_WAIT_SECONDS, 2 * interval):
                raise TurnLater(left)
            self.wait(min(left, LOOK_SECONDS))
        self._looked[host] = time.monotonic() + LOOK_SECONDS

    def pause(self, host: str, seconds: float) -> None:
        """Let nobody ask the host for so long, in any process."""
        self._looked.pop(host, None)
        store().pause(host, min(seconds, LONGEST_PAUSE_SECONDS) + SLACK_SECONDS)
