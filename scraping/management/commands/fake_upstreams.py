"""``manage.py fake_upstreams``: the sites we read, played by this machine, for trying things out and for tests."""

import argparse
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from scraping.fakes.cinemas import SITES, FakeCinemas
from scraping.fakes.faults import Accidents
from scraping.fakes.guards import PASSWORD, PHONE
from scraping.fakes.serving import Served, serving
from scraping.fakes.tix import FakeTix
from scraping.fakes.world import THEATRES, World
from scraping.management.talking import FAILED, number_from

HIGHEST_PORT = 65535
FEWEST, MOST_THEATRES = 83, 5000
"""Cinemas: one a city at least."""
EXAMPLES = """examples:
  manage.py fake_upstreams                          serve, print the settings to export, stop with Ctrl-C
  manage.py fake_upstreams --port 8701 --accidents 0.02 --lag 2 --truth truth.json

exit codes: 0 stopped by Ctrl-C, 1 could not start, 2 wrong call"""


class Command(BaseCommand):
    help = "Serve made-up copies of the sites we read on this machine; nothing here leaves it."
    requires_system_checks: list[str] = []
    stopped: threading.Event

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        formatted = {"epilog": EXAMPLES, "formatter_class": argparse.RawDescriptionHelpFormatter}
        return super().create_parser(prog_name, subcommand, **kwargs | formatted)

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        def number(name: str, kind: Callable[[str], float], default: float | None, words: str) -> None:
            parser.add_argument(f"--{name}", type=kind, default=default, help=words)

        many, seconds = number_from(FEWEST, MOST_THEATRES, int), number_from(0)
        number("port", number_from(0, HIGHEST_PORT, int), 0, "The port, and the next one (default: any free).")
        number("seed", int, 1, "The same seed makes the same market.")
        number("theatres", many, THEATRES, f"How many cinemas in the 83 cities ({THEATRES}).")
        number("accidents", number_from(0, 1), 0, "Share of requests that fail when first made.")
        number("lag", seconds, 0, "Seconds for which a refreshed token is refused.")
        number("latency", seconds, 0, "Seconds that every answer takes.")
        number("rate", number_from(1, kind=int), None, "Requests a second; more are answered with 429.")
        parser.add_argument("--truth", metavar="FILE", help="Write what a right run finds today, as JSON.")
        parser.add_argument("--env", metavar="FILE", help="Write the settings there as well, for a shell to source.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object instead of a text.")

    def handle(self, *args: Any, **options: Any) -> None:
        site = FakeTix(World(seed=options["seed"], theatres=options["theatres"]))
        site.guard.lag = options["lag"]
        try:
            beside = options["port"] + 1 if 0 < options["port"] < HIGHEST_PORT else 0
            with serving(site, port=options["port"]) as served, serving(FakeCinemas(site.world), port=beside) as more:
                for one in (served, more):
                    one.latency, one.most_per_second = options["latency"], options["rate"]
                served.accidents = Accidents(options["accidents"], options["seed"]) if options["accidents"] else None
                if options["truth"]:
                    truth = json.dumps(site.world.truth(site.today), ensure_ascii=False, indent=1)
                    Path(options["truth"]).write_text(truth, encoding="utf-8")
                self._tell(served, more, site, options["env"], as_json=options["json"])
                self._wait()
        except OSError as error:
            raise CommandError(f"The fakes could not start: {error}.", returncode=FAILED) from None

    def _tell(self, served: Served, more: Served, site: FakeTix, file: str | None, *, as_json: bool) -> None:
        settings = {
            "TIX_BASE_URL": served.url,
            "TIX_WEB_URL": served.url,
            "TIX_PHONE_NUMBER": PHONE,
            "TIX_PASSWORD": PASSWORD,
            "TIX_RSA_PUBLIC_KEY": site.guard.public_key.strip().replace("\n", "\\n"),
            "TIX_REQUESTS_PER_SECOND": "50",
            "FETCH_ALLOW_LOOPBACK": "true",
        }
        exports = [f"export {name}='{value}'\n" for name, value in settings.items()]
        if file:
            Path(file).write_text("".join(exports), encoding="utf-8")
        world = site.world
        facts = {"cities": len(world.cities), "theatres": len(world.theatres), "films": len(world.films)}
        sites = {name: f"{more.url}/{name}/" for name in SITES}
        if as_json:
            self.stdout.write(json.dumps({"url": served.url, "sites": sites, "settings": settings, **facts}))
        else:
            counted = ", ".join(f"{number} {name}" for name, number in facts.items())
            self.stdout.write(f"A TIX of our own: {served.url} ({counted}). Its login page: {served.url}/login")
            self.stdout.write("Let the cinema read it; in another terminal:\n")
            self.stdout.writelines(exports)
            self.stdout.write("\nSites of cinemas, for manage.py scraping prove:\n")
            self.stdout.writelines(f"{address}\n" for address in sites.values())
            self.stdout.write("\nCtrl-C stops it.")
        self.stdout.flush()

    def _wait(self) -> None:
        """Wait for Ctrl-C, or for whoever holds ``stopped``."""
        self.stopped = getattr(self, "stopped", None) or threading.Event()
        try:
            self.stopped.wait()
        except KeyboardInterrupt:
            self.stderr.write("Stopped.")
