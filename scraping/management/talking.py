"""How the commands of scraping speak: one JSON object or a few words, a bar on a terminal, and exit codes."""

import argparse
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from cinema_project.common.errors import DomainError

FAILED, USAGE, PARTLY = 1, 2, 3
WIDTH = 30


class ScrapingCommand(BaseCommand):
    """A command with ``--json`` and ``--quiet``, whose refusals are one sentence."""

    requires_system_checks: list[str] = []
    examples = ""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        formatted = {"epilog": self.examples, "formatter_class": argparse.RawDescriptionHelpFormatter}
        return super().create_parser(prog_name, subcommand, **kwargs | formatted)

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="One JSON object on stdout, talk on stderr.")
        parser.add_argument("--quiet", action="store_true", help="Say nothing when all is well.")

    def say(self, words: str, options: dict[str, Any]) -> None:
        """Say something for people, where ``--json`` and ``--quiet`` leave room for it."""
        if not options["quiet"]:
            (self.stderr if options["json"] else self.stdout).write(words, style_func=_plain)


@contextmanager
def refusals_in_words(code: int = FAILED) -> Iterator[None]:
    """Turn a refusal, or an impatient Ctrl-C, into one sentence and an exit code."""
    try:
        yield
    except DomainError as refused:
        raise CommandError(refused.detail, returncode=code) from None
    except KeyboardInterrupt:
        raise CommandError("Stopped.", returncode=PARTLY) from None


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
