"""Films, rooms and cinemas that staff take out of the programme, and bring back (R51)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from cinema_project.common.staff_forms import ServiceAdmin


class ArchivingAdmin(ServiceAdmin):
    """What happened stays: the button that deletes takes a row with a history out of the programme, too."""

    actions = ("take_out", "bring_back")

    def remove(self, pk: int) -> None:
        raise NotImplementedError

    def restore(self, pk: int) -> None:
        raise NotImplementedError

    @admin.action(description="Take out of the programme", permissions=["change"])
    def take_out(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self.act_on_each(request, queryset, lambda row: self.remove(row.pk), "taken out of the programme")

    @admin.action(description="Bring back into the programme", permissions=["change"])
    def bring_back(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self.act_on_each(request, queryset, lambda row: self.restore(row.pk), "back in the programme")

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.remove(obj.pk)
