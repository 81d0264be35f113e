"""What else is on in town: the list, one event, and the calendar that people subscribe to."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe
from icalendar import Calendar
from icalendar import Event as Entry

from catalog.models import Event, EventType
from catalog.selectors import events as selectors
from cinema_project.common import clock
from cinema_project.common.errors import NotFound
from cinema_project.common.letters import mail_domain

ON_A_PAGE = 36
LONGEST_SEARCH = 100
IN_CALENDAR = 500
"""Events in the calendar, the nearest ones; each with its dates of the next half year."""
AHEAD = timedelta(days=183)
LENGTH = timedelta(hours=2)
"""How long an event lasts in a calendar: nobody tells."""
DATES_SHOWN = 60
FIRST_YEAR, LAST_YEAR = 1900, 2999


@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """Show what is on, by type, day, and words."""
    now, asked = clock.now(), request.GET
    kind = asked.get("type", "") if asked.get("type", "") in EventType.values else ""
    search = asked.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    day = _day(asked.get("date", ""))
    found = selectors.upcoming_events(now, kind)
    found = selectors.with_words(found, search)
    zone = ZoneInfo(settings.TIME_ZONE)
    if day is not None:
        found = selectors.on_day(found, day, zone, now)
    context = {
        "kind": kind,
        "kinds": EventType.choices,
        "search": search,
        "day": day,
        "page": Paginator(found.select_related("picture"), ON_A_PAGE).get_page(asked.get("page")),
        "zone": settings.TIME_ZONE,
        "section": "events",
    }
    return render(request, "catalog/events.html", context)


@require_safe
def event(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show one event; of what was merged into another that one, of what is over that it is."""
    found = _found(uuid)
    now = clock.now()
    moments = list(found.dates.order_by("starts_at").values_list("starts_at", flat=True)) or [found.date_preview]
    context = {
        "event": found,
        "facts": _facts(found),
        "dates": [moment for moment in moments if moment > now][:DATES_SHOWN],
        "is_over": found.archived_at is not None or found.last_date <= now,
        "zone": settings.TIME_ZONE,
        "section": "events",
    }
    return render(request, "catalog/event.html", context)


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Answer with the events to come as a calendar, of one type or of all."""
    kind = request.GET.get("type", "").strip()
    try:
        kind = selectors.known_type(kind) if kind else ""
    except NotFound as unknown:
        raise Http404(str(unknown)) from None
    return HttpResponse(calendar_of(kind, clock.now()), content_type="text/calendar; charset=utf-8")


def calendar_of(kind: str, now: datetime) -> bytes:
    """Return the calendar, with an entry for each date."""
    made, zone = Calendar(), ZoneInfo(settings.TIME_ZONE)
    made.add("prodid", f"-//{settings.SITE_NAME}//Events//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", f"{settings.SITE_NAME}: what else is on")
    for one in selectors.upcoming_events(now, kind).prefetch_related("dates")[:IN_CALENDAR]:
        moments = sorted({row.starts_at for row in one.dates.all()} | {one.date_preview})
        for moment in moments:
            if now < moment < now + AHEAD:
                made.add_component(_entry(one, moment, zone))
    if made.subcomponents:
        made.add_missing_timezones(first_date=now.date(), last_date=(now + AHEAD).date())
    return made.to_ical()


def _entry(one: Event, moment: datetime, zone: ZoneInfo) -> Entry:
    entry = Entry()
    entry.add("uid", f"event-{one.uuid}-{moment:%Y%m%dT%H%M%SZ}@{mail_domain()}")
    entry.add("dtstamp", one.created_at)
    entry.add("dtstart", moment.astimezone(zone))
    entry.add("dtend", (moment + LENGTH).astimezone(zone))
    entry.add("summary", one.title)
    if one.place:
        entry.add("location", one.place)
    if one.description:
        entry.add("description", one.description)
    entry.add("categories", [one.get_event_type_display()])
    entry.add("url", f"{settings.SITE_URL}{reverse('pages:event', args=[one.uuid])}")
    return entry


def _facts(found: Event) -> list[tuple[str, str]]:
    """Return what is known of an event besides, with a word for each."""
    facts = [("Place", found.place)] if found.place else []
    for name, value in found.details.items():
        told = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        facts.append((name.replace("_", " ").capitalize(), told))
    return facts


def _found(uuid: UUID) -> Event:
    events: QuerySet[Event] = Event.objects.select_related("picture", "merged_into")
    found = events.filter(uuid=uuid).first()
    if found is None:
        raise Http404("There is no such event.")
    return found.merged_into or found


def _day(text: str) -> date | None:
    """Read ``2026-11-21``; anything else is ``None``."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and FIRST_YEAR <= day.year <= LAST_YEAR else None
