"""Moving the product's one clock: the view ``cinema_clock`` of the database, so every process sees it move.

In a test: the fixture ``clock`` (in this process) or ``embedded.clock`` / ``scaled.clock`` (the running product).
Inside a plain ``django_db`` test other connections wait for its end; where they matter use ``transaction=True``.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

Execute = Callable[[Sequence[str]], None]
SQLITE_FORMAT = "%Y-%m-%d %H:%M:%f"
_moves: list[Sequence[str]] = []  # of the clock of this process's database, since the last `restore_here`


class Clock:
    """The clock of one database. ``travel`` lets it run on from elsewhere, ``at`` stops it."""

    def __init__(self, vendor: str, execute: Execute) -> None:
        self.vendor = vendor
        self.execute = execute
        self.offset = 0.0
        self.moment: datetime | None = None

    def travel(self, seconds: float) -> None:
        """Move on (or back) by so many seconds from where the clock is."""
        if self.moment is not None:
            self.moment += timedelta(seconds=seconds)
        else:
            self.offset += seconds
        self._write()

    def at(self, moment: datetime) -> None:
        """Stop at this moment; ``travel`` then moves from there, still stopped."""
        self.moment = moment
        self._write()

    def restore(self) -> None:
        """Go back to the real time."""
        self.offset, self.moment = 0.0, None
        self._write()

    def _write(self) -> None:
        if self.vendor == "postgresql":
            self.execute([f"CREATE OR REPLACE VIEW cinema_clock AS SELECT {self._postgresql()} AS now"])
        else:
            self.execute(["DROP VIEW cinema_clock", f"CREATE VIEW cinema_clock AS SELECT {self._sqlite()} AS now"])

    def _postgresql(self) -> str:
        if self.moment is not None:
            return f"TIMESTAMPTZ '{self.moment.isoformat()}'"
        return f"clock_timestamp() + INTERVAL '{self.offset:.6f} seconds'"

    def _sqlite(self) -> str:
        if self.moment is not None:
            return f"'{self.moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}'"
        return f"strftime('{SQLITE_FORMAT}', 'now', '{self.offset:+.3f} seconds') || '000'"


def here() -> Clock:
    """Return the clock of Django's database in this process."""
    return Clock(connection.vendor, _execute_here)


def restore_here() -> None:
    """Go back to the real time, whoever in this process left it; costs nothing where nobody did."""
    if _moves:
        here().restore()
        _moves.clear()


def _execute_here(statements: Sequence[str]) -> None:
    _moves.append(statements)
    if connection.needs_rollback:
        return  # a test that broke its transaction: the clock goes back together with everything else
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def travel(seconds: float) -> Iterator[Clock]:
    """Move the clock for the length of a block."""
    clock = here()
    clock.travel(seconds)
    try:
        yield clock
    finally:
        clock.restore()


@contextmanager
def at(moment: datetime) -> Iterator[Clock]:
    """Stop the clock for the length of a block."""
    clock = here()
    clock.at(moment)
    try:
        yield clock
    finally:
        clock.restore()
