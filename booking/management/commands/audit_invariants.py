"""``manage.py audit_invariants``: does everything add up?"""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from booking.selectors.invariants import CHECKS, violations


class Command(BaseCommand):
    help = (
        "Check every rule that must hold between any two transactions; exit 0 when all do, 1 with a list otherwise.\n\n"
        "Examples:\n  manage.py audit_invariants\n  manage.py audit_invariants --json"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        found = violations()
        if options["json"]:
            report = {"status": "failed" if found else "clean", "checks": len(CHECKS)}
            self.stdout.write(json.dumps(report | {"violations": [asdict(violation) for violation in found]}))
        else:
            for violation in found:
                self.stdout.write(f"Broken: {violation.rule} (row {violation.row})")
            self.stdout.write(f"{len(CHECKS)} rules checked, {len(found)} violations.")
        if found:
            sys.exit(1)
