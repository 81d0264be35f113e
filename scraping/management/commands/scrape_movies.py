"""``manage.py scrape_movies``: films, cities, and with ``--schedules`` cinemas and showings of today."""

import argparse
from typing import Any

from scraping.management.running import RunCommand
from scraping.management.talking import USAGE, in_words
from scraping.services.commanded import summary
from scraping.services.tokens import refresh_token
from scraping.tix.cities import city_named


class Command(RunCommand):
    help = "Read what other cinemas show today; stopped or killed, the same command goes on where it was."
    examples = """examples:
  manage.py scrape_movies                              all cities, without showings
  manage.py scrape_movies --city JAKARTA --schedules   one city, with its showings
  manage.py scrape_movies --schedules --json

exit codes: 0 all was read, 1 failed, 2 wrong call, 3 partly: some of it could not be read, or you stopped it"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--city", metavar="NAME", help="One city alone (default: all 83).")
        parser.add_argument("--schedules", action="store_true", help="Cinemas and showings, too; takes much longer.")
        parser.add_argument(
            "--visible", action="store_true", help="First log in with a browser that can be seen, for finding faults."
        )
        parser.add_argument("--source", choices=["tix"], default="tix", help="Which site (default: tix).")

    def handle(self, *args: Any, **options: Any) -> None:
        asked: dict[str, Any] = {"schedules": True} if options["schedules"] else {}
        if options["city"] is not None:  # an empty name is none: all cities are not what was asked for
            with in_words(USAGE):
                asked["city"] = city_named(options["city"]).name
        if options["visible"] and not options["dry_run"]:
            refresh_token(visible=True)
        self.work(options["source"], asked, options, summary)
