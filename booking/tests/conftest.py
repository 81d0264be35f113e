"""Fixtures of the sale."""

from collections.abc import Iterator

import pytest

from booking.selectors import seatmap
from booking.tests.make import NOON
from catalog.selectors import layouts
from cinema_project.tests.clock import Clock


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Forget the maps of earlier tests: SQLite gives the ids of rolled back rows away again."""
    seatmap._remembered.clear()
    layouts._remembered.clear()


@pytest.fixture
def noon(clock: Clock) -> Iterator[Clock]:
    """The clock, stopped."""
    clock.at(NOON)
    return clock
