"""``manage.py rotate_field_keys``: all that is kept encrypted, with the first key of today."""

import argparse
from typing import Any

from django.core.management.base import CommandError

from scraping.management.talking import FAILED, PARTLY, ScrapingCommand
from scraping.services.tokens import reseal_all


class Command(ScrapingCommand):
    help = "Encrypt anew with the first of FIELD_KEYS all that is kept encrypted; then the old keys can go."
    examples = """examples:
  manage.py rotate_field_keys --dry-run
  manage.py rotate_field_keys

exit codes: 0 done, 1 no key opens any of it, 2 wrong call, 3 no key opens some of it"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done, and do nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        count, unreadable = reseal_all(dry_run=options["dry_run"])
        self.tell({"resealed": count, "unreadable": unreadable, "dry_run": options["dry_run"]}, options)
        if unreadable:
            words = f"No key opens: {', '.join(unreadable)}. Get them anew (manage.py refresh_token)."
            raise CommandError(words, returncode=PARTLY if count else FAILED)
        done = "would be encrypted" if options["dry_run"] else "encrypted"
        self.say(f"{count} {done} with the first key.", options)
