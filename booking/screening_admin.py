"""Screenings as staff see them: what is on, when, and how full."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import pluralize
from unfold.decorators import display

from booking.admin_forms import ScreeningForm
from booking.models import SeatClaim, sold_at
from booking.services.screenings import cancel_screening, change_screening
from catalog.models import Screening, ScreeningStatus, Seat
from catalog.services import screenings
from cinema_project.common import clock
from cinema_project.common.staff_forms import ServiceAdmin, adopt, all_values, changed_values, wall_clock

SURE_TO_CANCEL = {
    "title": "Cancel these screenings?",
    "consequence": "Whoever has a ticket gets the money back, and a mail. This cannot be undone.",
    "yes": "Yes, cancel, refund and mail",
}


class WhenFilter(admin.SimpleListFilter):
    """Shows what is still to come unless asked for more."""

    title = "when"
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("past", "Past"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield first | {"display": "To come"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Screening]) -> QuerySet[Screening]:
        if self.value() == "all":
            return queryset
        if self.value() == "past":
            return queryset.filter(start_time__lte=clock.now())
        return queryset.filter(start_time__gt=clock.now())


class ScreeningAdmin(ServiceAdmin):
    form = ScreeningForm
    list_display = ("movie", "room", "starts", "sold", "held", "capacity", "fill", "money", "shown_status")
    list_filter = (WhenFilter, "room__cinema", "status", "is_3d", "is_imax", "is_dolby")
    list_select_related = ("movie", "room__cinema")
    search_fields = ("movie__title", "room__name", "room__cinema__name")
    date_hierarchy = "start_time"
    ordering = ("start_time", "pk")
    autocomplete_fields = ("movie", "room")
    actions = ("cancel_screenings",)
    readonly_fields = ("ends", "room_free", "currency", "status_word", "sold", "held", "capacity", "created_at")
    what = ("price", ("is_3d", "is_imax", "is_dolby"), ("language", "subtitles"), "presale")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Screening]:
        claims = SeatClaim.objects.filter(screening=OuterRef("pk"))
        now = clock.now()
        live_hold = Q(state="held", expires_at__gt=now)
        seats = Seat.objects.filter(room=OuterRef("room"), is_active=True)
        return (
            super()
            .get_queryset(request)
            .annotate(
                sold_count=_number_of(claims.filter(sold_at(now)), "screening"),
                held_count=_number_of(claims.filter(live_hold), "screening"),
                seat_count=_number_of(seats, "room"),
            )
        )

    def get_ordering(self, request: HttpRequest) -> Sequence[str]:
        """Show the last one first among those that are past."""
        past = request.GET.get(WhenFilter.parameter_name) == "past"
        return ("-start_time", "pk") if past else self.ordering

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ((None, {"fields": ("movie", "room", "start_time", *self.what)}),)
        return (
            (None, {"fields": ("movie", "room", "start_time", *self.what)}),
            ("Seats", {"fields": (("sold", "held", "capacity"),)}),
            ("Record", {"fields": (("ends", "room_free"), ("currency", "status_word"), "created_at")}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = ("movie", "room") if obj is not None and obj.seat_seq else ()
        return (*self.readonly_fields, *fixed)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not (obj is not None and obj.seat_seq) and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Screening, form: Any, change: bool) -> None:
        if change:
            change_screening(screening_id=obj.pk, **_with_ids(changed_values(form)))
        else:
            adopt(obj, screenings.create_screening(**_with_ids(all_values(form))))

    def delete_model(self, request: HttpRequest, obj: Screening) -> None:
        cancel_screening(screening_id=obj.pk, by=request.user.pk)

    @admin.action(description="Cancel, with refunds and mails", permissions=["change"])
    def cancel_screenings(self, request: HttpRequest, queryset: QuerySet[Screening]) -> HttpResponse | None:
        def cancel(screening: Screening) -> None:
            cancel_screening(screening_id=screening.pk, by=request.user.pk)

        asked = self.ask_first(request, queryset, self._in_full, **SURE_TO_CANCEL)
        if asked is None:
            self.act_on_each(request, queryset, cancel, "cancelled")
        return asked

    def _in_full(self, screening: Screening) -> str:
        sold = self.sold(screening)
        tickets = f"{sold} ticket{pluralize(sold)} sold" if sold else "nothing sold"
        return f"{screening.movie}, {self.starts(screening)}, {screening.room}: {tickets}"

    @admin.display(description="starts", ordering="start_time")
    def starts(self, screening: Screening) -> str:
        zone = screening.room.cinema.zone
        return f"{wall_clock(screening.start_time, zone)} {zone.key}"

    @admin.display(description="ends")
    def ends(self, screening: Screening) -> str:
        return wall_clock(screening.end_time, screening.room.cinema.zone)

    @admin.display(description="room free from")
    def room_free(self, screening: Screening) -> str:
        return wall_clock(screening.room_free_at, screening.room.cinema.zone)

    @admin.display(description="sold", ordering="sold_count")
    def sold(self, screening: Screening) -> int:
        return int(getattr(screening, "sold_count"))

    @admin.display(description="held", ordering="held_count")
    def held(self, screening: Screening) -> int:
        return int(getattr(screening, "held_count"))

    @admin.display(description="seats", ordering="seat_count")
    def capacity(self, screening: Screening) -> int:
        return int(getattr(screening, "seat_count"))

    @admin.display(description="full")
    def fill(self, screening: Screening) -> str:
        seats = self.capacity(screening)
        return f"{100 * self.sold(screening) // seats}\u00a0%" if seats else ""

    @admin.display(description="price", ordering="price")
    def money(self, screening: Screening) -> str:
        return f"{screening.price}\u00a0{screening.currency}"

    @display(
        description="status",
        ordering="status",
        label={"scheduled": "success", "cancelled": "danger", "completed": "info"},
    )
    def shown_status(self, screening: Screening) -> tuple[str, str]:
        status = screening.status_at(clock.now())
        return status, ScreeningStatus(status).label

    @admin.display(description="status")
    def status_word(self, screening: Screening) -> str:
        _, word = self.shown_status(screening)
        return word


def _with_ids(values: dict[str, Any]) -> dict[str, Any]:
    """Name film and room as the services do."""
    return {
        f"{name}_id" if name in ("movie", "room") else name: getattr(value, "pk", value)
        for name, value in values.items()
    }


def _number_of(rows: QuerySet[Any], by: str) -> Coalesce:
    """Return how many of the rows belong to the outer one, as part of its query."""
    counted = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
