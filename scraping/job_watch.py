"""Who watches which job in this process: one look at the database, twice a second, serves all of them."""

import asyncio
from typing import Any, Protocol
from uuid import UUID
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.db import DatabaseError, InterfaceError

from scraping.selectors.jobs import Progress, watched

LOOK_SECONDS = 0.5


class Watcher(Protocol):
    def changed(self, progress: Progress | None) -> None:
        """Take how far the job is; ``None`` once it is gone."""
        ...


class JobWatch:
    """The jobs that sockets of one event loop watch."""

    def __init__(self) -> None:
        self._watchers: dict[UUID, set[Watcher]] = {}
        self._known: dict[UUID, Progress | None] = {}
        self._task: asyncio.Task[None] | None = None

    async def add(self, job_id: UUID, watcher: Watcher) -> Progress | None:
        """Watch a job from now on; return how far it is, ``None`` if there is none."""
        found = await _look([job_id])
        if job_id not in found:
            return None
        self._watchers.setdefault(job_id, set()).add(watcher)
        self._known.setdefault(job_id, found[job_id])
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._go_on_looking())
        return found[job_id]

    def remove(self, job_id: UUID, watcher: Watcher) -> None:
        watchers = self._watchers.get(job_id, set())
        watchers.discard(watcher)
        if not watchers:
            self._watchers.pop(job_id, None)
            self._known.pop(job_id, None)

    async def _go_on_looking(self) -> None:
        while self._watchers:
            await asyncio.sleep(LOOK_SECONDS)
            ids = list(self._watchers)
            try:
                found = await _look(ids)
            except (DatabaseError, InterfaceError):
                continue  # it is away for a moment
            for job_id in ids:
                self._tell(job_id, found.get(job_id))

    def _tell(self, job_id: UUID, progress: Progress | None) -> None:
        if job_id not in self._known or self._known[job_id] == progress:
            return
        self._known[job_id] = progress
        for watcher in list(self._watchers.get(job_id, ())):
            watcher.changed(progress)


@database_sync_to_async
def _look(ids: list[UUID]) -> dict[Any, Progress]:
    return watched(ids)


_watches: WeakKeyDictionary[asyncio.AbstractEventLoop, JobWatch] = WeakKeyDictionary()


def job_watch() -> JobWatch:
    """Return the watch of this event loop."""
    return _watches.setdefault(asyncio.get_running_loop(), JobWatch())
