"""The one way to change data that others may be changing: ``write``, and the few statements that skip the ORM.

Rules R61 and R62 of the house: one transaction, short waits, repeats where a repeat is safe.
"""

import functools
import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

import psycopg
from django.db import (
    DEFAULT_DB_ALIAS,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    connections,
    transaction,
)
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.dateparse import parse_datetime
from psycopg.types.datetime import TimestamptzLoader
from psycopg.types.numeric import Int8
from psycopg_pool import PoolTimeout

from cinema_project.common.errors import Busy, DomainError, Unavailable

P = ParamSpec("P")
R = TypeVar("R")
Row = tuple[Any, ...]

logger = logging.getLogger(__name__)

LARGEST_ID = 2**63 - 1  # of the database, and of no row: what asks for one beyond it asks for this one
ATTEMPTS = 4  # the first try and three repeats
LOCK_WAIT_SECONDS = 3
LOCK_WAIT = "55P03"  # lock_not_available
NOT_NULL = {"23502", "SQLITE_CONSTRAINT_NOTNULL"}
GONE = "23503"  # foreign_key_violation: what a row names was deleted meanwhile
REPEATABLE = {"40001", "40P01", GONE}  # serialization_failure, deadlock_detected
IN_ARRAYS = str.maketrans({"\\": r"\\", '"': r"\""})
SHUTDOWN = {"57P01", "57P02", "57P03"}  # admin_shutdown, crash_shutdown, cannot_connect_now
_writing = threading.local()  # has `under_way` while a `write` of this thread is
_sqlite_writer = threading.RLock()  # SQLite's own queue is unfair: waits of seconds where this takes milliseconds


class CommitUnknown(Unavailable):
    """The connection broke while the commit was under way: it may or may not have happened."""

    code = "commit_unknown"


class Overtaken(Busy):
    """What a change relied on is no longer so, and nothing was written: another look will do, as ``write`` takes it."""

    def __init__(self) -> None:
        super().__init__("Somebody else was faster. Please try again.", retry_after=1)


_races: set[str] = set()
"""The constraints that decide races, whichever function named them."""


