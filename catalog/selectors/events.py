"""Events, for reading."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Case, DateTimeField, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, Least

from catalog.models import Event, EventDate, EventType
from catalog.models.events import normalised_type
from catalog.zones import day_bounds
from cinema_project.common.database import LARGEST_ID
from cinema_project.common.errors import NotFound
from cinema_project.common.words import fold

NEAR = timedelta(hours=18)
"""What begins so long before or after a screening is on at about the same time."""


class EventNotFound(NotFound):
    code = "event_not_found"

    def __init__(self) -> None:
        super().__init__("event not found")


class EventTypeUnknown(NotFound):
    code = "event_type_unknown"

    def __init__(self) -> None:
        super().__init__("unsupported event type")


def known_type(said: str) -> str:
    """Return the type as it is stored.

    :raises EventTypeUnknown: if it is none of ours
    """
    kind = normalised_type(said)
    if kind not in EventType.values:
        raise EventTypeUnknown
    return kind


def active_events(event_type: str = "") -> QuerySet[Event]:
    """Return the events that are not archived, of one type or of all, the next first."""
    events = Event.objects.active().order_by("date_preview", "pk")
    return events.filter(event_type=event_type) if event_type else events


def archived_events() -> QuerySet[Event]:
    """Return those that are over or were taken out, the last one first."""
    return Event.objects.archived().order_by("-archived_at", "-pk")


def active_event(event_id: int, event_type: str = "") -> QuerySet[Event]:
    """Return one event that is not archived, as a list of one.

    :raises EventNotFound: if there is none of this number, or it is of another type
    """
    found = active_events(event_type).filter(pk=min(event_id, LARGEST_ID))
    if not found.exists():
        raise EventNotFound
    return found


def upcoming_events(now: datetime, event_type: str = "") -> QuerySet[Event]:
    """Return events with a date to come, the nearest first; ``next_date`` says when that is."""
    coming = EventDate.objects.filter(event=OuterRef("pk"), starts_at__gt=now).order_by()
    soonest = Subquery(coming.values("event").annotate(soonest=Min("starts_at")).values("soonest"))
    next_date = Case(
        When(date_preview__lte=now, then=soonest),
        default=Least("date_preview", Coalesce(soonest, "date_preview")),
        output_field=DateTimeField(),
    )
    events = active_events(event_type).filter(last_date__gt=now)
    return events.annotate(next_date=next_date).exclude(next_date=None).order_by("next_date", "pk")


def events_around(moment: datetime, now: datetime) -> QuerySet[Event]:
    """Return events to come that begin within ``NEAR`` of a moment, the earliest first; ``begins_at`` says when."""
    start, end = max(moment - NEAR, now), moment + NEAR
    listed = EventDate.objects.filter(event=OuterRef("pk"), starts_at__gt=start, starts_at__lt=end).order_by()
    soonest = Subquery(listed.values("event").annotate(soonest=Min("starts_at")).values("soonest"))
    preview = Q(date_preview__gt=start, date_preview__lt=end)
    begins_at = Case(When(preview, then=F("date_preview")), default=soonest, output_field=DateTimeField())
    around = active_events().filter(last_date__gt=start).filter(preview | Exists(listed))
    return around.annotate(begins_at=begins_at).order_by("begins_at", "pk")


def matching_events(text: str, event_type: str = "") -> QuerySet[Event]:
    """Return active events in which all words of a text stand, in title, place, genre or description."""
    return with_words(active_events(event_type), text)


def with_words(events: QuerySet[Event], text: str) -> QuerySet[Event]:
    """Keep the events in which all words of a text stand."""
    for word in fold(text).split():
        events = events.filter(search_text__contains=word)
    return events


def on_day(events: QuerySet[Event], day: date, zone: ZoneInfo, now: datetime) -> QuerySet[Event]:
    """Keep the events with a date to come on this day of the town's calendar.

    :raises NoSuchMoment: if the year is out of reach
    """
    start, end = day_bounds(day, zone)
    listed = EventDate.objects.filter(event=OuterRef("pk"), starts_at__gte=max(start, now), starts_at__lt=end)
    return events.filter(Exists(listed) | Q(date_preview__gte=max(start, now), date_preview__lt=end))


def every_uuid() -> QuerySet[Event, UUID]:
    """Return the names of all events that there are or were, those merged into others included."""
    return Event.objects.order_by("pk").values_list("uuid", flat=True)
