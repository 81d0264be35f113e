"""Asks by itself, outside of any run: within the same pace, and under the same breaker."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cinema_project.common.fetching.fetcher import Fetcher
from scraping.fetching.breaker import Breaker
from scraping.fetching.pace import Pace
from scraping.fetching.robots import Robots
from scraping.fetching.session import Session, Tools
from scraping.fetching.watch import Watch
from scraping.models import SourceState
from scraping.sources.base import Source


@contextmanager
def asking_for(source: Source) -> Iterator[Session]:
    """Open a client that asks as a source does."""
    fetcher = Fetcher(tuple(source.trusted), 1, source.rules.proxy)
    state = SourceState.objects.filter(pk=source.name).first() or SourceState()
    pace = Pace(state.per_second or source.rules.per_second, threading.Event().wait)
    robots = Robots() if source.rules.robots and not state.ignores_robots else None
    try:
        yield Session(Tools(source.name, source.rules, fetcher, pace, Breaker(), Watch(), False, robots))
    finally:
        fetcher.close()
