"""The live seat map over WebSocket: pushes what the hub passes on; reads and decides nothing."""

import asyncio
import time
from collections import deque
from contextlib import suppress
from typing import Any

import orjson
from channels.generic.websocket import AsyncWebsocketConsumer

from accounts.socket_auth import SocketCaller, is_own_origin, socket_caller, still_valid
from booking import realtime
from booking.hub import Hub, hub, missed_changes
from cinema_project.common.errors import DomainError

BAD_TOKEN, FOREIGN_ORIGIN, UNKNOWN_SCREENING, TOO_MANY_MESSAGES = 4401, 4403, 4404, 4429
HEARTBEAT_SECONDS = 15
TOKEN_CHECK_SECONDS = 3
MOST_MESSAGES, WINDOW_SECONDS = 20, 10
MOST_QUEUED = 500  # a reader that far behind reloads instead


class ScreeningConsumer(AsyncWebsocketConsumer):
    """One open seat map; a :class:`booking.hub.Watcher`."""

    channel_layer_alias = "none"  # the hub feeds us: no connection to Redis of our own, which would die with it
    viewer_id: int | None = None
    sees_all = False
    hub: Hub | None = None

    async def connect(self) -> None:
        await self.accept()
        self.screening_id = int(self.scope["url_route"]["kwargs"]["screening_id"])
        self.queue: asyncio.Queue[str] = asyncio.Queue(MOST_QUEUED)
        self.tasks: list[asyncio.Task[None]] = []
        self.received: deque[float] = deque(maxlen=MOST_MESSAGES)
        caller = await self._admitted()
        if caller is not None:
            await self._watch(caller)

    async def _admitted(self) -> SocketCaller | None:
        if not is_own_origin(self.scope):
            await self.close(FOREIGN_ORIGIN)
            return None
        caller = await socket_caller(self.scope)
        if caller is None:
            await self.close(BAD_TOKEN)
        return caller

    async def _watch(self, caller: SocketCaller) -> None:
        seq = await hub().seq_of(self.screening_id)
        if seq is None:
            await self.close(UNKNOWN_SCREENING)
            return
        self.viewer_id, self.sees_all, self.caller = caller.user_id, caller.sees_all, caller
        self.hub = hub()
        seq = self.hub.add(self.screening_id, seq, self)
        await self._send(
            type="connection_confirmed",
            screening_id=self.screening_id,
            message="Connected to real-time seat updates",
            seq=seq,
        )
        loop = asyncio.get_running_loop()
        self.tasks = [loop.create_task(self._pump()), loop.create_task(self._keep_alive())]

    async def disconnect(self, code: int) -> None:
        if self.hub is not None:
            self.hub.remove(self.screening_id, self)
        for task in self.tasks:
            task.cancel()

    def push(self, text: str) -> None:
        """Queue a frame; who cannot follow is told to reload, and delays nobody."""
        try:
            self.queue.put_nowait(text)
        except asyncio.QueueFull:
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait('{"type":"resync"}')

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self._too_many():
            await self.close(TOO_MANY_MESSAGES)
            return
        with suppress(orjson.JSONDecodeError):
            message = orjson.loads(text_data or b"null")
            if isinstance(message, dict):
                await self._answer(message)

    async def _answer(self, message: dict[str, Any]) -> None:
        if message.get("type") == "ping":
            await self._send(type="pong", timestamp=_timestamp())
        elif message.get("type") == "resume" and type(message.get("seq")) is int and self.hub is not None:
            await self._resume(message["seq"])

    async def _resume(self, seq: int) -> None:
        """Send what the client missed after ``seq``, or tell it to reload."""
        assert self.hub is not None
        passed_on = self.hub.seqs.get(self.screening_id, 0)
        missed = await missed_changes(self.screening_id, seq) if 0 <= seq < passed_on else []
        frames = [
            realtime.frame(payload, viewer_id=self.viewer_id, sees_all=self.sees_all)
            for payload in missed
            if payload["seq"] <= passed_on
        ]
        if seq != passed_on and not frames:
            frames = ['{"type":"resync"}']
        for text in frames:
            self.push(text)

    async def _pump(self) -> None:
        while True:
            await self.send(text_data=await self.queue.get())

    async def _keep_alive(self) -> None:
        """Say every 15 s how far the map is; close when the token no longer counts."""
        beat_at = time.monotonic() + HEARTBEAT_SECONDS
        while await self._token_counts():
            if time.monotonic() >= beat_at and self.hub is not None:
                beat_at += HEARTBEAT_SECONDS
                await self._send(type="heartbeat", seq=self.hub.seqs.get(self.screening_id, 0))
            await asyncio.sleep(TOKEN_CHECK_SECONDS)
        await self.close(BAD_TOKEN)

    async def _token_counts(self) -> bool:
        try:
            return await still_valid(self.caller)
        except DomainError:
            return True  # the database is away for a moment: that ends nobody's session

    def _too_many(self) -> bool:
        """Count this message; more than 20 in 10 seconds are too many."""
        now = time.monotonic()
        full = len(self.received) == MOST_MESSAGES and now - self.received[0] < WINDOW_SECONDS
        self.received.append(now)
        return full

    async def _send(self, **message: Any) -> None:
        await self.send(text_data=orjson.dumps(message).decode())


class NothingHere(AsyncWebsocketConsumer):
    """Any other address: closes at once."""

    async def connect(self) -> None:
        await self.accept()
        await self.close(UNKNOWN_SCREENING)


def _timestamp() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
