"""``python -m bench``: half a dozen scenarios, one table in bench/RESULTS.md, exit code 1 when a *must* is missed."""

import argparse
import sys
import tempfile
from pathlib import Path

import psycopg

from bench import world
from bench.report import Report
from bench.scenarios import accounts, catalogue, events, market, media, racing, reading, rush, selling, watching
from bench.stage import FEW_TICKETS, Theatre

MANY_TICKETS = 1_000_000
SCENARIOS = (
    "reading",
    "selling",
    "racing",
    "watching",
    "rush",
    "accounts",
    "catalogue",
    "events",
    "market",
    "media",
    "growth",
)


def main() -> int:
    options = arguments()
    wanted = options.only.split(",")
    report = Report(quick=options.quick)
    with tempfile.TemporaryDirectory(prefix="cinema-bench-") as folder, Theatre(Path(folder), options.quick) as theatre:
        if set(wanted) - {"catalogue", "events", "market", "media", "growth"}:
            daily(theatre, report, wanted)
        if "catalogue" in wanted:
            with theatre.stage("http") as stage:
                catalogue.measure(stage, report)
        if "events" in wanted:
            with theatre.stage("http") as stage:
                events.measure(stage, report)
        if "media" in wanted:
            with theatre.stage("http") as stage:
                media.measure(stage, report)
        if "market" in wanted:
            with theatre.stage() as stage:
                market.measure(stage, report)
        if "growth" in wanted:
            growth(theatre, report)
        if options.only == ",".join(SCENARIOS) and not options.quick:
            report.write(theatre.postgresql_version, theatre.others.share())
    return 0 if report.passed else 1


def daily(theatre: Theatre, report: Report, wanted: list[str]) -> None:
    """Measure what happens every day."""
    with theatre.stage("http", "sockets", "relay") as stage:
        sales = selling.Sales(stage.tokens)
        if "reading" in wanted:
            reading.measure(stage, report)
        if "selling" in wanted:
            selling.measure(stage, report, sales)
        if "racing" in wanted:
            racing.measure(stage, report, sales)
        if "watching" in wanted:
            watching.measure(stage, report)
        if "rush" in wanted:
            rush.measure(stage, report)
        if "accounts" in wanted:
            accounts.measure(stage, report)


def growth(theatre: Theatre, report: Report) -> None:
    """Compare two cinemas that differ in their past."""
    with theatre.stage("http", "relay") as few, theatre.stage("http", "relay") as many:
        with psycopg.connect(many.product.database_url, autocommit=True) as connection:
            world.add_past_tickets(connection, FEW_TICKETS, MANY_TICKETS)
        selling.compare(few, many, report)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short slices and two pairs: a look, no verdict")
    parser.add_argument("--only", default=",".join(SCENARIOS), help="some of the scenarios, separated by commas")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
