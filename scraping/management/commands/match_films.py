"""``manage.py match_films``: which of our films the scraped ones are."""

import argparse
from dataclasses import asdict
from typing import Any

from scraping.management.talking import ScrapingCommand
from scraping.models import FilmMatch
from scraping.services.matches import Matched, match_films
from scraping.services.sinks import SINKS

SITES = sorted(source for source, kinds in SINKS.items() if "listing" in kinds)


class Command(ScrapingCommand):
    help = "Match scraped films with ours: those that are new or changed. What staff decided stays."
    examples = """examples:
  manage.py match_films
  manage.py match_films --again        all but what staff decided, also where nothing has changed
  manage.py match_films --source tix --json

exit codes: 0 done, 1 failed, 2 wrong call, 3 you stopped it; the same command goes on with it"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--source", choices=SITES, default="", help="Only films of this site (default: all).")
        parser.add_argument("--again", action="store_true", help="Also where nothing has changed.")

    def handle(self, *args: Any, **options: Any) -> None:
        matched = match_films(source=options["source"], again=options["again"])
        self.tell(asdict(matched), options)
        self.say(_words(matched), options)


def _words(matched: Matched) -> str:
    labels = dict(FilmMatch.State.choices)
    counts = [f"{number} {labels[state]}" for state, number in sorted(matched.by_state.items())]
    looked = f"{matched.looked_at} films looked at, {matched.changed} matched otherwise than before"
    return f"{looked}: {', '.join(counts)}." if counts else "Nothing is new or changed."
