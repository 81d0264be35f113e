"""Looks at a page of a cinema, and says whether and how it can be read. Nothing is stored but the host's manners."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings

from cinema_project.common import clock
from cinema_project.common.errors import DomainError, Invalid, Upstream
from cinema_project.common.public_urls import check_fetchable_url
from scraping.fetching.lone import asking_for
from scraping.fetching.session import Session
from scraping.schema_org.blocks import read_page
from scraping.schema_org.nodes import Graph, kinds_of
from scraping.showings import Showing
from scraping.sites.adapters import JSON_LD, MICRODATA, VISTA, WORDS, adapter_of
from scraping.sites.confidence import Judged, Seen, judge
from scraping.sites.pages import decoded
from scraping.sites.reading import Adapter, Reading
from scraping.sites.recording import Document, recorded
from scraping.sites.records import told_by
from scraping.sites.vista_site import api_in
from scraping.sources.base import Payload, Unit, UnitGone
from scraping.sources.site import SiteSource

MOST_READ, MOST_SECONDS = 6, 25.0
"""Pages of a preview, and how long it may take to fetch them."""
ELSEWHERE = ZoneInfo("Etc/GMT+12")
"""A clock that is like no cinema's: what is read otherwise on it says no offset."""


class NothingReadable(Upstream):
    """The page tells no showings in a way that we can read."""

    code = "nothing_readable"


class UnknownZone(Invalid):
    code = "unknown_zone"


@dataclass(frozen=True, slots=True)
class Proof:
    """What can be read of a site.

    :param showings: those of the pages that were looked at, by time
    :param faults: what could not be read, in words; ``mended``: what was, though it is not in order
    :param pages: how many were read; ``left``: how many more are known
    """

    reading: Reading
    judged: Judged
    showings: tuple[Showing, ...]
    faults: tuple[str, ...]
    mended: tuple[str, ...]
    pages: int
    left: int
    recording: Document = field(repr=False)


@dataclass
class _Sample:
    read: list[tuple[Unit, Payload]] = field(default_factory=list)
    showings: dict[str, Showing] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)
    repeated: int = 0
    left: int = 0


class _Client(Session):
    """Asks as a run does; the page that was looked at first is not fetched again."""

    first: Payload

    def get(self, url: str, **asked: Any) -> Payload:
        return self.first if url == self.first.url else super().get(url, **asked)


def prove(*, url: str, zone: str = "", name: str = "", city: str = "") -> Proof:
    """Look at a page, read what it shows as a run would, and judge it.

    :param zone: of the cinema, as ``Asia/Jakarta``; that of TIX's days is assumed if nothing is said
    :param name: of the cinema, if its pages do not say, or say it otherwise
    :raises UrlRefused: if the address is none that may be fetched
    :raises UnknownZone: if there is no such zone
    :raises NothingReadable: if it tells nothing that can be read
    :raises DomainError: if it cannot be fetched, or its host wants no robots there
    """
    url = url.strip() if "://" in url else f"https://{url.strip()}"
    if zone and zone not in available_timezones():
        raise UnknownZone(f"“{zone}” is no time zone: write it like Asia/Jakarta or Europe/Berlin.")
    check_fetchable_url(url, loopback=settings.FETCH_ALLOW_LOOPBACK)
    asked = Reading(url, JSON_LD, zone or settings.TIX_TIME_ZONE, name.strip(), city.strip().upper())
    with asking_for(SiteSource("prove", asked)) as session:
        first = session.get(url)
        client = _Client(session.tools)
        client.first = first
        reading = _found(replace(asked, url=first.url), first)
        sample = _sampled(adapter_of(reading), reading, client)
    if not sample.showings:
        raise NothingReadable(_nothing_in(reading, sample))
    return _proof(_named(reading, sample.showings.values()), sample, zone_given=bool(zone))


def _found(asked: Reading, page: Payload) -> Reading:
    """Return how a page is best read.

    :raises NothingReadable: if there is no way
    """
    readings = [replace(asked, adapter=adapter) for adapter in (JSON_LD, MICRODATA)]
    told = {reading.adapter: _told_at_once(reading, page) for reading in readings}
    best = max(readings, key=lambda reading: told[reading.adapter])
    if told[best.adapter][0]:
        return best
    api, site_ids = api_in(decoded(page.content, page.content_type), asked.url)
    if api:
        return replace(asked, adapter=VISTA, api=api, site_ids=site_ids)
    if told[best.adapter][1]:
        return best
    raise NothingReadable(_why_nothing(page))


def _told_at_once(reading: Reading, page: Payload) -> tuple[int, int]:
    """Return how many showings a page tells, and to how many pages it leads."""
    adapter = adapter_of(reading)
    [unit] = adapter.plan()
    showings = len(adapter.read(unit, page).showings)
    try:
        return showings, len(list(adapter.follow(unit, page)))
    except ValueError:  # there are too many; the sample says so
        return showings, 1


