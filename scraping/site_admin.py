"""Sites of other cinemas in the admin: added by their address, run, and checked."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from cinema_project.common.errors import DomainError
from cinema_project.common.staff_forms import FactsAdmin
from scraping.models import Run, Site
from scraping.services.care import run_now
from scraping.services.proving import Proof, preview, prove, remarks
from scraping.services.sites import add_site, check_site, remove_site
from scraping.sites.adapters import WORDS
from scraping.sites.confidence import films_of

MOST_ROWS, MOST_SAID = 20, 5


class ProveForm(forms.Form):
    url = forms.CharField(
        max_length=1000,
        label="Address",
        widget=UnfoldAdminTextInputWidget,
        help_text="The page with the showtimes, as it stands in the browser.",
    )
    zone = forms.CharField(
        required=False,
        max_length=64,
        label="Time zone",
        widget=UnfoldAdminTextInputWidget,
        help_text="Of the cinema, such as Asia/Jakarta.",
    )
    name = forms.CharField(
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="Of the cinema; empty: as its pages say.",
    )
    city = forms.CharField(
        required=False,
        max_length=100,
        widget=UnfoldAdminTextInputWidget,
        help_text="Under which its showings are listed.",
    )


class SiteAdmin(FactsAdmin):
    list_display = ("name", "source", "url", "adapter", "zone", "confidence", "last_run", "last_words")
    search_fields = ("name", "url", "source")
    list_filter = ("adapter",)
    ordering = ("name", "pk")
    fields = (
        ("name", "source", "city"),
        "url",
        ("adapter", "zone"),
        ("api", "site_ids"),
        ("confidence", "added_at"),
        "verdict",
        ("last_run", "last_words"),
    )
    readonly_fields = ("last_run", "last_words")
    actions = ("run", "compare", "remove")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return ModelAdmin.has_add_permission(self, request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Site]:
        runs = Run.objects.filter(source=OuterRef("source")).order_by("-pk")
        found = super().get_queryset(request).defer("recording")
        return found.annotate(
            run_state=Subquery(runs.values("state")[:1]), run_words=Subquery(runs.values("words")[:1])
        )

    @admin.display(description="last run")
    def last_run(self, site: Any) -> str:
        return Run.State(site.run_state).label if site.run_state else ""

    @admin.display(description="what it said")
    def last_words(self, site: Any) -> str:
        return site.run_words or ""

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Show the form, what can be read of the page, and add the site once that was confirmed."""
        if not self.has_add_permission(request):
            return super().add_view(request, form_url, extra_context)  # which refuses
        form = ProveForm(request.POST or None)
        shown: dict[str, Any] = {}
        if form.is_valid():
            try:
                proof = prove(**form.cleaned_data)
                if "save" in request.POST:
                    return self._added(request, add_site(proof=proof))
                shown = _shown(proof)
            except DomainError as refused:
                messages.error(request, refused.detail)
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": "Add a cinema's site"}
        return TemplateResponse(request, "scraping/admin/prove.html", {**context, "form": form, **shown})

    def _added(self, request: HttpRequest, site: Site) -> HttpResponse:
        self.log_addition(request, site, "Added by its address.")
        messages.success(request, f"{site} was added. It is off: run it now, or switch it on under Sources.")
        return redirect("admin:scraping_site_changelist")

    @admin.action(description="Run now", permissions=["act"])
    def run(self, request: HttpRequest, queryset: QuerySet[Site]) -> None:
        self.act_on_each(request, queryset, lambda site: run_now(source=site.source), "begun")

    @admin.action(description="Compare with the recording", permissions=["act"])
    def compare(self, request: HttpRequest, queryset: QuerySet[Site]) -> None:
        """Say what the parser of today reads otherwise in the pages that were kept."""
        for site in queryset.order_by("pk"):
            try:
                said = check_site(site=site)
            except DomainError as refused:
                said = [refused.detail]
            if not said:
                messages.success(request, f"{site}: all is read as it was when the site was added.")
            for words in said:
                messages.warning(request, f"{site}: {words}")

    @admin.action(description="Remove", permissions=["act"])
    def remove(self, request: HttpRequest, queryset: QuerySet[Site]) -> HttpResponse | None:
        consequence = "They are read no more. What was read of them stays."
        words = {"title": "Remove these sites?", "consequence": consequence, "yes": "Remove them"}
        if (asked := self.ask_first(request, queryset, str, **words)) is not None:
            return asked
        self.act_on_each(request, queryset, lambda site: remove_site(site_id=site.pk), "removed")
        return None


def _shown(proof: Proof) -> dict[str, Any]:
    return {
        "proof": proof,
        "way": WORDS[proof.reading.adapter],
        "films": films_of(proof.showings).most_common(MOST_ROWS),
        "rows": preview(proof, MOST_ROWS),
        "more": max(len(proof.showings) - MOST_ROWS, 0),
        "said": remarks(proof, MOST_SAID),
    }
