"""Events of the town: the addresses of EVENTS_SOURCE_URL, whatever they are made of, or the sample that comes along."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import orjson
from django.conf import settings
from pydantic import BaseModel

from cinema_project.common.fetching.fetcher import origin_of
from scraping.events.ical import read_calendar
from scraping.events.pages import read_events_page
from scraping.events.records import KIND, ScrapedEvent
from scraping.events.rss import read_feed
from scraping.events.sample import sample_events
from scraping.events.told import Told, address_of, name_of, shared_among
from scraping.sources.base import Client, Payload, ReadInPart, Record, Rules, Unit

NAME = "events"
SAMPLE = "sample:"
MOST_PAGES = 100
ACCEPTED = "application/json, text/calendar, application/rss+xml, application/atom+xml, text/html;q=0.8, */*;q=0.1"


class EventFeeds:
    """One unit an address: ``url``. JSON may go on at an address of the same site that it names as ``next``."""

    name = NAME
    version = 1
    schemas: Mapping[str, type[BaseModel]] = {KIND: ScrapedEvent}

    def __init__(self) -> None:
        self.trusted: Collection[str] = tuple(settings.EVENTS_SOURCE_URL)
        self.rules = Rules(per_second=2.0, threads=2, attempts=3, share_lost=1.0)

    def whole(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        return (KIND,)

    def plan(self, options: Mapping[str, Any]) -> Iterable[Unit]:
        addresses = settings.EVENTS_SOURCE_URL or [SAMPLE]
        return [Unit(f"{number}", {"url": url, "at": options["at"]}) for number, url in enumerate(addresses, 1)]

    def fetch(self, unit: Unit, client: Client) -> Payload:
        if unit.args["url"] == SAMPLE:
            at = datetime.fromisoformat(unit.args["at"])
            return Payload(SAMPLE, orjson.dumps({"events": sample_events(at)}), content_type="application/json")
        return client.get(unit.args["url"], headers={"accept": ACCEPTED})

    def parse(self, unit: Unit, payload: Payload) -> Iterator[Record | Unit]:
        site, content = unit.args["url"], payload.content.lstrip(b"\xef\xbb\xbf \t\r\n")
        now = datetime.fromisoformat(unit.args["at"]).astimezone(UTC)
        if content[:1] in (b"{", b"["):
            yield from _of_json(orjson.loads(content), unit, site)
            return
        listed = list(_told(content, payload, now))
        shared = shared_among(address_of(site, told.url) for told in listed)
        for place, told in enumerate(listed):
            data = told.as_scraped(site, shared)
            yield Record(KIND, data["uuid"], data, path=f"[{place}]")


def _told(content: bytes, payload: Payload, now: datetime) -> Iterator[Told]:
    zone, start = ZoneInfo(settings.TIME_ZONE), content[:200].lower()
    if start.startswith(b"begin:vcalendar"):
        return read_calendar(content, zone, now)
    if any(mark in start for mark in (b"<rss", b"<feed", b"<rdf")) or (
        start.startswith(b"<?xml") and b"<html" not in start
    ):
        return read_feed(content, zone, now)
    return read_events_page(payload.text(), zone)


def _page_of(one: Any, site: str) -> str:
    """Return the address of the event's page, empty if it names none."""
    url = one.get("url") if isinstance(one, dict) else None
    return address_of(site, url) if isinstance(url, str) else ""


def _of_json(document: Any, unit: Unit, site: str) -> Iterator[Record | Unit]:
    listed = document.get("events", []) if isinstance(document, dict) else document
    shared = shared_among(_page_of(one, site) for one in listed)
    for place, one in enumerate(listed):
        data = dict(one) if isinstance(one, dict) else {"event": one}
        own, said = _page_of(one, site), str(data.get("id") or data.get("title") or place)
        name = data.get("uuid") or str(name_of(site, said, own if own not in shared else ""))
        yield Record(KIND, str(name)[:200].lower(), data | {"uuid": name}, path=f"$.events[{place}]")
    following = document.get("next") if isinstance(document, dict) else None
    page = int(unit.args.get("page", 1))
    if isinstance(following, str) and following:
        url = urljoin(site, following)
        if origin_of(url) == origin_of(site):
            if page >= MOST_PAGES:
                raise ReadInPart(f"More than {MOST_PAGES} pages follow each other; the first {MOST_PAGES} are read.")
            yield Unit(f"{unit.key.partition('/')[0]}/{page + 1}", {**unit.args, "url": url, "page": page + 1})
