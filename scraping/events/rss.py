"""Events of RSS and Atom feeds. When one begins stands in the modules for events (``ev:``, ``xcal:``).

A feed that knows neither may say it as the entry's date, which is believed only where that is still to come.
"""

import re
from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import feedparser

from scraping.events.told import Told
from scraping.schema_org.values import price_of, start_of, text_of

STARTS = ("ev_startdate", "xcal_dtstart", "event_startdate", "start_date", "startdate")
PLACES = ("ev_location", "xcal_location", "event_location", "location")
PICTURE = re.compile(r"""<img[^>]+src=["']([^"']+)""", re.IGNORECASE)


def read_feed(content: bytes, zone: ZoneInfo, now: datetime) -> Iterator[Told]:
    """Yield what a feed tells; several entries of one event are one with several dates.

    :param zone: of times without an offset
    :param now: when the feed was read
    """
    by_name: dict[str, Told] = {}
    for entry in feedparser.parse(content).entries:
        told = _told(entry, zone, now)
        known = by_name.setdefault(told.name, told)
        if known is not told:
            known.dates += told.dates
    yield from by_name.values()


def _told(entry: Any, zone: ZoneInfo, now: datetime) -> Told:
    title, url = text_of(entry.get("title")), text_of(entry.get("link"))
    return Told(
        name=text_of(entry.get("id")) or url or title,
        title=title,
        dates=[moment for moment in [_start(entry, zone, now)] if moment],
        description=entry.get("summary", ""),
        kinds=[term for tag in entry.get("tags", []) if (term := text_of(tag.get("term")))],
        place=_first(entry, PLACES),
        price=price_of(entry.get("ev_price") or entry.get("price")),
        picture=_picture(entry),
        url=url,
    )


def _start(entry: Any, zone: ZoneInfo, now: datetime) -> datetime | None:
    if said := _first(entry, STARTS):
        found = start_of(said, zone)
        return found.moment if found else None
    published = entry.get("published_parsed") or entry.get("updated_parsed")
    moment = datetime.fromtimestamp(timegm(published), UTC) if published else None
    return moment if moment and moment > now else None


def _first(entry: Any, names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := text_of(entry.get(name)))), "")


def _picture(entry: Any) -> str:
    for name in ("media_content", "media_thumbnail"):
        if found := next((one["url"] for one in entry.get(name, []) if one.get("url")), ""):
            return str(found)
    for one in entry.get("enclosures", []):
        if str(one.get("type", "")).startswith("image/") and one.get("href"):
            return str(one["href"])
    found = PICTURE.search(entry.get("summary", ""))
    return found[1] if found else ""
