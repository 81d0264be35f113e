"""``manage.py scraping replay RUN``: what was fetched, parsed again."""

import argparse
from typing import Any

from scraping.management.running import RunCommand
from scraping.management.talking import refusals_in_words
from scraping.services.commanded import Begun, foreseen_replay, summary
from scraping.services.runs import replay_run


class Command(RunCommand):
    help = "Work on the answers of sites that were kept."
    examples = """examples:
  manage.py scraping replay 42          parse what run 42 fetched with the parser of today; nothing is fetched
  manage.py scraping replay 42 --json

exit codes: 0 all was read, 1 failed, 2 wrong call, 3 partly: some of it could not be read, or you stopped it"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, parser_class=argparse.ArgumentParser)
        replay = verbs.add_parser("replay", help="Parse the answers of a run again.")
        replay.add_argument("run", type=int, help="The number of the run.")
        super().add_arguments(replay)

    def handle(self, *args: Any, **options: Any) -> None:
        with refusals_in_words():
            if options["dry_run"]:
                self.foretell(foreseen_replay(run_id=options["run"]), options)
                return
            run = replay_run(run_id=options["run"], hand_off=False)
        self.work_on(Begun(run, False), options, summary)
