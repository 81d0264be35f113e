"""How far a job is, over WebSocket: the present state first, then each change."""

import asyncio
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import orjson
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from accounts.api_keys import holder_of
from accounts.roles import AUDITOR
from accounts.socket_auth import SocketCaller, is_own_origin, socket_caller, still_valid
from cinema_project.common.errors import DomainError, Unauthenticated
from scraping.job_watch import job_watch
from scraping.selectors.jobs import Progress

BAD_KEY, NOT_ALLOWED, UNKNOWN_JOB = 4401, 4403, 4404
CHECK_SECONDS = 3
SCOPE = "jobs:read"


class JobConsumer(AsyncWebsocketConsumer):
    """One watcher of one job (``job_watch.Watcher``); with a key, or the token of staff."""

    channel_layer_alias = "none"  # the watch feeds us
    caller: SocketCaller | None = None

    async def connect(self) -> None:
        await self.accept()
        self.job_id: UUID = UUID(self.scope["url_route"]["kwargs"]["job_id"])
        self.tasks: list[asyncio.Task[None]] = []
        self.queue: asyncio.Queue[Progress | None] = asyncio.Queue()
        query = parse_qs(self.scope.get("query_string", b"").decode("latin-1"))
        self.key = query.get("api_key", [""])[0]
        if refusal := await self._refusal():
            await self.close(refusal)
            return
        progress = await job_watch().add(self.job_id, self)
        if progress is None:
            await self.close(UNKNOWN_JOB)
            return
        await self._send(progress)
        loop = asyncio.get_running_loop()
        self.tasks = [loop.create_task(self._pump()), loop.create_task(self._keep_checking())]

    async def _refusal(self) -> int:
        """Return with which code the socket is closed at once, 0 if it is not."""
        if not is_own_origin(self.scope):
            return NOT_ALLOWED
        if self.key:
            return await _key_refusal(self.key)
        self.caller = await socket_caller(self.scope)
        if self.caller is None or self.caller.person is None:
            return BAD_KEY
        person = self.caller.person
        return 0 if person.is_staff_member or AUDITOR in person.groups else NOT_ALLOWED

    async def disconnect(self, code: int) -> None:
        job_watch().remove(self.job_id, self)
        for task in self.tasks:
            task.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Mind nothing that is said: there is nothing to ask for."""

    def changed(self, progress: Progress | None) -> None:
        self.queue.put_nowait(progress)

    async def _pump(self) -> None:
        while (progress := await self.queue.get()) is not None:
            await self._send(progress)
        await self.close(UNKNOWN_JOB)

    async def _keep_checking(self) -> None:
        """Close when the key or token no longer counts."""
        while await self._counts():
            await asyncio.sleep(CHECK_SECONDS)
        await self.close(BAD_KEY)

    async def _counts(self) -> bool:
        try:
            if self.caller is not None:
                return await still_valid(self.caller)
            return not await _key_refusal(self.key)
        except DomainError:
            return True  # the database is away for a moment: that ends nobody's watching

    async def _send(self, progress: Progress) -> None:
        message: dict[str, Any] = {"job_id": str(self.job_id), **progress.as_json()}
        await self.send(text_data=orjson.dumps(message).decode())


@database_sync_to_async
def _key_refusal(key: str) -> int:
    try:
        holder = holder_of(key)
    except Unauthenticated:
        return BAD_KEY
    return 0 if SCOPE in holder.scopes else NOT_ALLOWED
