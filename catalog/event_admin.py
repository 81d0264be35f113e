"""Events of the town in the admin: corrected, merged, taken out and brought back. They come in by themselves."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from catalog.models import Event
from catalog.services.events import care
from catalog.services.events.corrections import update_event
from catalog.zones import day_bounds
from cinema_project.common import clock
from cinema_project.common.errors import DomainError
from cinema_project.common.staff_forms import ServiceAdmin, changed_values, wall_clock

MOST_PLACES = 40
DAYS = {"today": 1, "week": 7, "month": 31}


class WhenFilter(admin.SimpleListFilter):
    """By the days on which there is one of an event's dates."""

    title, parameter_name = "when", "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("today", "today"), ("week", "the next 7 days"), ("month", "the next 31 days"), ("over", "over")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event] | None:
        chosen, now, zone = self.value(), clock.now(), ZoneInfo(settings.TIME_ZONE)
        if chosen == "over":
            return queryset.filter(last_date__lte=now)
        if chosen not in DAYS:
            return queryset
        start, _ = day_bounds(now.astimezone(zone).date(), zone)
        end, _ = day_bounds(now.astimezone(zone).date() + timedelta(days=DAYS[chosen]), zone)
        dates = Q(dates__starts_at__gte=start, dates__starts_at__lt=end)
        return queryset.filter(dates | Q(date_preview__gte=start, date_preview__lt=end)).distinct()


class PlaceFilter(admin.SimpleListFilter):
    """By place, the busiest ones first; the search finds the others."""

    title, parameter_name = "place", "place"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        places = Event.objects.exclude(place="").values("place").annotate(events=Count("pk"))
        listed = places.order_by("-events", "place")[:MOST_PLACES]
        return [(one["place"], f"{one['place']} ({one['events']})") for one in listed]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event] | None:
        chosen = (self.value() or "").replace("\0", "")
        return queryset.filter(place=chosen) if chosen else queryset


class EventAdmin(ServiceAdmin):
    list_display = ("title", "event_type", "place", "next_date", "date_count", "price", "archived_at", "merged_into")
    list_filter = (
        "event_type",
        WhenFilter,
        PlaceFilter,
        ("archived_at", admin.EmptyFieldListFilter),
        ("merged_into", admin.EmptyFieldListFilter),
    )
    list_select_related = ("merged_into",)
    search_fields = ("title", "place", "genre", "=uuid", "=source_id")
    date_hierarchy = "date_preview"
    ordering = ("date_preview", "pk")
    actions = ("take_out", "bring_back", "merge")
    fieldsets = (
        (
            None,
            {"fields": ("title", ("event_type", "genre"), "place", ("price", "age"), "description", "url", "details")},
        ),
        ("Dates", {"fields": ("next_date", "all_dates")}),
        ("Picture", {"fields": ("shown_picture", "picture_url")}),
        ("Record", {"fields": (("uuid", "source_id"), ("created_at", "archived_at"), "merged_into")}),
    )
    readonly_fields = (
        *("next_date", "all_dates", "details", "shown_picture", "picture_url", "uuid", "source_id", "created_at"),
        *("archived_at", "merged_into"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return super().get_queryset(request).annotate(date_count=Count("dates", distinct=True))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Event, form: Any, change: bool) -> None:
        update_event(event_id=obj.pk, **changed_values(form))

    @admin.display(description="next date", ordering="date_preview")
    def next_date(self, event: Event) -> str:
        return wall_clock(event.date_preview, ZoneInfo(settings.TIME_ZONE))

    @admin.display(description="dates", ordering="date_count")
    def date_count(self, event: Event) -> int:
        return int(getattr(event, "date_count"))

    @admin.display(description="all dates")
    def all_dates(self, event: Event) -> SafeString | str:
        zone = ZoneInfo(settings.TIME_ZONE)
        moments = event.dates.order_by("starts_at").values_list("starts_at", flat=True)
        return format_html_join("", "<p>{}</p>", ((wall_clock(moment, zone),) for moment in moments)) or "–"

    @admin.display(description="picture")
    def shown_picture(self, event: Event) -> SafeString | str:
        address = event.picture_address
        return format_html('<img src="{}" alt="" width="160">', address) if address else "–"

    @admin.action(description="Archive", permissions=["change"])
    def take_out(self, request: HttpRequest, queryset: QuerySet[Event]) -> None:
        self.act_on_each(request, queryset, lambda event: care.archive_event(event_id=event.pk), "archived")

    @admin.action(description="Bring back from the archive", permissions=["change"])
    def bring_back(self, request: HttpRequest, queryset: QuerySet[Event]) -> None:
        self.act_on_each(request, queryset, lambda event: care.restore_event(event_id=event.pk), "brought back")

    @admin.action(description="Merge: they are one event", permissions=["change"])
    def merge(self, request: HttpRequest, queryset: QuerySet[Event]) -> HttpResponse | None:
        """Ask first: the events stay apart in nobody's list afterwards."""
        asked = self.ask_first(
            request,
            queryset,
            str,
            title="Merge these events?",
            consequence="The first that came in stays, with the dates of all. The others are archived for good.",
            yes="Merge them",
        )
        if asked is not None:
            return asked
        try:
            kept = care.merge_events(event_ids=list(queryset.values_list("pk", flat=True)))
        except DomainError as refused:
            messages.error(request, str(refused))
        else:
            self.log_change(request, kept, "Others merged into it.")
            messages.success(request, f"{kept}: the others are merged into it.")
        return None
