"""Runs of sources, and what is to be done about them."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from unfold.decorators import display

from cinema_project.common.staff_forms import FactsAdmin, StaffAdmin
from scraping import background, media_admin
from scraping.matches_admin import FilmMatchAdmin, TakenFactAdmin, TitleLessonAdmin
from scraping.models import (
    FilmMatch,
    Host,
    Quarantined,
    Run,
    Site,
    SiteToken,
    SourceState,
    TakenFact,
    TitleLesson,
)
from scraping.selectors.runs import failures_of, progress_of
from scraping.services.care import ask_again, run_now
from scraping.services.runs import cancel_run, replay_run
from scraping.site_admin import SiteAdmin

admin.site.register(FilmMatch, FilmMatchAdmin)
admin.site.register(TitleLesson, TitleLessonAdmin)
admin.site.register(TakenFact, TakenFactAdmin)

STATES = {
    "scheduled": "default",
    "queued": "default",
    "running": "info",
    "cancelling": "warning",
    "succeeded": "success",
    "partial": "warning",
    "empty_suspect": "warning",
    "failed": "danger",
    "cancelled": "default",
}
MOST_SHOWN = 50
__all__ = ["media_admin"]  # registers by being imported


@admin.register(Run)
class RunAdmin(FactsAdmin):
    list_display = ("source", "shown_state", "progress", "words", "trigger", "started_at", "finished_at")
    list_filter = ("source", "state", "trigger", "created_at")
    search_fields = ("=run_key", "source")
    date_hierarchy = "created_at"
    ordering = ("-pk",)
    actions = ("cancel", "replay")
    fields = (
        ("source", "state", "verdict"),
        "words",
        "progress",
        "alarms",
        "failures",
        ("trigger", "options", "replay_of"),
        ("created_at", "started_at", "finished_at"),
        ("cancel_asked_at", "cancel_asked_by"),
        "counts",
    )
    readonly_fields = ("progress", "failures")

    @display(description="state", ordering="state", label=STATES)
    def shown_state(self, run: Run) -> tuple[str, str]:
        return run.state, run.get_state_display()

    @admin.display(description="progress")
    def progress(self, run: Run) -> str:
        """Say how far a run is; one that is over was counted at its end."""
        if run.is_live:
            now = progress_of(run.pk)
            return f"{now.percent} %: {now.ended} of {now.units} pages, {now.found} things"
        units = run.counts.get("units", {})
        return f"{units.get('done', 0)} of {sum(units.values())} pages"

    @admin.display(description="not read")
    def failures(self, run: Run) -> str:
        rows = [(one["unit"], one["reason"]) for one in failures_of(run.pk)[:MOST_SHOWN]]
        return format_html_join("", "<p>{}: {}</p>", rows) or "–"

    @admin.action(description="Cancel", permissions=["act"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        self.act_on_each(request, queryset, lambda run: cancel_run(run_id=run.pk, by=request.user), "cancelled")

    @admin.action(description="Parse again what was fetched", permissions=["act"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        self.act_on_each(request, queryset, lambda run: replay_run(run_id=run.pk), "is parsed again")


class OnlySome(StaffAdmin):
    """Rows that the product makes, of which staff may change some fields."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(SourceState)
class SourceAdmin(OnlySome):
    list_display = ("name", "is_on", "per_second", "quiet_from", "quiet_until", "ignores_robots")
    ordering = ("name",)
    readonly_fields = ("name",)
    actions = ("run",)

    @admin.action(description="Run now", permissions=["change"])
    def run(self, request: HttpRequest, queryset: QuerySet[SourceState]) -> None:
        self.act_on_each(request, queryset, lambda state: run_now(source=state.name), "begun")


@admin.register(Host)
class HostAdmin(OnlySome):
    list_display = ("name", "circuit", "failures", "open_until", "last_error", "is_blocked")
    list_filter = ("circuit", "is_blocked")
    search_fields = ("name",)
    ordering = ("name",)
    fields = (
        "name",
        "is_blocked",
        ("circuit", "failures", "open_until"),
        ("last_error", "last_error_at"),
        "robots",
        "robots_at",
    )
    readonly_fields = (
        "name",
        "circuit",
        "failures",
        "open_until",
        "last_error",
        "last_error_at",
        "robots",
        "robots_at",
    )
    actions = ("try_again",)

    @admin.action(description="Ask it again at once", permissions=["change"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Host]) -> None:
        self.act_on_each(request, queryset, lambda host: ask_again(host=host.name), "may be asked again")


@admin.register(Quarantined)
class QuarantinedAdmin(FactsAdmin):
    list_display = ("source", "kind", "external_id", "unit_key", "reason", "created_at", "resolved_at")
    list_filter = ("source", "kind", ("resolved_at", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("external_id", "unit_key")
    ordering = ("-pk",)
    actions = ("replay",)
    fields = (
        ("source", "kind", "external_id"),
        "unit_key",
        "errors",
        "path",
        "data",
        ("run", "payload"),
        "resolved_at",
    )

    @admin.display(description="reason")
    def reason(self, one: Quarantined) -> str:
        return f"{one.errors[0]['where']} {one.errors[0]['what']}".strip() if one.errors else "–"

    @admin.action(description="Parse again the runs that these are of", permissions=["act"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Quarantined]) -> None:
        runs = Run.objects.filter(pk__in=queryset.values("run"))
        self.act_on_each(request, runs, lambda run: replay_run(run_id=run.pk), "is parsed again")


@admin.register(SiteToken)
class SiteTokenAdmin(FactsAdmin):
    list_display = ("name", "got_by", "issued_at", "expires_at", "failures", "last_error", "last_error_at")
    ordering = ("name",)
    # Not what it is, nor who is getting another.
    fields = ("name", "got_by", ("issued_at", "expires_at"), ("failures", "last_error", "last_error_at"), "rest_until")
    actions = ("get_another",)

    @admin.action(description="Get a new one for looking at seats", permissions=["act"])
    def get_another(self, request: HttpRequest, queryset: QuerySet[SiteToken]) -> None:
        background.get_token.delay()
        messages.success(request, "It is being got; this list says how it went.")


admin.site.register(Site, SiteAdmin)
