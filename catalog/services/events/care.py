"""Events move on to their next date, leave when they are over, and are taken out, brought back and merged by staff."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db.models import Min, OuterRef, Subquery

from catalog.models import Event, EventDate, EventPicture
from catalog.selectors.events import EventNotFound
from catalog.services.events.news import events_changed
from cinema_project.common import clock
from cinema_project.common.database import write
from cinema_project.common.errors import Conflict, Invalid

logger = logging.getLogger(__name__)

CHUNK = 1000
UNWANTED = timedelta(hours=1)
"""So long a picture that no event shows is kept: an upload may be about to need it."""


class EventOver(Conflict):
    code = "event_over"


class EventMerged(Conflict):
    code = "event_merged"


class NothingToMerge(Invalid):
    code = "nothing_to_merge"


@write
def roll_forward() -> int:
    """Let events whose date is past show their next one; return how many."""
    now = clock.now()
    coming = EventDate.objects.filter(event=OuterRef("pk"), starts_at__gt=now).order_by()
    soonest = Subquery(coming.values("event").annotate(soonest=Min("starts_at")).values("soonest"))
    late = Event.objects.active().filter(date_preview__lte=now, last_date__gt=now)
    late = late.annotate(soonest=soonest).exclude(soonest=None)
    found = list(late.order_by("pk").select_for_update(of=("self",)))
    for event in found:
        event.date_preview = getattr(event, "soonest")
    Event.objects.bulk_update(found, ["date_preview"], batch_size=CHUNK)
    _changed(found)
    return len(found)


@write
def archive_past() -> int:
    """Archive events of which no date is to come; return how many."""
    now = clock.now()
    over = Event.objects.active().filter(last_date__lte=now).order_by("pk")
    found = list(over.select_for_update())
    Event.objects.filter(pk__in=[event.pk for event in found]).update(archived_at=now)
    _changed(found)
    return len(found)


@write
def archive_event(*, event_id: int) -> None:
    """Take an event out of the lists; one that is out already stays as it is.

    :raises EventNotFound: if there is none
    """
    event = _locked(event_id)
    if event.archived_at is None:
        event.archived_at = clock.now()
        event.save(update_fields=["archived_at"])
        _changed([event])


@write
def restore_event(*, event_id: int) -> None:
    """Bring an event back into the lists, at its next date.

    :raises EventNotFound: if there is none
    :raises EventMerged: if another stands for it
    :raises EventOver: if all its dates are past: it would leave again within the hour
    """
    event, now = _locked(event_id), clock.now()
    if event.merged_into_id is not None:
        raise EventMerged(f"It was merged into event {event.merged_into_id}.")
    if event.last_date <= now:
        raise EventOver("All its dates are past.")
    if event.date_preview <= now:
        coming = event.dates.filter(starts_at__gt=now).aggregate(soonest=Min("starts_at"))["soonest"]
        event.date_preview = coming or event.date_preview
    event.archived_at = None
    event.save(update_fields=["archived_at", "date_preview"])
    _changed([event])


@write
def merge_events(*, event_ids: Sequence[int]) -> Event:
    """Make one event of several that are the same: the first that came in stays, with the dates of all.

    The others are archived and remembered, so that they do not come in again.

    :raises NothingToMerge: if there are not at least two that were not merged before
    """
    found = Event.objects.filter(pk__in=event_ids, merged_into=None).order_by("pk")
    events = list(found.select_for_update())
    if len(events) < 2:
        raise NothingToMerge("Choose at least two events that were not merged before.")
    kept, others, now = events[0], events[1:], clock.now()
    dates = {moment for event in events for moment in _dates(event)}
    rows = [EventDate(event=kept, starts_at=moment) for moment in sorted(dates)]
    EventDate.objects.bulk_create(rows, ignore_conflicts=True)
    _complete(kept, others)
    kept.last_date = max(dates)
    kept.date_preview = min((moment for moment in dates if moment > now), default=kept.date_preview)
    kept.archived_at = None if kept.last_date > now and any(e.archived_at is None for e in events) else kept.archived_at
    kept.save()
    merged = [event.pk for event in others]
    Event.objects.filter(merged_into__in=merged).update(merged_into=kept)
    Event.objects.filter(pk__in=merged, archived_at=None).update(archived_at=now)
    Event.objects.filter(pk__in=merged).update(merged_into=kept)
    _changed(events)
    return kept


def forget_pictures() -> int:
    """Delete pictures that no event shows; return how many. One after the other, each in a transaction of its own."""
    until = clock.now() - UNWANTED
    unwanted = EventPicture.objects.filter(used_at__lt=until, events=None).order_by("used_at")
    return sum(_forget_picture(name, until) for name in list(unwanted.values_list("pk", flat=True)[:CHUNK]))


@write
def _forget_picture(name: str, until: datetime) -> bool:
    # An upload that wants this file waits for the row, and then finds neither: it stores the file anew.
    unwanted = EventPicture.objects.filter(pk=name, used_at__lt=until).select_for_update()
    if not unwanted.exists() or Event.objects.filter(picture=name).exists():
        return False
    try:
        default_storage.delete(name)
    except Exception:  # each storage fails in its own way
        logger.warning("Could not delete %s; it is tried again in an hour", name, exc_info=True)
        return False
    EventPicture.objects.filter(pk=name).delete()
    return True


def _locked(event_id: int) -> Event:
    event = Event.objects.select_for_update().filter(pk=event_id).first()
    if event is None:
        raise EventNotFound
    return event


def _dates(event: Event) -> list[datetime]:
    return [event.date_preview, *event.dates.values_list("starts_at", flat=True)]


def _complete(kept: Event, others: Sequence[Event]) -> None:
    """Take from the others what the kept one does not say."""
    for name in ("description", "place", "genre", "age", "url", "picture_id", "picture_url", "source_id"):
        if not getattr(kept, name):
            setattr(kept, name, next((said for one in others if (said := getattr(one, name))), getattr(kept, name)))


def _changed(events: Sequence[Event]) -> None:
    if events:
        events_changed(event.event_type for event in events)