def _why_nothing(page: Payload) -> str:
    nothing = "This page cannot be read: it tells no showtimes as schema.org data, and names no API of Vista."
    kind = page.content_type.partition(";")[0]
    if kind not in ("", "text/html", "application/xhtml+xml"):
        return f"{nothing} It is no page but {kind}."
    data = read_page(decoded(page.content, page.content_type))
    kinds = sorted({kind for one in Graph(data.blocks).found for kind in kinds_of(one.node)})
    said = f" Its data speak of {', '.join(kinds[:8])} only." if kinds else ""
    return " ".join([nothing + said, *data.faults[:3], "Paste the page that lists the showtimes, if there is another."])


def _sampled(adapter: Adapter, reading: Reading, client: Session) -> _Sample:
    """Read the first pages of a site.

    :raises DomainError: if the very first cannot be fetched
    """
    sample, waiting, until = _Sample(), list(adapter.plan()), time.monotonic() + MOST_SECONDS
    while waiting and len(sample.read) < MOST_READ and time.monotonic() < until:
        unit = waiting.pop(0)
        try:
            payload = adapter.fetch(unit, client)
        except (DomainError, UnitGone) as error:
            if not sample.read:
                raise _of_api(reading, error) from None
            sample.faults.append(f"{unit.key}: {error}")
            continue
        sample.read.append((unit, payload))
        try:
            _take(sample, adapter, reading, unit, payload)
            for one in adapter.follow(unit, payload):
                if one not in waiting:
                    waiting.append(one)
        except ValueError as error:
            sample.faults.append(f"{unit.key}: {error}")
    sample.left = len(waiting)
    return sample


def _of_api(reading: Reading, error: Exception) -> Exception:
    if reading.adapter != VISTA:
        return error
    return NothingReadable(f"The page asks Vista's API at {reading.api}, which cannot be read: {error}")


def _take(sample: _Sample, adapter: Adapter, reading: Reading, unit: Unit, payload: Payload) -> None:
    programme = adapter.read(unit, payload)
    sample.faults += [f"{unit.key}: {fault}" for fault in programme.faults]
    sample.mended += programme.mended
    for one in told_by(reading, programme):
        sample.repeated += one.showing_id in sample.showings
        sample.showings.setdefault(one.showing_id, one.showing)


def _nothing_in(reading: Reading, sample: _Sample) -> str:
    way = WORDS[reading.adapter]
    if sample.faults:
        return f"No showing could be read from {way}: {' '.join(sample.faults[:3])}"
    return f"No showing is told now by {way}: try again when there are some, or paste another page."


def _named(reading: Reading, showings: Iterable[Showing]) -> Reading:
    """Return a reading with a name: as given, else of the one house that is told, else of the host."""
    places = {one.place for one in showings if one.place}
    name = reading.name or (places.pop() if len(places) == 1 else urlsplit(reading.url).hostname or "")
    return replace(reading, name=name[:200])


def _proof(reading: Reading, sample: _Sample, *, zone_given: bool) -> Proof:
    now, showings = clock.now(), sorted(sample.showings.values(), key=lambda one: (one.starts_at, one.title))
    seen = Seen(showings, sample.repeated, len(sample.faults), _zone_matters(reading, sample), zone_given)
    return Proof(
        reading,
        judge(seen, reading, now),
        tuple(showings),
        tuple(sample.faults),
        tuple(sample.mended),
        len(sample.read),
        sample.left,
        recorded(reading, sample.read, now),
    )


def _zone_matters(reading: Reading, sample: _Sample) -> bool:
    """Tell whether another zone would make other moments of the same pages."""
    if reading.adapter == VISTA:
        return False
    elsewhere = adapter_of(replace(reading, zone=ELSEWHERE.key))
    moments = {one.starts_at for unit, payload in sample.read for one in elsewhere.read(unit, payload).showings}
    return not {one.starts_at for one in sample.showings.values()} <= moments


def remarks(proof: Proof, most: int) -> list[str]:
    """Return what was mended and what could not be read, in words: at most so many of each, and how many more."""
    told = []
    for word, said in (("Mended", proof.mended), ("Not read", proof.faults)):
        told += [f"{word}: {one}" for one in said[:most]]
        told += [f"{word}: {len(said) - most} more."] if len(said) > most else []
    return told


def preview(proof: Proof, most: int) -> list[Mapping[str, str]]:
    """Return the showings to come, then those that are over, as people read them: at most so many."""
    now, clock_there = clock.now(), proof.reading.clock
    by_use = sorted(proof.showings, key=lambda one: (one.starts_at <= now, one.starts_at))
    return [
        {
            "day": f"{one.starts_at.astimezone(clock_there):%a %d %b}",
            "time": f"{one.starts_at.astimezone(clock_there):%H:%M}",
            "film": one.title + (f" ({one.year})" if one.year else ""),
            "place": ", ".join(filter(None, (one.place or proof.reading.name, one.screen))),
            "price": f"{one.price:,} {one.currency}".strip() if one.price is not None else "",
            "notes": "; ".join(filter(None, ("sold out" * one.is_sold_out, *(why for _, why in one.doubts)))),
        }
        for one in by_use[:most]
    ]
