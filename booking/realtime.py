"""Door out: what watchers of a seat map are told, and how it reaches every process that has watchers.

The truth is ``seat_seq`` and the outbox; what travels here only makes it fast. A message may come twice, late, or
never: ``hub.py`` puts it right by ``seq``.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from queue import SimpleQueue
from typing import Any

import orjson
import redis
from django.conf import settings

logger = logging.getLogger(__name__)

CHANNEL = f"seats:{settings.DATABASES['default']['NAME']}"  # two cinemas may share one Redis
REDIS_TIMEOUT_SECONDS = 0.2
REDIS_PAUSE_SECONDS = 1.0
GATHER_SECONDS = 0.01
MOST_TOGETHER, MOST_WAITING = 100, 1000
Payload = dict[str, Any]

local_receivers: list[Callable[[Payload], None]] = []
"""The hub of this very process, if it has one; without Redis there is no other way."""
_waiting: SimpleQueue[Payload] = SimpleQueue()


@dataclass(frozen=True, slots=True)
class SeatUpdate:
    """What watchers learn about one seat. ``status``: available, reserved or booked."""

    seat_id: int
    status: str
    user_id: int | None = None
    expires_at: datetime | None = None


def seats_payload(screening_id: int, seq: int, now: datetime, updates: Sequence[SeatUpdate]) -> Payload:
    """Build the outbox payload of one change; it names the users, ``frame`` decides who may see that."""
    return {
        "screening_id": screening_id,
        "seq": seq,
        "timestamp": wire_time(now),
        "updates": [
            {
                "seat_id": update.seat_id,
                "status": update.status,
                "user_id": update.user_id,
                "expires_at": update.expires_at and wire_time(update.expires_at),
            }
            for update in sorted(updates, key=lambda update: update.seat_id)
        ],
    }


def frame(payload: Payload, *, viewer_id: int | None, sees_all: bool) -> str:
    """Encode one change for one kind of viewer: only own ids, unless they see all (R60)."""
    sees_all = sees_all or settings.SEAT_HOLDER_IDS_PUBLIC
    updates = [_entry(update, viewer_id, sees_all) for update in payload["updates"]]
    common = {"timestamp": payload["timestamp"], "seq": payload["seq"]}
    if len(updates) == 1:
        return orjson.dumps({"type": "seat_update", **updates[0], **common}).decode()
    return orjson.dumps({"type": "bulk_seat_update", "updates": updates, **common}).decode()


def _entry(update: Payload, viewer_id: int | None, sees_all: bool) -> Payload:
    mine = viewer_id is not None and update["user_id"] == viewer_id
    entry: Payload = {"seat_id": update["seat_id"], "status": update["status"], "is_mine": mine}
    if update["status"] != "available":
        who = "booked_by" if update["status"] == "booked" else "reserved_by"
        entry[who] = update["user_id"] if mine or sees_all else None
    if update["expires_at"]:
        entry["expires_at"] = update["expires_at"]
    return entry


def wire_time(moment: datetime) -> str:
    """Write a moment of UTC as RFC 3339 with ``Z``."""
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def publish(payload: Payload) -> None:
    """Hand one committed change to every process with watchers; returns at once. A failure costs time, not truth."""
    if settings.REDIS_URL and _waiting.qsize() < MOST_WAITING:
        _publisher()
        _waiting.put(payload)
    for receive in tuple(local_receivers):  # one whose loop has ended takes itself off the list
        receive(payload)


@cache
def _publisher() -> threading.Thread:
    """Start the thread that talks to Redis: no sale waits for it, and in a rush one message carries many changes."""
    thread = threading.Thread(target=_publish_forever, name="seat-messages", daemon=True)
    thread.start()
    return thread


def _publish_forever() -> None:
    while True:
        batch = [_waiting.get()]
        while not _waiting.empty() and len(batch) < MOST_TOGETHER:
            batch.append(_waiting.get())
        try:
            _redis().publish(CHANNEL, orjson.dumps(batch))
            time.sleep(GATHER_SECONDS)  # the first change goes at once, those that follow it closely go together
        except redis.RedisError as error:
            logger.warning("Redis did not take seat messages; sockets follow the database meanwhile: %s", error)
            time.sleep(REDIS_PAUSE_SECONDS)


@cache
def _redis() -> "redis.Redis":
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
        retry=None,
    )
