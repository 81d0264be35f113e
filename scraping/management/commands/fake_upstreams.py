"""``manage.py fake_upstreams``: the sites we read, played by this machine, for trying things out and for tests."""

import argparse
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from scraping.fakes.cinemas import SITES, FakeCinemas
from scraping.fakes.drive import FakeDrive, credentials_file
from scraping.fakes.events import FEEDS, FakeEvents
from scraping.fakes.faults import Accidents
from scraping.fakes.guards import PASSWORD, PHONE
from scraping.fakes.serving import Served, serving
from scraping.fakes.tiktok import FakeTikTok, videos_of
from scraping.fakes.tix import FakeTix
from scraping.fakes.world import THEATRES, World
from scraping.management.talking import FAILED, number_from

HIGHEST_PORT = 65535
FEWEST, MOST_THEATRES = 83, 5000
"""Cinemas: one a city at least."""
USERS = ("khaby.lame", "roxy.cinema", "film.talk")
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
        number("port", number_from(0, HIGHEST_PORT, int), 0, "The first of five ports (default: any free).")
        number("seed", int, 1, "The same seed makes the same market.")
        number("theatres", many, THEATRES, f"How many cinemas in the 83 cities ({THEATRES}).")
        number("accidents", number_from(0, 1), 0, "Share of requests that fail when first made.")
        number("lag", seconds, 0, "Seconds for which a refreshed token is refused.")
        number("latency", seconds, 0, "Seconds that every answer takes.")
        number("rate", number_from(1, kind=int), None, "Requests a second; more are answered with 429.")
        number("videos", number_from(0, kind=int), 60, "How many each user of the made-up TikTok has.")
        parser.add_argument("--serve-tags", action="store_true", help="That TikTok serves hashtags to programs, too.")
        parser.add_argument("--no-drive", action="store_true", help="Leave files of videos in the cinema's storage.")
        parser.add_argument("--truth", metavar="FILE", help="Write what a right run finds today, as JSON.")
        parser.add_argument("--env", metavar="FILE", help="Write the settings there as well, for a shell to source.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object instead of a text.")

    def handle(self, *args: Any, **options: Any) -> None:
        site = FakeTix(World(seed=options["seed"], theatres=options["theatres"]))
        site.guard.lag = options["lag"]
        try:
            tiktok = FakeTikTok({user: videos_of(user, options["videos"]) for user in USERS}, options["serve_tags"])
            ports = _ports(options["port"], 5)
            with (
                serving(site, port=ports[0]) as served,
                serving(FakeCinemas(site.world), port=ports[1]) as more,
                serving(FakeEvents(seed=options["seed"]), port=ports[2]) as town,
                serving(tiktok, port=ports[3]) as clips,
                serving(FakeDrive(), port=ports[4]) as drive,
            ):
                for one in (served, more, town):
                    one.latency, one.most_per_second = options["latency"], options["rate"]
                clips.latency = options["latency"]
                served.accidents = Accidents(options["accidents"], options["seed"]) if options["accidents"] else None
                if options["truth"]:
                    truth = json.dumps(site.world.truth(site.today), ensure_ascii=False, indent=1)
                    Path(options["truth"]).write_text(truth, encoding="utf-8")
                media = media_settings(clips, None if options["no_drive"] else drive, options["env"])
                self._tell(served, more, town, site, media, options["env"], as_json=options["json"])
                self._wait()
        except OSError as error:
            raise CommandError(f"The fakes could not start: {error}.", returncode=FAILED) from None

    def _tell(
        self,
        served: Served,
        more: Served,
        town: Served,
        site: FakeTix,
        media: dict[str, str],
        file: str | None,
        *,
        as_json: bool,
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
            **media,
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
            users = ", ".join(USERS)
            self.stdout.write(f"A TikTok of our own: {media['TIKTOK_BASE_URL']} (users {users}), and a Google Drive.")
            self.stdout.write("Let the cinema read them; in another terminal:\n")
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


def _ports(first: int, number: int) -> list[int]:
    """Return so many ports from the first on; 0, which is any that is free, after the highest there is."""
    return [port if first and port <= HIGHEST_PORT else 0 for port in range(first, first + number)]


def media_settings(tiktok: Served, drive: Served | None, env: str | None) -> dict[str, str]:
    """Return the settings that lead media jobs to the fakes; the credentials file lies beside that of ``--env``."""
    found = {"TIKTOK_BASE_URL": tiktok.url, "TIKTOK_REQUESTS_PER_SECOND": "50", "MEDIA_RIGHTS_CONFIRMED": "true"}
    if drive is None or env is None:
        return found
    file = Path(env).absolute().with_suffix(".drive.json")
    file.write_text(credentials_file(drive.url), encoding="utf-8")
    file.chmod(0o600)
    return found | {"GOOGLE_DRIVE_BASE_URL": drive.url, "GOOGLE_DRIVE_CREDENTIALS": str(file)}
