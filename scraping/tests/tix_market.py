"""A small TIX of our own that is read over real HTTP, and what a right run makes of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cinema_project.common import outbox
from cinema_project.tests.clock import Clock
from scraping import background
from scraping.fakes.guards import PASSWORD, PHONE
from scraping.fakes.serving import Served, serving
from scraping.fakes.tix import FakeTix
from scraping.fakes.world import World
from scraping.models import MarketFilm, MarketListing, MarketShowtime, MarketTheatre, Run
from scraping.services import execution
from scraping.services.runs import start_run
from scraping.sources.registry import SOURCES
from scraping.sources.tix import TixListings
from scraping.sources.tix_films import TixFilms
from scraping.sources.tix_seats import TixSeats

MORNING = datetime(2026, 11, 20, 23, tzinfo=UTC)
"""Six in the morning of 21 November in Jakarta."""


class Clocks:
    """The product's clock, and a site's own that runs along with it: the site does not ask our database."""

    def __init__(self, ours: Clock) -> None:
        self.ours, self.offset = ours, timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def go_to(self, moment: datetime) -> None:
        self.travel(moment - self())

    def travel(self, time: timedelta) -> None:
        self.offset += time
        self.ours.travel(time.total_seconds())


@dataclass
class Market:
    """The site, how it is served, its time, and our sources that read it as fast as they can."""

    site: FakeTix
    served: Served
    clocks: Clocks
    handed: list[int]
    """Runs that the broker would carry to the workers."""

    def run(self, source: str = "tix", **options: Any) -> Run:
        """Let a run go the whole way: outbox, task, slices of work, and whoever tends runs that wait."""
        run, _ = start_run(source=source, options=options)
        while run.is_live:
            execution.tend()
            outbox.deliver_due()
            for run_id in [*self.handed]:
                background.work_on_run(run_id=run_id)
            self.handed.clear()
            run.refresh_from_db()
        return run

    def asked(self, path: str) -> int:
        return sum(one.path.startswith(path) for one in list(self.served.asked))


@contextmanager
def market(settings: Any, monkeypatch: Any, clock: Clock, world: World, **rules: Any) -> Iterator[Market]:
    """Serve a world at six in the morning; every source asks it without a pace, and tries twice."""
    clocks = Clocks(clock)
    clocks.go_to(MORNING)
    site = FakeTix(world, clock=clocks)
    with serving(site) as served:
        settings.TIX_BASE_URL = settings.TIX_WEB_URL = served.url
        settings.TIX_PHONE_NUMBER, settings.TIX_PASSWORD = PHONE, PASSWORD
        settings.TIX_RSA_PUBLIC_KEY = site.guard.public_key
        changed = {"per_second": None, "attempts": 2, "least": {}, **rules}
        for name, kind in (("tix", TixListings), ("tix-films", TixFilms), ("tix-seats", TixSeats)):
            monkeypatch.setitem(SOURCES, name, lambda kind=kind: quick(kind(), changed))
        handed: list[int] = []
        monkeypatch.setattr(background.work_on_run, "delay", lambda *, run_id: handed.append(run_id))
        yield Market(site, served, clocks, handed)


def quick(source: Any, changed: dict[str, Any]) -> Any:
    source.rules = replace(source.rules, **changed)
    return source


def truth(site: FakeTix) -> dict[str, Any]:
    """Return what the tables hold after a right run, in the fake's own words."""
    told = site.world.truth(site.today)
    shown = {one["movie_id"]: one for one in told["films"]}
    listed = {
        (city.name, film.movie_id): sorted(site._chains(film, city))
        for city in site.world.cities
        for film in site._films(city)
    }
    return {
        "films": {movie: (shown[movie]["title"], [shown[movie]["genre"]]) for _, movie in listed},
        "listings": listed,
        "theatres": {
            one["id"]: (one["name"], one["chain"], one["city"], one["address"], one["latitude"], one["longitude"])
            for one in told["theatres"]
        },
        "showings": {
            one["id"]: (
                *(one["movie_id"], one["theatre_id"], one["studio"], one["category"], one["price"]),
                *(datetime.fromisoformat(one["starts_at"]), told["day"]),
            )
            for one in told["showings"]
        },
    }


def tables() -> dict[str, Any]:
    """Return what the tables hold, but for what vanished."""
    films = MarketFilm.objects.values_list("upstream_id", "title", "genres")
    listings = MarketListing.objects.filter(vanished_at=None)
    theatres = ("upstream_id", "name", "merchant", "city", "address", "latitude", "longitude")
    names = ("film__upstream_id", "theatre__upstream_id", "studio", "category", "price", "starts_at", "day")
    showtimes = MarketShowtime.objects.filter(vanished_at=None).values_list("upstream_id", *names)
    return {
        "films": {row[0]: row[1:] for row in films},
        "listings": {row[:2]: row[2] for row in listings.values_list("city", "film__upstream_id", "merchants")},
        "theatres": {row[0]: row[1:] for row in MarketTheatre.objects.values_list(*theatres)},
        "showings": {row[0]: (*row[1:-1], row[-1].isoformat()) for row in showtimes},
    }
