"""Events come in: each once, with its picture, and each tells what became of it."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import DatabaseError, transaction

from catalog import event_pictures
from catalog.event_details import details_of
from catalog.event_pictures import Picture
from catalog.models import Event, EventDate, EventPicture, EventType
from catalog.services.events.news import events_changed
from catalog.services.events.records import EventCreate
from cinema_project.common import clock
from cinema_project.common.bulk import insert
from cinema_project.common.database import write
from cinema_project.common.errors import DomainError, Unavailable
from cinema_project.common.words import fold

logger = logging.getLogger(__name__)

LONGEST_SEARCHED = 2000
"""Letters of an event that a search looks through."""
KNOWN, UNSUPPORTED, NO_PICTURE = "already_exists", "unsupported_type", "no_image_url"
BAD_PICTURE, NOT_STORED = "image_download_failed", "not_stored"


class BatchNotStored(Unavailable):
    """The database did not take the batch; nothing of it is stored, and it can be sent again."""

    code = "batch_not_stored"

    def __init__(self) -> None:
        super().__init__("failed to process batch", retry_after=5)


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


def upload(events: Sequence[EventCreate]) -> list[Outcome]:
    """Store events that are new, and return what became of each, in their order.

    :raises BatchNotStored: if the database is away; nothing is stored then
    """
    return write_events(prepare(events))


def prepare(events: Sequence[EventCreate]) -> Prepared:
    """Look which events are wanted, and get their pictures. Outside of any transaction: it may take a minute.

    :raises BatchNotStored: if the database is away
    """
    try:
        firsts = _firsts(events)
        known = _known(firsts)
        decided = {place: outcome for place in firsts.values() if (outcome := _unwanted(events[place], known))}
        wanted = [events[place] for place in firsts.values() if place not in decided]
        pictures = _stored_pictures([event.image_url for event in wanted])
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
    return set(Event.objects.filter(uuid__in=list(uuids)).values_list("uuid", flat=True))


def _unwanted(event: EventCreate, known: set[UUID]) -> Outcome | None:
    """Return why an event is not to be stored, before its picture is looked at."""
    kind = event.type
    if kind not in EventType.values:
        return Outcome(event.uuid, kind, SKIPPED, UNSUPPORTED)
    if event.uuid in known:
        return Outcome(event.uuid, kind, SKIPPED, KNOWN)
    return None if event.image_url else Outcome(event.uuid, kind, SKIPPED, NO_PICTURE)


def _stored_pictures(urls: Sequence[str]) -> dict[str, str | DomainError]:
    """Get pictures into the storage; return the name of each, or why there is none."""
    obtained = event_pictures.obtain(urls)
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


@write
def _remember_pictures(names: Iterable[str]) -> list[str]:
    """Note that these files are wanted; return those that are not stored yet."""
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
    now, events = clock.now(), prepared.events
    firsts = _firsts(events)
    known = _known(firsts)
    decided, new = dict(prepared.decided), []
    for uuid, place in sorted(firsts.items()):  # in one order: two batches may wait for each other, never in a circle
        if place in decided:
            continue
        if uuid in known:  # somebody else was faster
            decided[place] = Outcome(uuid, events[place].type, SKIPPED, KNOWN)
        else:
            new.append((place, events[place]))
    decided |= _inserted(new, prepared.pictures, now)
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
            _insert([event for _, event in new], pictures, now)
    except DatabaseError as error:
        if len(new) > 1 and _is_of_a_row(error):
            return {place: outcome for one in new for place, outcome in _inserted([one], pictures, now).items()}
        if not _is_of_a_row(error):
            raise
        place, event = new[0]
        return {place: _refused(event, error)}
    return {place: Outcome(event.uuid, event.type) for place, event in new}


def _is_of_a_row(error: DatabaseError) -> bool:
    """Tell whether a row was refused; else the database is busy or away."""
    state = getattr(error.__cause__, "sqlstate", None) or ""
    return state[:2] in ("22", "23") or (not state and type(error).__name__ in ("IntegrityError", "DataError"))


def _refused(event: EventCreate, error: DatabaseError) -> Outcome:
    if _known([event.uuid]):
        return Outcome(event.uuid, event.type, SKIPPED, KNOWN)
    logger.warning("The event %s could not be stored: %s", event.uuid, error)
    return Outcome(event.uuid, event.type, FAILED, NOT_STORED, "The database refuses it.")


def _insert(events: Sequence[EventCreate], pictures: Mapping[str, str], now: datetime) -> None:
    insert(_row(event, pictures.get(event.image_url), now) for event in events)
    stored = Event.objects.filter(uuid__in=[event.uuid for event in events])
    numbers = dict(stored.values_list("uuid", "pk"))
    insert(
        EventDate(event_id=numbers[event.uuid], starts_at=moment)
        for event in events
        for moment in sorted({*event.date_list})
    )


def _row(event: EventCreate, picture: str | None, now: datetime) -> Event:
    same = ("uuid", "source_id", "title", "description", "price", "date_preview", "last_date", "place", "genre")
    return Event(
        event_type=event.type,
        age=event.age,
        url=event.url,
        details=details_of(event.type, event.details),
        picture_id=picture,
        picture_url=event.image_url,
        search_text=searched(event.title, event.place, event.genre, event.description),
        created_at=now,
        **{name: getattr(event, name) for name in same},
    )


def searched(*texts: str) -> str:
    """Return what a search looks through."""
    return fold(" ".join(texts)[:LONGEST_SEARCHED])
