"""Events come in: each once, with its picture, and each tells what became of it."""

import logging
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction

from catalog import event_pictures
from catalog.event_details import details_of
from catalog.event_pictures import Hosts, Picture
from catalog.models import Event, EventDate, EventPicture, EventType
from catalog.services.events.news import events_changed
from catalog.services.events.records import EventCreate
from cinema_project.common import clock
from cinema_project.common.bulk import insert_new, insert_values
from cinema_project.common.database import write
from cinema_project.common.errors import DomainError, Unavailable
from cinema_project.common.words import fold

logger = logging.getLogger(__name__)

LONGEST_SEARCHED = 2000
"""Letters of an event that a search looks through."""
RECENT = timedelta(minutes=20)
"""A picture that was wanted so recently is not deleted while an upload is under way (``care.UNWANTED``)."""
TYPES = frozenset(EventType.values)
KNOWN, UNSUPPORTED, NO_PICTURE = "already_exists", "unsupported_type", "no_image_url"
BAD_PICTURE, NOT_STORED = "image_download_failed", "not_stored"


class BatchNotStored(Unavailable):
    """The database did not take the batch; nothing of it is stored, and it can be sent again."""

    code = "batch_not_stored"

    def __init__(self) -> None:
        super().__init__("failed to process batch", retry_after=5)


class Together(Hosts):
    """What batches that come in together learn of the hosts of their pictures."""


class Verdict(StrEnum):
    CREATED = "created"
    SKIPPED = "skipped"
    FAILED = "failed"


CREATED, SKIPPED, FAILED = Verdict


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one event.

    :param event_type: as it is stored
    :param reason: of what was skipped or failed; :param detail: the same in words, of what failed
    """

    uuid: UUID
    event_type: str
    verdict: Verdict = CREATED
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Events with all that takes time done: what is left is to write them.

    :param pictures: the name of each picture's file, by its address
    """

    events: Sequence[EventCreate]
    decided: Mapping[int, Outcome] = field(default_factory=dict)
    pictures: Mapping[str, str] = field(default_factory=dict)


def upload(events: Sequence[EventCreate], together: Together | None = None) -> list[Outcome]:
    """Store events that are new, and return what became of each, in their order.

    :param together: the same for batches that come in together
    :raises BatchNotStored: if the database is away; nothing is stored then
    """
    return write_events(prepare(events, together))


def prepare(events: Sequence[EventCreate], together: Together | None = None) -> Prepared:
    """Look which events are wanted, and get their pictures. Outside of any transaction: it may take a minute.

    :param together: as of ``upload``
    :raises BatchNotStored: if the database is away
    """
    try:
        firsts = _firsts(events)
        known = _known(firsts)
        decided = {place: outcome for place in firsts.values() if (outcome := _unwanted(events[place], known))}
        wanted = [events[place] for place in firsts.values() if place not in decided]
        pictures = _stored_pictures([event.image_url for event in wanted], together or Together())
    except (DatabaseError, Unavailable) as error:
        raise _outage(error) from error
    for event in wanted:
        if isinstance(failure := pictures[event.image_url], DomainError):
            decided[firsts[event.uuid]] = Outcome(event.uuid, event.type, FAILED, BAD_PICTURE, failure.detail)
    return Prepared(events, decided, {url: name for url, name in pictures.items() if isinstance(name, str)})


def _firsts(events: Sequence[EventCreate]) -> dict[UUID, int]:
    """Return where each event stands first: a batch may name one twice."""
    places: dict[UUID, int] = {}
    for place, event in enumerate(events):
        places.setdefault(event.uuid, place)
    return places


def write_events(prepared: Prepared) -> list[Outcome]:
    """Store the events that are new by now.

    :raises BatchNotStored: if the database is away; nothing is stored then
    """
    try:
        return _write_events(prepared)
    except (DatabaseError, Unavailable) as error:
        raise _outage(error) from error


def _outage(error: Exception) -> BatchNotStored:
    logger.warning("A batch of events could not be stored: %s", error)
    return BatchNotStored()


def _known(uuids: Iterable[UUID]) -> set[UUID]:
    """Return those of them that there are, archived or not."""
    return set(Event.objects.filter(uuid__one_of=[uuid.hex for uuid in uuids]).values_list("uuid", flat=True))


def _unwanted(event: EventCreate, known: set[UUID]) -> Outcome | None:
    """Return why an event is not to be stored, before its picture is looked at."""
    kind = event.type
    if kind not in TYPES:
        return Outcome(event.uuid, kind, SKIPPED, UNSUPPORTED)
    if event.uuid in known:
        return Outcome(event.uuid, kind, SKIPPED, KNOWN)
    return None if event.image_url else Outcome(event.uuid, kind, SKIPPED, NO_PICTURE)


