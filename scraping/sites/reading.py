"""How a site is read: where it begins, by which adapter, and what its pages do not say."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from scraping.showings import Programme
from scraping.sources.base import Client, Payload, Unit


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of a site.

    :param url: the page that was pasted
    :param adapter: one of ``adapters.ADAPTERS``
    :param zone: of the cinema, for times without an offset, and for its days
    :param name: of the cinema, where its pages do not say
    :param city: under which its showings are listed; in capitals, may be empty
    :param api: of Vista, without a slash at the end; ``site_ids`` are the houses to ask it for
    """

    url: str
    adapter: str
    zone: str
    name: str
    city: str = ""
    api: str = ""
    site_ids: tuple[str, ...] = ()

    @property
    def clock(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


class Adapter(Protocol):
    """One way to read sites. What it knows of a site is its reading."""

    def plan(self) -> Iterable[Unit]:
        """Yield the pages to begin with."""
        ...

    def fetch(self, unit: Unit, client: Client) -> Payload:
        """Fetch a page. Raises as ``sources.base.Source.fetch`` does."""
        ...

    def read(self, unit: Unit, payload: Payload) -> Programme:
        """Return what a page shows when.

        :raises ValueError: if it is none of this kind
        """
        ...

    def follow(self, unit: Unit, payload: Payload) -> Iterable[Unit]:
        """Yield the pages to which a page leads.

        :raises ReadInPart: at the end, if there are more than are followed
        """
        ...
