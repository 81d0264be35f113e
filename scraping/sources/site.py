"""A site that staff added by its address: its pages are the units, and its adapter reads them."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from scraping.sites.adapters import adapter_of
from scraping.sites.reading import Reading
from scraping.sites.records import records_of
from scraping.sites.schemas import SiteListing, SiteShowing, SiteTheatre
from scraping.sources.base import Client, Note, Payload, Record, Rules, Unit

PER_SECOND = 1.0


class SiteSource:
    """Reads one site, whole in each run.

    A page without any showing is suspect: then nothing is taken for vanished.
    """

    version = 1
    schemas: Mapping[str, type[BaseModel]] = {"listing": SiteListing, "theatre": SiteTheatre, "showing": SiteShowing}

    def __init__(self, name: str, reading: Reading) -> None:
        self.name, self.reading = name, reading
        self.trusted: Collection[str] = ()
        self.rules = Rules(per_second=PER_SECOND, threads=2, attempts=4, seconds=20.0, least={"showing": 1})
        self.adapter = adapter_of(reading)

    def whole(self, options: Mapping[str, Any]) -> Collection[str]:
        return {"listing", "showing"}

    def plan(self, options: Mapping[str, Any]) -> Iterator[Unit]:
        yield from self.adapter.plan()

    def fetch(self, unit: Unit, client: Client) -> Payload:
        return self.adapter.fetch(unit, client)

    def parse(self, unit: Unit, payload: Payload) -> Iterator[Record | Unit | Note]:
        programme = self.adapter.read(unit, payload)
        yield from records_of(self.reading, programme)
        if programme.faults:
            first, more = programme.faults[0], len(programme.faults) - 1
            yield Note(f"Not read in {unit.key}: {first}" + (f" And {more} more." if more else ""))
        yield from self.adapter.follow(unit, payload)
