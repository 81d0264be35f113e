"""``manage.py refresh_token``: the token with which seats are looked at."""

import argparse
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from scraping.management.talking import FAILED, ScrapingCommand, number_from
from scraping.services.tokens import TokenStatus, refresh_token, token_status


class Command(ScrapingCommand):
    help = "Get a new token: refreshed, else by a login, if need be with a browser. The old one stays until then."
    examples = """examples:
  manage.py refresh_token                            get a new one
  manage.py refresh_token --check --check-min-ttl 25  fail unless the present one lasts 25 minutes

exit codes: 0 there is a token, 1 there is none, or it does not last, 2 wrong call, 3 you stopped it"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--check", action="store_true", help="Only say how it stands; nothing is asked of the site."
        )
        parser.add_argument(
            "--check-min-ttl",
            type=number_from(0),
            default=5,
            metavar="MINUTES",
            help="How long it has to last (5).",
        )
        parser.add_argument("--visible", action="store_true", help="Log in with a browser, and show it.")

    def handle(self, *args: Any, **options: Any) -> None:
        status = token_status() if options["check"] else refresh_token(visible=options["visible"])
        self.tell(asdict(status) | {"is_usable": status.is_usable}, options)
        if status.minutes_left is None or status.minutes_left < options["check_min_ttl"]:
            raise CommandError(_words(status, wanted=options["check_min_ttl"]), returncode=FAILED)
        self.say(_words(status), options)


def _words(status: TokenStatus, *, wanted: float = 0) -> str:
    """Say how the token stands.

    :param wanted: how many minutes it was to last, and does not
    """
    failed = f" The last try failed: {status.last_error}" if status.last_error else ""
    if status.minutes_left is None:
        return f"There is no token.{failed} Run manage.py refresh_token."
    again = "it can be refreshed" if status.refreshable else "then a login is needed"
    if status.minutes_left <= 0:
        return f"The token is over; {again}.{failed}"
    short = f", not {wanted:g}" if status.minutes_left < wanted else ""
    return f"The token ({status.got_by}) lasts {status.minutes_left:.0f} more minutes{short}; {again}.{failed}"
