"""How the commands of scraping speak: one JSON object or a few words, a bar on a terminal, and exit codes."""

import argparse
import json
import math
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from django.core.serializers.json import DjangoJSONEncoder
from django.db import Error as DatabaseFailure
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from cinema_project.common.errors import DomainError

FAILED, USAGE, PARTLY = 1, 2, 3
WIDTH = 30


class ScrapingCommand(BaseCommand):
    """A command with ``--json`` and ``--quiet``, whose refusals are one sentence, and one object for ``--json``."""

    requires_system_checks: list[str] = []
    examples = ""
    _has_told = False

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        formatted = {"epilog": self.examples, "formatter_class": argparse.RawDescriptionHelpFormatter}
        return super().create_parser(prog_name, subcommand, **kwargs | formatted)

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="One JSON object on stdout, talk on stderr.")
        parser.add_argument("--quiet", action="store_true", help="Say nothing when all is well.")

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run the command; whatever stands in its way is said in words."""
        try:
            with in_words(FAILED):
                return super().execute(*args, **options)
        except CommandError as refused:
            if options.get("json") and not self._has_told:
                self.tell({"status": "failed", "detail": str(refused)}, options)
            raise

    def tell(self, told: Mapping[str, Any], options: dict[str, Any]) -> None:
        """Print the one object of ``--json``."""
        if options["json"]:
            self._has_told = True
            self.stdout.write(json.dumps(told, ensure_ascii=False, cls=DjangoJSONEncoder))

    def say(self, words: str, options: dict[str, Any]) -> None:
        """Say something for people, where ``--json`` and ``--quiet`` leave room for it."""
        if not options["quiet"]:
            (self.stderr if options["json"] else self.stdout).write(words, style_func=_plain)


@contextmanager
def in_words(code: int) -> Iterator[None]:
    """Turn a refusal, an impatient Ctrl-C, or a database that is of no use into one sentence and an exit code.

    :param code: the exit code of a refusal
    """
    try:
        yield
    except DomainError as refused:
        raise CommandError(refused.detail, returncode=code) from None
    except KeyboardInterrupt:
        raise CommandError("Stopped.", returncode=PARTLY) from None
    except DatabaseFailure as error:
        if not (words := _database_in_words()):
            raise
        raise CommandError(words, returncode=FAILED) from error


def _database_in_words() -> str:
    """Return what is wrong with the database as a whole; nothing if it is in order."""
    try:
        executor = MigrationExecutor(connection)
    except DatabaseFailure as error:
        reason = str(error).strip().partition("\n")[0].rstrip(".")
        return f"The database cannot be used: {reason}. See that it runs, and that DATABASE_URL leads to it."
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return "The database is not up to date: run manage.py migrate first."
    return ""


def number_from(least: float, most: float = math.inf, kind: type[float] = float) -> Callable[[str], float]:
    """Return what reads a number of an argument, or says what it may be.

    :param kind: ``int`` for whole ones
    """
    name = "a whole number" if kind is int else "a number"
    range_ = f"{name} from {least:g}" + (f" to {most:g}" if most < math.inf else "")

    def read(text: str) -> float:
        try:
            found = kind(text)
        except ValueError:
            found = math.nan
        if not least <= found <= most or found == math.inf:
            raise argparse.ArgumentTypeError(f"{text!r} cannot be used, it must be {range_}")
        return found

    return read


@contextmanager
def stopped_by_signals(told: Callable[[], None]) -> Iterator[threading.Event]:
    """Set an event at Ctrl-C or SIGTERM, so that work ends in good order; a second Ctrl-C ends it at once.

    :param told: says so
    """
    stop, before = threading.Event(), {}

    def ask_to_stop(number: int, _: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        told()

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, ask_to_stop)
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Bar:
    """A line that grows, on a terminal alone."""

    def __init__(self, out: OutputWrapper, *, wanted: bool) -> None:
        self._out = out
        self._wanted = wanted and getattr(out, "isatty", lambda: False)()

    def show(self, done: int, whole: int, words: str) -> None:
        if self._wanted:
            filled = WIDTH * done // whole if whole else 0
            line = f"\r[{'#' * filled}{'.' * (WIDTH - filled)}] {done}/{whole} {words}"
            self._out.write(f"{line[:100]:<100}", style_func=_plain, ending="")
            self._out.flush()

    def end(self) -> None:
        if self._wanted:
            self._out.write("", style_func=_plain)


def _plain(words: str) -> str:
    """Leave words as they are: Django writes in red what goes to stderr."""
    return words
