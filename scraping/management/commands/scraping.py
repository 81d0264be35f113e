"""``manage.py scraping``: look at a cinema's page, read an added site, parse again what was fetched."""

import argparse
import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from cinema_project.common.public_urls import UrlRefused
from scraping.management.proving import as_json, as_text
from scraping.management.running import RunCommand
from scraping.management.talking import FAILED, PARTLY, USAGE, ScrapingCommand
from scraping.services.care import USUAL
from scraping.services.commanded import SUMMARIES, Begun, foreseen_replay, plain_summary
from scraping.services.proving import Proof, UnknownZone, prove
from scraping.services.runs import replay_run
from scraping.services.sites import add_site


class Command(RunCommand):
    help = "Try out, add and read sites of other cinemas; work on the answers of sites that were kept."
    examples = """examples:
  manage.py scraping prove https://cinema.example/programme   what can be read there, and how far it may be believed
  manage.py scraping prove URL --zone Europe/Berlin --save    the same, and add it as a source
  manage.py scraping run cinema.example                       read an added site now
  manage.py scraping replay 42          parse what run 42 fetched with the parser of today; nothing is fetched
  manage.py scraping replay 42 --json

exit codes: 0 all was read, 1 failed, 2 wrong call, 3 partly: some of it could not be read, or you stopped it
of prove: 0 it can be read, 1 it cannot, 2 wrong call or an address that must not be asked, 3 it can, with doubts"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, parser_class=argparse.ArgumentParser)
        replay = verbs.add_parser("replay", help="Parse the answers of a run again.")
        replay.add_argument("run", type=int, help="The number of the run.")
        super().add_arguments(replay)
        run = verbs.add_parser("run", help="Read a source now, also one that is off.")
        run.add_argument("source", help="Its name, as the admin lists it.")
        super().add_arguments(run)
        self._add_prove(verbs.add_parser("prove", help="Look at a cinema's page, and say how well it can be read."))

    def _add_prove(self, prove: argparse.ArgumentParser) -> None:
        prove.add_argument("url", help="The page with the showtimes.")
        prove.add_argument("--zone", default="", help="Of the cinema, such as Europe/Berlin (default: TIX_TIME_ZONE).")
        prove.add_argument("--name", default="", help="Of the cinema (default: as its pages say).")
        prove.add_argument("--city", default="", help="Under which its showings are listed.")
        prove.add_argument("--save", action="store_true", help="Add it as a source; it is off until switched on.")
        prove.add_argument("--record", metavar="FILE", help="Keep its pages and what was read, to be tested against.")
        ScrapingCommand.add_arguments(self, prove)

    def handle(self, *args: Any, **options: Any) -> None:
        {"prove": self._prove, "run": self._run, "replay": self._replay}[options["verb"]](options)

    def _replay(self, options: dict[str, Any]) -> None:
        if options["dry_run"]:
            self.foretell(foreseen_replay(run_id=options["run"]), options)
            return
        run = replay_run(run_id=options["run"], hand_off=False)
        self.work_on(Begun(run, False), options, SUMMARIES.get(run.source, plain_summary))

    def _run(self, options: dict[str, Any]) -> None:
        self.work(options["source"], USUAL.get(options["source"], {}), options, plain_summary)

    def _prove(self, options: dict[str, Any]) -> None:
        said = {name: options[name] for name in ("url", "zone", "name", "city")}
        proof = _proven(said)
        saved = add_site(proof=proof).source if options["save"] else ""
        if options["record"]:
            self._write(Path(options["record"]), proof)
        self.tell(as_json(proof, saved), options)
        if not options["json"]:
            self.say(as_text(proof), options)
        if saved:
            words = f"Added as {saved}. It is off: switch it on in the admin (Sources), or read it now:"
            self.say(f"{words} manage.py scraping run {saved}", options)
        if proof.judged.level != "good":
            raise CommandError(f"It can be read, with doubts: {proof.judged.percent} %.", returncode=PARTLY)

    def _write(self, file: Path, proof: Proof) -> None:
        try:
            file.write_text(json.dumps(proof.recording, ensure_ascii=False, indent=1), encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.", returncode=FAILED) from None


def _proven(said: dict[str, str]) -> Proof:
    try:
        return prove(**said)
    except (UrlRefused, UnknownZone) as refused:
        raise CommandError(refused.detail, returncode=USAGE) from None
