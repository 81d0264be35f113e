"""The watchers of one process: takes changes as they come, puts them in order, and passes each on exactly once.

Changes arrive by Redis or from this process (``realtime.publish``); whatever got lost on the way is noticed by the gap
in ``seq``, or by the look at the database that the hub takes every second, and read from the outbox (R56, R58).
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable
from typing import Protocol

import orjson
import redis.asyncio
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from django.conf import settings
from redis.exceptions import RedisError

from booking import realtime
from booking.realtime import Payload
from booking.selectors.changes import changes_after, seqs_of
from booking.watcher_counts import report_watchers

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0 if settings.REDIS_URL else 0.1
REDIS_PAUSE_SECONDS = 0.5
REPORT_EVERY_LOOKS = max(1, round(2.0 / LOOK_SECONDS))


class Watcher(Protocol):
    """One open seat map."""

    viewer_id: int | None
    sees_all: bool

    def push(self, text: str) -> None:
        """Queue a frame for this watcher; never waits, never raises."""


class Hub:
    """All watchers of one event loop. Its methods run in that loop, except ``feed``."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.watchers: dict[int, set[Watcher]] = defaultdict(set)
        self.seqs: dict[int, int] = {}
        self._tasks = [loop.create_task(self._look_forever())]
        if settings.REDIS_URL:
            self._tasks.append(loop.create_task(self._listen_forever()))
        realtime.local_receivers.append(self.feed)

    async def seq_of(self, screening_id: int) -> int | None:
        """Return the ``seq`` up to which this hub has passed changes on, or ``None`` if there is no such screening."""
        if screening_id in self.seqs:
            return self.seqs[screening_id]
        return (await _seqs_of([screening_id])).get(screening_id)

    def add(self, screening_id: int, seq: int, watcher: Watcher) -> int:
        """Pass all changes after the returned ``seq`` on to this watcher."""
        self.watchers[screening_id].add(watcher)
        return self.seqs.setdefault(screening_id, seq)

    def remove(self, screening_id: int, watcher: Watcher) -> None:
        self.watchers[screening_id].discard(watcher)
        if not self.watchers[screening_id]:
            del self.watchers[screening_id]
            self.seqs.pop(screening_id, None)

    def counts(self) -> dict[int, int]:
        """Return the number of watchers of each screening."""
        return {screening_id: len(watchers) for screening_id, watchers in self.watchers.items()}

    def feed(self, payload: Payload) -> None:
        """Take a change from any thread."""
        if self.loop.is_closed():
            realtime.local_receivers.remove(self.feed)
        else:
            self.loop.call_soon_threadsafe(self._receive, payload)

    def _receive(self, payload: Payload) -> None:
        screening_id, seq = payload["screening_id"], payload["seq"]
        known = self.seqs.get(screening_id)
        if known is None or seq <= known:
            return
        if seq == known + 1:
            self._pass_on(payload)
        else:
            self.loop.create_task(self._catch_up(screening_id, seq))

    def _pass_on(self, payload: Payload) -> None:
        screening_id = payload["screening_id"]
        self.seqs[screening_id] = payload["seq"]
        holders = {update["user_id"] for update in payload["updates"]}
        frames: dict[tuple[int | None, bool], str] = {}
        for watcher in self.watchers[screening_id]:
            viewer = watcher.viewer_id if watcher.viewer_id in holders else None
            kind = (viewer, watcher.sees_all)
            if kind not in frames:
                frames[kind] = realtime.frame(payload, viewer_id=viewer, sees_all=watcher.sees_all)
            watcher.push(frames[kind])

    async def _catch_up(self, screening_id: int, target: int) -> None:
        """Pass on what was missed up to ``target``, from the outbox; if that has forgotten it, ask for a reload."""
        known = self.seqs.get(screening_id)
        if known is None or target <= known:
            return
        missed = await missed_changes(screening_id, known)
        for payload in missed:
            if payload["seq"] == self.seqs.get(screening_id, -1) + 1:
                self._pass_on(payload)
        if self.seqs.get(screening_id, target) < target:
            self.seqs[screening_id] = target
            for watcher in self.watchers[screening_id]:
                watcher.push('{"type":"resync"}')

    async def _look_forever(self) -> None:
        """Compare with the database every second: whatever no message told is found here."""
        looks = 0
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            looks += 1
            try:
                await self._look()
                if looks % REPORT_EVERY_LOOKS == 0:
                    await sync_to_async(report_watchers, thread_sensitive=False)(self.counts())
            except Exception:  # an outage of the database: the next look finds everything
                logger.exception("Could not compare the open seat maps with the database")

    async def _look(self) -> None:
        if self.seqs:
            for screening_id, seq in (await _seqs_of(list(self.seqs))).items():
                await self._catch_up(screening_id, seq)

    async def _listen_forever(self) -> None:
        while True:
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                logger.warning("Redis is away; the open seat maps follow the database: %s", error)
            await asyncio.sleep(REDIS_PAUSE_SECONDS)

    async def _listen(self) -> None:
        client = redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_timeout=None, socket_connect_timeout=1)
        async with client, client.pubsub(ignore_subscribe_messages=True) as pubsub:
            await pubsub.subscribe(realtime.CHANNEL)
            async for message in pubsub.listen():
                for payload in orjson.loads(message["data"]):
                    self._receive(payload)


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def hub() -> Hub:
    """Return the hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        for closed in [other for other in _hubs if other.is_closed()]:
            del _hubs[closed]
        _hubs[loop] = Hub(loop)
    return _hubs[loop]


def local_counts() -> dict[int, int]:
    """Return the watchers of each screening in this process."""
    counts: dict[int, int] = defaultdict(int)
    for one in list(_hubs.values()):
        for screening_id, count in one.counts().items():
            counts[screening_id] += count
    return dict(counts)


async def _seqs_of(screening_ids: Iterable[int]) -> dict[int, int]:
    found: dict[int, int] = await database_sync_to_async(seqs_of)(list(screening_ids))
    return found


async def missed_changes(screening_id: int, seq: int) -> list[Payload]:
    """Return the changes after ``seq``, or nothing where they are no longer known."""
    found: list[Payload] = await database_sync_to_async(changes_after)(screening_id, seq)
    return found
