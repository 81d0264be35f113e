"""``manage.py scrape_seats``: how full the showings are that start soon, at most."""

import argparse
from typing import Any

from scraping.management.running import RunCommand
from scraping.services.commanded import seats_summary
from scraping.services.seats import SEATS
from scraping.tix.layouts import CAVEAT


class Command(RunCommand):
    help = f"Look at the seats of the showings on sale that start within 15 minutes. {CAVEAT}"
    examples = """examples:
  manage.py scrape_seats         all that start within 15 minutes
  manage.py scrape_seats --due   those 30 to 20, 20 to 10 or 10 to 0 minutes away that nobody looked at since

exit codes: 0 all were looked at, 1 failed, 2 wrong call, 3 partly: some could not be, or you stopped it"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--due", action="store_true", help="What is due: at most one look in each phase.")

    def handle(self, *args: Any, **options: Any) -> None:
        self.work(SEATS, {"due": True} if options["due"] else {}, options, seats_summary)
