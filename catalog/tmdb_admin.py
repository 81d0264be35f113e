"""Films from TMDB in the admin: find one, see what would change, bring it in."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import action
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from accounts.models import User
from catalog.services.tmdb_import import Import, import_movie, preview_movie
from catalog.services.tmdb_merge import Change
from catalog.tmdb.client import LARGEST_ID, search
from cinema_project.common.errors import DomainError
from cinema_project.common.staff_forms import StaffAdmin


class FindForm(forms.Form):
    q = forms.CharField(required=False, max_length=255, label="Title", widget=UnfoldAdminTextInputWidget)
    tmdb_id = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=LARGEST_ID,
        label="or number",
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="It stands in the address of the film's page at TMDB.",
    )


class TmdbAdmin(StaffAdmin):
    actions_list = ("import_from_tmdb",)
    actions_detail = ("update_from_tmdb",)

    def has_import_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    @action(description="Import from TMDB", url_path="import-from-tmdb", permissions=["import"])
    def import_from_tmdb(self, request: HttpRequest) -> HttpResponse:
        """Show the form, what is found, and what an import would change; import what was confirmed."""
        form = FindForm(request.POST if request.method == "POST" else request.GET)
        shown: dict[str, Any] = {}
        try:
            if form.is_valid():
                if request.method == "POST" and form.cleaned_data["tmdb_id"]:
                    return self._imported(request, form.cleaned_data["tmdb_id"])
                shown = _found(**form.cleaned_data)
        except DomainError as refused:
            messages.error(request, refused.detail)
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": "Import from TMDB"}
        return TemplateResponse(request, "catalog/admin/tmdb.html", {**context, "form": form, **shown})

    @action(description="Update from TMDB", url_path="update-from-tmdb", permissions=["import"])
    def update_from_tmdb(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Lead to what an import of this film would change."""
        movie = self.get_object(request, object_id)
        if movie is None:
            return redirect("admin:catalog_movie_changelist")
        if movie.tmdb_id is None:
            messages.warning(request, f"{movie} has no TMDB number yet: give it one under Record, or find it here.")
            return redirect(_address(q=movie.title))
        return redirect(_address(tmdb_id=movie.tmdb_id))

    def _imported(self, request: HttpRequest, tmdb_id: int) -> HttpResponse:
        assert isinstance(request.user, User)  # the admin lets nobody else in
        done = import_movie(tmdb_id=tmdb_id, by=request.user)
        names = ", ".join(_label(name) for name in done.changes) or "nothing"
        messages.success(request, f"{done.movie}: {names} taken from TMDB.")
        for note in (*done.missing, *done.notes):
            messages.warning(request, note)
        return redirect("admin:catalog_movie_change", done.movie.pk)


def _address(**query: str | int) -> str:
    return reverse("admin:catalog_movie_import_from_tmdb", query=query)


def _found(*, q: str, tmdb_id: int | None) -> dict[str, Any]:
    if tmdb_id:
        plan = preview_movie(tmdb_id=tmdb_id)
        return {"plan": plan, "tmdb_id": tmdb_id, "rows": _rows(plan), "kept": [_label(name) for name in plan.kept]}
    return {"hits": search(q)} if q else {}


def _rows(plan: Import) -> list[tuple[str, str, str]]:
    return [(_label(name), *_shown(name, change)) for name, change in plan.changes.items()]


def _label(name: str) -> str:
    return name.removesuffix("_path").replace("_", " ")


def _shown(name: str, change: Change) -> tuple[str, str]:
    return _in_words(name, change.before), _in_words(name, change.after)


def _in_words(name: str, value: Any) -> str:
    if name == "cast":
        value = [f"{actor} as {character}" if character else actor for actor, character, *_ in value]
    return ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)
