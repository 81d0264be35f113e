"""``manage.py import_programme FILE``: a whole programme from one file, all or nothing."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.services.imports import Report, import_file
from catalog.services.programme.files import SUFFIXES
from cinema_project.common.errors import DomainError

FAILED, USAGE = 1, 2
EXAMPLES = """examples:
  manage.py import_programme week.csv --dry-run
  manage.py import_programme programme.json --json

exit codes: 0 imported, 1 refused (nothing was written), 2 wrong call"""


class Command(BaseCommand):
    help = "Import cinemas, rooms, films and screenings from a CSV or JSON file; all or nothing, and repeatable."
    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        formatted = {"epilog": EXAMPLES, "formatter_class": argparse.RawDescriptionHelpFormatter}
        return super().create_parser(prog_name, subcommand, **kwargs | formatted)

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="A .csv or .json file, see docs/programme-import.md.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done, and do nothing.")
        parser.add_argument("--allow-past", action="store_true", help="Also put on what has started already.")
        parser.add_argument("--json", action="store_true", help="One JSON object on stdout.")
        parser.add_argument("--quiet", action="store_true", help="Say nothing when all is well.")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if path.suffix.lower() not in SUFFIXES:
            raise CommandError(f"{path} is neither a .csv nor a .json file.", returncode=USAGE)
        try:
            report = import_file(path, dry_run=options["dry_run"], allow_past=options["allow_past"])
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.", returncode=USAGE) from None
        except DomainError as refused:
            self._tell_errors(refused, options)
            raise CommandError(refused.detail, returncode=FAILED) from None
        self._tell(report, options)

    def _tell(self, report: Report, options: dict[str, Any]) -> None:
        if options["json"]:
            result = "would import" if report.dry_run else "imported"
            self.stdout.write(json.dumps({"result": result, **asdict(report), "errors": []}))
        if options["quiet"]:
            return
        for note in report.notes:
            self.stderr.write(f"{note.where}: {note.detail}")
        for name, counts in report.counts.items():
            line = f"{name}: " + ", ".join(f"{number} {outcome}" for outcome, number in counts.items())
            (self.stderr if options["json"] else self.stdout).write(line)
        if report.dry_run:
            self.stderr.write("Nothing was written (--dry-run).")

    def _tell_errors(self, refused: DomainError, options: dict[str, Any]) -> None:
        errors = [{"where": error["pointer"], "detail": error["detail"]} for error in refused.errors]
        if options["json"]:
            whole = {"result": "refused", "detail": refused.detail, "dry_run": options["dry_run"]}
            self.stdout.write(json.dumps({**whole, "counts": {}, "notes": [], "errors": errors}))
        for error in errors:
            self.stderr.write(f"{error['where']}: {error['detail']}")
