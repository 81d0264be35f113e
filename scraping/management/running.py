"""What the commands that work on a run have in common: the bar, Ctrl-C, the summary, the exit code."""

import argparse
from collections.abc import Callable, Mapping
from typing import Any

from django.core.management.base import CommandError

from scraping.management.talking import FAILED, PARTLY, Bar, ScrapingCommand, stopped_by_signals
from scraping.models import Run
from scraping.selectors.runs import Progress
from scraping.services.commanded import Begun, begin_or_continue, foreseen, work_to_the_end

CODES = {"success": 0, "partial": PARTLY, "failed": FAILED}
MOST_FAILURES = 10


class RunCommand(ScrapingCommand):
    """Works on one run, and says what became of it."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="Say what would be read, and read nothing.")

    def work(
        self,
        source: str,
        asked: Mapping[str, Any],
        options: dict[str, Any],
        summed: Callable[[Run], dict[str, Any]],
    ) -> None:
        """Begin a run or go on with it, to its end."""
        if options["dry_run"]:
            self.foretell(foreseen(source=source, options=asked), options)
            return
        self.work_on(begin_or_continue(source=source, options=asked), options, summed)

    def foretell(self, would: Mapping[str, int | None], options: dict[str, Any]) -> None:
        """Say what would be done."""
        self.tell({"dry_run": True, **would}, options)
        begun = f"Would go on with run {would['run']}" if would["run"] else "Would begin a run"
        self.say(f"{begun}; pages to read: {would['pages']}, and those that these name.", options)

    def work_on(self, begun: Begun, options: dict[str, Any], summed: Callable[[Run], dict[str, Any]]) -> None:
        """Work on this run to its end."""
        if begun.is_continued:
            self.say(f"Going on with run {begun.run.pk}.", options)
        bar = Bar(self.stderr, wanted=not options["quiet"])

        def show(progress: Progress) -> None:
            bar.show(progress.ended, progress.units, f"pages, {progress.found} things")

        def stopping() -> None:
            bar.end()
            self.say("Stopping after what is under way; Ctrl-C once more stops at once.", options)

        with stopped_by_signals(stopping) as stop:
            run = work_to_the_end(begun.run.pk, stop=stop, tell=show)
        bar.end()
        self._report(run, summed(run), options)

    def _report(self, run: Run, report: dict[str, Any], options: dict[str, Any]) -> None:
        self.tell(report, options)
        told = f"Run {run.pk}, {report['status']}. {report['words']}"
        for failed in report["failed"][:MOST_FAILURES]:
            self.say(f"  {failed['unit']}: {failed['reason']}", options)
        if code := CODES[report["status"]]:
            raise CommandError(told, returncode=code)
        self.say(told, options)
