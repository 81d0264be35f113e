"""``manage.py demo``: from nothing to a cinema that sells seats, in one command."""

import json
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from dataclasses import asdict
from functools import partial
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, DjangoHelpFormatter

from catalog.demo.programme import SIZES
from cinema_project import environment
from cinema_project.demo import emptying, people, seeding, serving

EXAMPLES = """examples:
  python manage.py demo                        a small cinema on http://127.0.0.1:8000
  python manage.py demo --reset --seed 7 --size large --no-serve"""


class _Help(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    """Django's options at the end, and the examples as they are written."""


class Command(BaseCommand):
    help = "Fill a database with a demo cinema (films, rooms, screenings, sales, accounts) and serve it."
    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, epilog=EXAMPLES, formatter_class=_Help, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST, help="address to listen on (default %(default)s)")
        parser.add_argument("--port", type=_port, default=settings.PORT, help="port to listen on (default %(default)s)")
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same data (default 1)")
        parser.add_argument("--size", choices=list(SIZES), default="small", help="how much data (default small)")
        parser.add_argument("--reset", action="store_true", help="delete everything in the demo's database first")
        parser.add_argument("--no-serve", action="store_true", help="fill the database and stop")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
        parser.add_argument("--quiet", action="store_true", help="print nothing but errors")

    def handle(self, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("demo makes accounts with a public password: it does not run with DEBUG off.")
        listener = None if options["no_serve"] else _listen(options["host"], options["port"])
        address = _address(options["host"], options["port"]) if listener else None
        if address and settings.SITE_URL == settings.OWN_ADDRESS:
            settings.SITE_URL = address  # links in mails lead to the port asked for here
        if listener:
            _open_media_jobs()
        say = partial(self._say, options["quiet"])
        if options["reset"]:
            say(f"Deleting everything in {emptying.described()}.")
            emptying.empty()
        contents = seeding.fill(seed=options["seed"], size=options["size"], say=say)
        if not options["quiet"]:
            self.stdout.write(_as_json(contents, address) if options["json"] else _as_table(contents, address))
            self.stdout.flush()
        if listener:
            serving.serve(listener)

    def _say(self, quiet: bool, sentence: str) -> None:
        if not quiet:
            self.stderr.write(sentence, self.style.NOTICE if self.stderr.isatty() else None)


def _open_media_jobs() -> None:
    """Let the demo fetch what it may, and know a key, unless the environment says otherwise."""
    if not environment.is_set("MEDIA_RIGHTS_CONFIRMED"):
        settings.MEDIA_RIGHTS_CONFIRMED = True
    if not settings.API_KEYS:
        settings.API_KEYS = [people.API_KEY]


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65_536:
        raise ArgumentTypeError(f"{text} is not a port: choose a number from 1 to 65535")
    return int(text)


def _listen(host: str, port: int) -> Any:
    try:
        return serving.listen(host, port)
    except serving.PortTaken as taken:
        raise CommandError(str(taken)) from taken


def _address(host: str, port: int) -> str:
    """Return what to type into a browser on this machine."""
    address = ip_address(host) if host[:1].isdigit() or ":" in host else None
    if address is not None and address.is_unspecified:
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _addresses(address: str) -> dict[str, str]:
    return {
        "Site": f"{address}/",
        "Staff": f"{address}/admin/",
        "API": f"{address}/api/v1/",
        "API guide": f"{address}/docs",
    }


def _logins() -> list[tuple[str, str]]:
    shown = [(account.email, account.purpose) for account in people.SHOWN]
    return [*shown, (f"user1 ... user{people.CUSTOMERS}@cinema.test", "customers")]


def _as_table(contents: seeding.Contents, address: str | None) -> str:
    counts = ", ".join(f"{count:,} {noun}" for noun, count in asdict(contents).items())
    lines = ["", f"The demo has {counts}.", ""]
    if address:
        lines += [f"  {name:<32}{url}" for name, url in _addresses(address).items()] + [""]
    lines += [f"  {email:<32}{purpose}" for email, purpose in _logins()]
    lines += ["", f"  Password of all: {people.PASSWORD}"]
    if people.API_KEY in settings.API_KEYS:
        lines += [f"  API key: {people.API_KEY}"]
    lines += [""]
    if address:
        lines += ["Serving. Ctrl-C ends it.", ""]
    return "\n".join(lines)


def _as_json(contents: seeding.Contents, address: str | None) -> str:
    return json.dumps(
        {
            "contents": asdict(contents),
            "addresses": _addresses(address) if address else {},
            "password": people.PASSWORD,
            "accounts": [account.email for account in (*people.SHOWN, *people.CROWD)],
        }
    )
