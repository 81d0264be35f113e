"""What every admin here shares: facts are only shown, changes go through services, refusals become sentences."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import quote
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSplitDateTimeWidget, UnfoldAdminTextInputWidget

from cinema_project.common.database import write
from cinema_project.common.errors import DomainError

MOST_NAMED = 200


class StaffAdmin(ModelAdmin):
    """A list that answers quickly, without the button that deletes many rows at once.

    An action that names no permission, like those of other packages, takes the one to change.
    """

    list_per_page = 50
    show_full_result_count = False
    empty_value_display = "–"

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        changes = self.has_change_permission(request)
        return {
            name: action
            for name, action in super().get_actions(request).items()
            if name != "delete_selected" and (changes or hasattr(action[0], "allowed_permissions"))
        }

    def response_action(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse | None:
        """Run an action on the rows that were ticked, if they can be rows at all."""
        try:
            for chosen in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.to_python(chosen)
        except ValidationError:
            messages.error(request, "These rows do not exist.")
            return redirect(request.get_full_path())
        return super().response_action(request, queryset)

    def ask_first(
        self, request: HttpRequest, rows: models.QuerySet[Any], name: Callable[[Any], str], **words: str
    ) -> HttpResponse | None:
        """Name all that an action would touch, and ask; ``None`` once somebody has said yes.

        :param words: ``title``, ``consequence`` and, for the button, ``yes``
        """
        if "sure" in request.POST:
            return None
        names = [name(row) for row in rows.order_by("pk")[:MOST_NAMED]]
        sent = [ACTION_CHECKBOX_NAME, "action", "select_across"]
        shown = {
            "opts": self.opts,
            "names": names,
            "more": max(rows.count() - MOST_NAMED, 0),
            "repeated": [(each, value) for each in sent for value in request.POST.getlist(each)],
        }
        context = self.admin_site.each_context(request) | shown | words
        return TemplateResponse(request, "admin/are_you_sure.html", context)

    def act_on_each(
        self,
        request: HttpRequest,
        rows: models.QuerySet[Any],
        act: Callable[[Any], object],
        done: str,
        name: Callable[[Any], str] = str,
    ) -> None:
        """Do this with each of the rows that were ticked, and say of each that it is ``done``, or why it is not."""
        for row in rows.order_by("pk"):
            try:
                act(row)
            except DomainError as refused:
                messages.error(request, f"{name(row)}: {refused}")
            else:
                self.log_change(request, row, f"{done.capitalize()}.")
                messages.success(request, f"{name(row)}: {done}.")

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Delete after confirmation; if the row came into use meanwhile, say so."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except IntegrityError:
            messages.error(request, f"This {self.opts.verbose_name} is in use and cannot be deleted.")
            return redirect(
                reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[quote(object_id)])
            )


class FactsAdmin(StaffAdmin):
    """Rows that nobody adds, changes or deletes by hand. The permission to change still opens the actions."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Tell who may run the actions (``permissions=["act"]``)."""
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")


class ServiceForm(forms.ModelForm):
    """Shows what a service refused at the fields it names, with everything that was typed still there.

    A row's page sends what it showed along with what was typed: only what somebody changed there is changed, and what
    others changed meanwhile stays.
    """

    refusal: DomainError | None = None
    names: ClassVar[dict[str, str]] = {}
    """Where a refusal points to a field by another name: that of the API, and ours."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            is_sent = not self.is_bound or self._was_shown(name)
            field.show_hidden_initial = bool(self.instance.pk and is_sent and not isinstance(field, forms.FileField))

    def _was_shown(self, name: str) -> bool:
        sent = self.add_initial_prefix(name)
        return sent in self.data or f"{sent}_0" in self.data  # a field of several parts numbers them

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.refusal is not None:
            for field, sentence in self._sentences(self.refusal):
                self.add_error(field, sentence)
        return cleaned

    def _sentences(self, refusal: DomainError) -> Iterator[tuple[str | None, str]]:
        for error in refusal.errors:
            pointed = error["pointer"].strip("/").split("/")[0]
            field = self.names.get(pointed, pointed)
            yield (field, error["detail"]) if field in self.fields else (None, error["detail"])
        if not refusal.errors:
            yield None, refusal.detail


class ServiceAdmin(StaffAdmin):
    """Its ``save_model`` calls a service; what that refuses is shown in the form."""

    form = ServiceForm

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        try:
            return write(super().changeform_view)(request, object_id, form_url, extra_context)
        except DomainError as refused:
            # Nothing was written. The form is shown again, and this time does not accept what was typed.
            setattr(request, "refusal", refused)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form


def changed_values(form: forms.ModelForm) -> dict[str, Any]:
    """Return what was changed in the form, for a service's ``**changes``."""
    return {name: _typed(form, name) for name in form.changed_data}


def all_values(form: forms.ModelForm) -> dict[str, Any]:
    """Return everything in the form, for a service that makes a row."""
    return {name: _typed(form, name) for name in form.cleaned_data}


def adopt(row: models.Model, made: models.Model) -> None:
    """Let the form's own instance be the row that the service made."""
    row.__dict__.update(made.__dict__)


def _typed(form: forms.ModelForm, name: str) -> Any:
    """Return a value as the model takes it: a file field's is in the instance, all others are as cleaned."""
    value = form.cleaned_data[name]
    return getattr(form.instance, name) if isinstance(form.fields[name], forms.FileField) else value


class WordsField(forms.CharField):
    """A list of words, typed with commas between."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "help_text": "Separate with commas.", **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        words = value if isinstance(value, list) else str(value or "").split(",")
        return [word.strip() for word in words if word.strip()]


class TimeField(forms.TimeField):
    """A time, also with an offset: ``02:30+02:00`` where the clock shows it twice (R54)."""

    def to_python(self, value: Any) -> time | None:
        try:
            given = time.fromisoformat(str(value).strip())
        except ValueError:
            return super().to_python(value)
        return given if given.tzinfo else super().to_python(value)


class WallClockField(forms.SplitDateTimeField):
    """Date and time; without an offset the service reads them on the cinema's clock."""

    widget = UnfoldAdminSplitDateTimeWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        day, plain = self.fields
        self.fields = (day, TimeField(required=False, error_messages=plain.error_messages))

    def compress(self, data_list: tuple[date, time] | None) -> datetime | None:
        return datetime.combine(*data_list) if data_list and None not in data_list else None


def wall_clock(moment: datetime | None, zone: ZoneInfo) -> str:
    """Return a moment as the cinema's clock shows it."""
    return f"{moment.astimezone(zone):%a %d %b %Y, %H:%M}" if moment else ""