def _stored_pictures(urls: Sequence[str], hosts: Hosts) -> dict[str, str | DomainError]:
    """Get pictures into the storage; return the name of each, or why there is none."""
    obtained = event_pictures.obtain(urls, hosts)
    pictures = {one.name: one for one in obtained.values() if isinstance(one, Picture)}
    missing = _remember_pictures(pictures)
    failures = event_pictures.store(pictures[name] for name in missing)
    stored = [name for name, failure in failures.items() if failure is None]
    _note_stored(stored)
    result: dict[str, str | DomainError] = {}
    for url, one in obtained.items():
        failure = failures.get(one.name) if isinstance(one, Picture) else one
        result[url] = failure or one.name  # type: ignore[union-attr]
    return result


def _remember_pictures(names: Collection[str]) -> list[str]:
    """Note that these files are wanted; return those that are not stored yet."""
    recent = EventPicture.objects.filter(name__one_of=names, stored_at__isnull=False, used_at__gt=clock.now() - RECENT)
    others = set(names).difference(recent.values_list("name", flat=True))
    return _note_wanted(others) if others else []


@write
def _note_wanted(names: Collection[str]) -> list[str]:
    now = clock.now()
    rows = [EventPicture(name=name, used_at=now) for name in sorted(names)]
    EventPicture.objects.bulk_create(rows, update_conflicts=True, unique_fields=["name"], update_fields=["used_at"])
    there = EventPicture.objects.filter(name__in=names, stored_at=None).order_by("name")
    return list(there.values_list("name", flat=True))


@write
def _note_stored(names: Sequence[str]) -> None:
    if names:
        EventPicture.objects.filter(name__in=names).update(stored_at=clock.now())


@write
def _write_events(prepared: Prepared) -> list[Outcome]:
    events, decided = prepared.events, dict(prepared.decided)
    firsts = _firsts(events)
    new = [(place, events[place]) for place in firsts.values() if place not in decided]
    new.sort(key=lambda one: one[1].uuid.int)  # two batches may wait for each other, in one order never in a circle
    decided |= _inserted(new, prepared.pictures, clock.now())
    if created := {outcome.event_type for outcome in decided.values() if outcome.verdict == CREATED}:
        events_changed(created)
    return [_told(place, decided[firsts[event.uuid]], firsts) for place, event in enumerate(events)]


def _told(place: int, outcome: Outcome, firsts: Mapping[UUID, int]) -> Outcome:
    """Return what became of one event of a batch: one that stands there again is there already."""
    if firsts[outcome.uuid] != place and outcome.verdict == CREATED:
        return replace(outcome, verdict=SKIPPED, reason=KNOWN)
    return outcome


New = Sequence[tuple[int, EventCreate]]


def _inserted(new: New, pictures: Mapping[str, str], now: datetime) -> dict[int, Outcome]:
    """Write events; what cannot be written keeps no other back."""
    try:
        with transaction.atomic():
            stored = _insert([event for _, event in new], pictures, now)
    except DatabaseError as error:
        if len(new) > 1 and _is_of_a_row(error):
            return {place: outcome for one in new for place, outcome in _inserted([one], pictures, now).items()}
        if not _is_of_a_row(error):
            raise
        place, event = new[0]
        return {place: _refused(event, error)}
    return {place: _outcome(event, event.uuid in stored) for place, event in new}


def _outcome(event: EventCreate, is_stored: bool) -> Outcome:
    """Return what became of an event that the database took, unless somebody else was faster."""
    return Outcome(event.uuid, event.type) if is_stored else Outcome(event.uuid, event.type, SKIPPED, KNOWN)


def _is_of_a_row(error: DatabaseError) -> bool:
    """Tell whether a row was refused; else the database is busy or away."""
    state = getattr(error.__cause__, "sqlstate", None) or ""
    return state[:2] in ("22", "23") or (not state and type(error).__name__ in ("IntegrityError", "DataError"))


def _refused(event: EventCreate, error: DatabaseError) -> Outcome:
    logger.warning("The event %s could not be stored: %s", event.uuid, error)
    return Outcome(event.uuid, event.type, FAILED, NOT_STORED, "The database refuses it.")


def _insert(events: Sequence[EventCreate], pictures: Mapping[str, str], now: datetime) -> Container[UUID]:
    """Write events with their dates, but those that are there by now; return which were written."""
    numbers = insert_new(Event, (_row(event, pictures.get(event.image_url), now) for event in events), unique="uuid")
    dates = (
        {"event_id": numbers[event.uuid], "starts_at": moment}
        for event in events
        if event.uuid in numbers
        for moment in sorted({*event.date_list})
    )
    insert_values(EventDate, dates)
    return numbers


def _row(event: EventCreate, picture: str | None, now: datetime) -> dict[str, Any]:
    return {
        "uuid": event.uuid,
        "event_type": event.type,
        "source_id": event.source_id,
        "title": event.title,
        "description": event.description,
        "price": event.price,
        "date_preview": event.date_preview,
        "last_date": event.last_date,
        "place": event.place,
        "genre": event.genre,
        "age": event.age,
        "url": event.url,
        "details": details_of(event.type, event.details),
        "picture_id": picture,
        "picture_url": event.image_url,
        "search_text": searched(event.title, event.place, event.genre, event.description),
        "created_at": now,
    }


def searched(*texts: str) -> str:
    """Return what a search looks through."""
    return fold(" ".join(texts)[:LONGEST_SEARCHED])