def repeat_on(*constraints: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Repeat a ``write`` that lost a race which a constraint decided: the repeat sees the winner.

    :param constraints: those that this function may run into; of nested functions the outermost repeats on all
    """
    _races.update(constraints)

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            for _ in range(ATTEMPTS - 1):
                try:
                    return function(*args, **kwargs)
                except IntegrityError as error:
                    if connection.in_atomic_block or not _is_race(error):
                        raise
            return function(*args, **kwargs)

        return run

    return decorate


def write(function: Callable[P, R]) -> Callable[P, R]:
    """Run the function in one transaction, repeated when the database asks for it. Inside another, just join in.

    The outermost one also writes the aftermath of a refusal, once its own transaction is rolled back.

    :raises Busy: after three seconds of waiting for a lock
    :raises CommitUnknown: if nobody can tell whether the transaction was committed
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        joins = connection.in_atomic_block
        if joins and getattr(_writing, "under_way", False):
            return function(*args, **kwargs)
        try:
            _writing.under_way = True
            return function(*args, **kwargs) if joins else _repeated(function, *args, **kwargs)
        except DomainError as refusal:
            _writing.under_way = False
            if refusal.aftermath is not None:
                refusal.aftermath()
            raise
        finally:
            _writing.under_way = False

    return run


def _repeated(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _once(function, *args, **kwargs)
        except Overtaken:
            if attempt == ATTEMPTS:
                raise
        except (OperationalError, InterfaceError, IntegrityError) as error:
            _give_up_or_repeat(error, attempt)
    raise AssertionError("unreachable")


def _once(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    finished = False
    try:
        with _writer_queue(), transaction.atomic():
            result = function(*args, **kwargs)
            finished = True
        return result
    except (OperationalError, InterfaceError) as error:
        if finished and _sqlstate(error) not in REPEATABLE:
            connection.close()
            raise _commit_unknown() from error
        raise


def _commit_unknown() -> CommitUnknown:
    return CommitUnknown("The answer of the database was lost. Please repeat the request.", retry_after=2)


def _busy() -> Busy:
    return Busy("Many people want these seats at this moment. Please try again.", retry_after=1)


def _give_up_or_repeat(error: Exception, attempt: int) -> None:
    if _sqlstate(error) == LOCK_WAIT or "database is locked" in str(error):
        raise _busy() from error
    lost = _is_lost(error)
    if lost:
        connection.close()
    elif _sqlstate(error) not in REPEATABLE or (attempt == ATTEMPTS and isinstance(error, IntegrityError)):
        raise error
    if attempt == ATTEMPTS or isinstance(error.__cause__, PoolTimeout):
        raise Unavailable("The service is busy. Please try again in a moment.", retry_after=2) from error
    logger.info("Repeating a transaction, attempt %s: %s", attempt + 1, error)
    time.sleep(0.01 * attempt)


def _is_lost(error: Exception) -> bool:
    """Tell whether the connection broke. Django has opened a new one by now, so only the error can tell."""
    if connection.vendor != "postgresql":
        return False
    state = _sqlstate(error)  # the client's own errors carry none
    return state is None or state in SHUTDOWN or state.startswith("08")


def _sqlstate(error: BaseException) -> str | None:
    return getattr(error.__cause__, "sqlstate", None)


def _is_null(error: IntegrityError) -> bool:
    """Tell whether a value was missing where one must be."""
    return bool(NOT_NULL & {_sqlstate(error), getattr(error.__cause__, "sqlite_errorname", None)})


def _is_race(error: IntegrityError) -> bool:
    """Tell whether a constraint decided a race, so that another look will find the winner."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) in _races


@contextmanager
def _writer_queue() -> Iterator[None]:
    if connection.vendor != "sqlite":
        yield
        return
    if not _sqlite_writer.acquire(timeout=LOCK_WAIT_SECONDS):
        raise Busy("Many people buy at this moment. Please try again.", retry_after=1)
    try:
        yield
    finally:
        _sqlite_writer.release()


def query(sql: str, params: Sequence[Any] = ()) -> list[Row]:
    """Run one statement, written for both databases, and return its rows. Prepared by PostgreSQL."""
    database = connections[DEFAULT_DB_ALIAS]  # not `connection`, which looks for it with every attribute
    if database.vendor == "postgresql":
        return _prepared_or_again(database, sql, params)
    with database.cursor() as cursor:
        cursor.execute(sql, [_for_sqlite(value) for value in params])
        return cursor.fetchall() if cursor.description else []


def one_of(column: str) -> str:
    """Return SQL for: the column, of numbers or texts, holds one of those that the parameter ``as_list`` made names."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)"
    return f"{column} IN (SELECT value FROM json_each(%s))"


def as_list(values: Iterable[int] | Iterable[str]) -> str:
    """Return many values as one parameter: an array as PostgreSQL writes it, or JSON for SQLite."""
    listed = json.dumps([*values], ensure_ascii=False)
    if connection.vendor != "postgresql":
        return listed
    if "\\" in listed:  # all that JSON escapes, arrays write as it is, but for the escape and the quote themselves
        return "{" + ",".join(f'"{str(value).translate(IN_ARRAYS)}"' for value in values) + "}"
    return "{" + listed[1:-1] + "}"


def _prepared_or_again(database: BaseDatabaseWrapper, sql: str, params: Sequence[Any]) -> list[Row]:
    was_connected = database.connection is not None
    try:
        return _prepared(database, sql, params)
    except (OperationalError, InterfaceError):
        if not was_connected or database.in_atomic_block or database.is_usable():
            raise
        database.close()  # it broke while nobody used it: a new one may do
        return _prepared(database, sql, params)


def _prepared(database: BaseDatabaseWrapper, sql: str, params: Sequence[Any]) -> list[Row]:
    """Bind on the server, which Django's own cursors do not: only so is a statement planned once."""
    database.ensure_connection()
    with database.wrap_database_errors:
        cursor = _cursor_of(database.connection)
        # One type for whole numbers: psycopg's choice by size would make a statement of each combination.
        cursor.execute(sql, [Int8(value) if type(value) is int else value for value in params], prepare=True)
        setattr(database, "health_check_done", True)  # this answer is the check: Django need not ask again
        return [] if cursor.rownumber is None else cursor.fetchall()


def _cursor_of(connected: "psycopg.Connection[Row]") -> "psycopg.Cursor[Row]":
    """Return the one cursor for all of this: it remembers how each type is read and written."""
    cursor: psycopg.Cursor[Row] | None = getattr(connected, "cinema_cursor", None)
    if cursor is None:
        cursor = psycopg.Cursor(connected)
        cursor.adapters.register_loader("timestamptz", TimestamptzLoader)  # Django's own is a slow one
        setattr(connected, "cinema_cursor", cursor)
    return cursor


def _for_sqlite(value: Any) -> Any:
    """Write values the way the ORM stores them."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value.hex if isinstance(value, UUID) else value


@dataclass(frozen=True, slots=True)
class Step:
    """One statement of several that are run as one. Later steps may say ``id_of`` an earlier one that returns ids."""

    name: str
    sql: str
    params: Sequence[Any] = ()


def id_of(name: str) -> str:
    """Return SQL for the id that the step of this name returned; NULL if it found nothing."""
    return f"(SELECT id FROM {name})"


def query_steps(steps: Sequence[Step], *, returning: Sequence[str]) -> list[Row]:
    """Run the steps, none or all, and return the rows of those named; a single round trip on PostgreSQL.

    It is never repeated by itself: without a transaction around it, nobody could tell whether the first one counted.

    :raises Overtaken: if the steps need a row of which ``id_of`` found nothing
    :raises Busy: without a transaction, after three seconds of waiting for a lock
    :raises CommitUnknown: without a transaction, if the connection broke before the answer came
    """
    try:
        if connection.vendor == "postgresql":
            return _together(steps, returning)
        return _one_by_one(steps, returning)
    except IntegrityError as error:
        if _is_null(error):
            raise Overtaken from error
        raise
    except (OperationalError, InterfaceError) as error:
        if not connection.in_atomic_block and _sqlstate(error) == LOCK_WAIT:
            raise _busy() from error
        if connection.in_atomic_block or not _is_lost(error):
            raise
        connection.close()
        raise _commit_unknown() from error


def _together(steps: Sequence[Step], returning: Sequence[str]) -> list[Row]:
    parts = ", ".join(f"{step.name} AS ({step.sql})" for step in steps)
    rows = " UNION ALL ".join(f"SELECT * FROM {name}" for name in returning)
    return _prepared(connections[DEFAULT_DB_ALIAS], f"WITH {parts} {rows}", [v for step in steps for v in step.params])


def _one_by_one(steps: Sequence[Step], returning: Sequence[str]) -> list[Row]:
    found: dict[str, list[Row]] = {}
    for step in steps:
        sql = step.sql
        for name, rows in found.items():
            sql = sql.replace(id_of(name), str(rows[0][0]) if rows else "NULL")
        found[step.name] = query(sql, step.params)
    return [row for name in returning for row in found[name]]


def marks(values: Sequence[Any]) -> str:
    """Return the ``%s, %s`` for an SQL list of these values."""
    return ", ".join(["%s"] * len(values))


def as_moment(value: datetime | str | None) -> datetime | None:
    """Read a moment from a raw row: PostgreSQL gives it aware, SQLite as text or naive, always in UTC."""
    if isinstance(value, str):
        value = parse_datetime(value)
    if value is None or value.tzinfo is not None:
        return value
    return value.replace(tzinfo=UTC)


def as_money(value: Decimal | float | str) -> Decimal:
    """Read an amount of two decimals from a raw row: SQLite gives a float or an int."""
    return value if isinstance(value, Decimal) else Decimal(str(value)).quantize(Decimal("0.01"))


def lift_time_limits(using: str = "default", **_signal: object) -> None:
    """Let migrations take their time: the limits are for requests."""
    _limit_time("SET statement_timeout = 0; SET lock_timeout = '10s'")


def restore_time_limits(using: str = "default", **_signal: object) -> None:
    """Limit the connection again: the process may go on to serve."""
    _limit_time("RESET statement_timeout; RESET lock_timeout")


@contextmanager
def unhurried() -> Iterator[None]:
    """Let what looks through everything take its time."""
    lift_time_limits()
    try:
        yield
    finally:
        restore_time_limits()


def _limit_time(statements: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(statements)
