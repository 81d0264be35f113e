"""The events that come along: a made-up town's week, told anew for each week, so that there is always something on."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from scraping.events.told import name_of

DATA = Path(__file__).parent / "data" / "sample.json"
WEEKS = 2
"""This one and the next."""
SITE = "sample:"


def sample_events(at: datetime) -> list[dict[str, Any]]:
    """Return the events that are to come at this moment, as a site of our own kind would send them."""
    zone = ZoneInfo(settings.TIME_ZONE)
    today = at.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    weeks = [monday + timedelta(weeks=number) for number in range(WEEKS)]
    return [event for week in weeks for one in _week() if (event := _event(one, week, zone, at))]


@cache
def _week() -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(DATA.read_text(encoding="utf-8"))
    return listed


def _event(one: Mapping[str, Any], monday: date, zone: ZoneInfo, at: datetime) -> dict[str, Any] | None:
    dates = sorted(_dates(one, monday, zone))
    coming = [moment for moment in dates if moment > at]
    if not coming:
        return None
    uuid = name_of(SITE, f"{one['key']} {monday.isoformat()}")
    told = {name: one[name] for name in ("type", "title", "description", "price", "place", "genre")}
    return told | {
        "uuid": str(uuid),
        "id": f"{one['key']}-{monday:%G-%V}",
        "date_preview": coming[0].isoformat(),
        "date_list": [moment.isoformat() for moment in dates],
        "age": one.get("age"),
        "image_url": f"{settings.SITE_URL}{settings.STATIC_URL}img/events/{one['type']}.webp",
        "url": f"{settings.SITE_URL}/events/{uuid}/",
    }


def _dates(one: Mapping[str, Any], monday: date, zone: ZoneInfo) -> Iterator[datetime]:
    for weekday in one["weekdays"]:
        for clock in one["times"]:
            yield datetime.combine(monday + timedelta(days=weekday), time.fromisoformat(clock), zone)
