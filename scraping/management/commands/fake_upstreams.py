"""``manage.py fake_upstreams``: the sites we read, played by this machine, for trying things out and for tests."""

import argparse
import json
import threading
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from scraping.fakes.cinemas import SITES, FakeCinemas
from scraping.fakes.events import FEEDS, FakeEvents
from scraping.fakes.faults import Accidents
from scraping.fakes.guards import PASSWORD, PHONE
from scraping.fakes.serving import Served, serving
from scraping.fakes.tix import FakeTix
from scraping.fakes.world import THEATRES, World

FAILED, HIGHEST_PORT = 1, 65535
EXAMPLES = """examples:
  manage.py fake_upstreams                          serve, print the settings to export, stop with Ctrl-C
  manage.py fake_upstreams --port 8701 --accidents 0.02 --lag 2 --truth truth.json

exit codes: 0 stopped by Ctrl-C, 1 could not start"""


class Command(BaseCommand):
    help = "Serve made-up copies of the sites we read on this machine; nothing here leaves it."
    requires_system_checks: list[str] = []
    stopped: threading.Event

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        formatted = {"epilog": EXAMPLES, "formatter_class": argparse.RawDescriptionHelpFormatter}
        return super().create_parser(prog_name, subcommand, **kwargs | formatted)

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=0, help="The first of three ports (default: any free).")
        parser.add_argument("--seed", type=int, default=1, help="The same seed makes the same market.")
        parser.add_argument("--theatres", type=int, default=THEATRES, help="How many cinemas in the 83 cities.")
        parser.add_argument("--accidents", type=float, default=0, help="Share of requests that fail when first made.")
        parser.add_argument("--lag", type=float, default=0, help="Seconds for which a refreshed token is refused.")
        parser.add_argument("--latency", type=float, default=0, help="Seconds that every answer takes.")
        parser.add_argument("--rate", type=int, help="Requests a second; more are answered with 429.")
        parser.add_argument("--truth", metavar="FILE", help="Write what a right run finds today, as JSON.")
        parser.add_argument("--env", metavar="FILE", help="Write the settings there as well, for a shell to source.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object instead of a text.")

    def handle(self, *args: Any, **options: Any) -> None:
        site = FakeTix(World(seed=options["seed"], theatres=max(options["theatres"], 83)))
        site.guard.lag = options["lag"]
        try:
            port, second, third = _ports(options["port"])
            with (
                serving(site, port=port) as served,
                serving(FakeCinemas(site.world), port=second) as more,
                serving(FakeEvents(seed=options["seed"]), port=third) as town,
            ):
                for one in (served, more, town):
                    one.latency, one.most_per_second = options["latency"], options["rate"]
                served.accidents = Accidents(options["accidents"], options["seed"]) if options["accidents"] else None
                if options["truth"]:
                    truth = json.dumps(site.world.truth(site.today), ensure_ascii=False, indent=1)
                    Path(options["truth"]).write_text(truth, encoding="utf-8")
                self._tell(served, more, town, site, options["env"], as_json=options["json"])
                self._wait()
        except OSError as error:
            raise CommandError(f"The fakes could not start: {error}.", returncode=FAILED) from None

    def _tell(
        self, served: Served, more: Served, town: Served, site: FakeTix, file: str | None, *, as_json: bool
    ) -> None:
        settings = {
            "TIX_BASE_URL": served.url,
            "TIX_WEB_URL": served.url,
            "TIX_PHONE_NUMBER": PHONE,
            "TIX_PASSWORD": PASSWORD,
            "TIX_RSA_PUBLIC_KEY": site.guard.public_key.strip().replace("\n", "\\n"),
            "TIX_REQUESTS_PER_SECOND": "50",
            "EVENTS_SOURCE_URL": ",".join(f"{town.url}/{feed}" for feed in FEEDS),
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
            self.stdout.write(f"A town's events, as JSON, RSS, iCalendar and a page: {town.url}/{FEEDS[0]}")
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


def _ports(first: int) -> list[int]:
    """Return three ports from the first on; 0, which is any that is free, after the highest there is."""
    return [port if first and port <= HIGHEST_PORT else 0 for port in range(first, first + 3)]
