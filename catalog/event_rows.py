"""Events as answers of the API have them, made in two queries however many there are."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import QuerySet

from catalog.models import Event, EventDate
from catalog.models.events import uuid_text

FIELDS = (
    *("id", "uuid", "source_id", "title", "description", "price", "date_preview", "place", "event_type"),
    *("genre", "age", "picture_id", "url", "created_at"),
)
Row = dict[str, Any]


def rows_of(events: QuerySet[Event]) -> list[Row]:
    """Return the events as JSON has them, in their order."""
    found = list(events.values(*FIELDS))
    dates = _dates(events)
    address = _addresses()
    return [_row(one, dates.get(one["id"], []), address) for one in found]


def moment_text(moment: datetime) -> str:
    """Return a moment as the API writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _dates(events: QuerySet[Event]) -> dict[int, list[str]]:
    # Not as a subquery where only a part was asked for: the databases differ in what they allow there.
    ids: Any = list(events.values_list("pk", flat=True)) if events.query.is_sliced else events.order_by().values("pk")
    listed: dict[int, list[str]] = {}
    dates = EventDate.objects.filter(event__in=ids).order_by("event_id", "starts_at")
    for event_id, moment in dates.values_list("event_id", "starts_at"):
        listed.setdefault(event_id, []).append(moment_text(moment))
    return listed


def _row(one: Row, dates: Iterable[str], address: Callable[[str], str]) -> Row:
    return {
        "id": one["id"],
        "uuid": uuid_text(one["uuid"]),
        "source_id": one["source_id"],
        "title": one["title"],
        "description": one["description"],
        "price": one["price"],
        "date_preview": moment_text(one["date_preview"]),
        "date_list": list(dates),
        "place": one["place"],
        "event_type": one["event_type"],
        "genre": one["genre"],
        "age": one["age"],
        "image_url": address(one["picture_id"]) if one["picture_id"] else "",
        "url": one["url"],
        "created_at": moment_text(one["created_at"]),
    }


def _addresses() -> Callable[[str], str]:
    """Return what makes a stored file's name an address; of many files the first tells how they all begin."""
    example = default_storage.url("name")
    start = example.removesuffix("name") if example.endswith("/name") else ""
    start = f"{settings.SITE_URL}{start}" if start.startswith("/") else start
    return lambda name: f"{start}{name}" if start else default_storage.url(name)
