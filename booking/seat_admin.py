"""Seats as staff see them: one that somebody will sit on can only be switched off."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from booking.selectors.claims import is_needed_as_it_is, was_ever_claimed
from booking.services import seats
from catalog.models import Seat
from cinema_project.common.staff_forms import ServiceAdmin, changed_values


class SeatAdmin(ServiceAdmin):
    list_display = ("label", "room", "seat_type", "x", "y", "is_active")
    list_filter = ("seat_type", "is_active", "room__cinema", ("room", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("room__cinema",)
    search_fields = ("=row_label", "room__name", "room__cinema__name")
    ordering = ("room", "y", "row_label", "seat_number", "pk")
    fields = ("room", ("row_label", "seat_number"), "seat_type", ("x", "y"), "is_active")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # seats are made with their room, from its plan, or through the API

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None and is_needed_as_it_is(obj.pk):
            return ("room", "row_label", "seat_number", "seat_type", "x", "y")
        return ("room",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        claimed = obj is not None and was_ever_claimed(obj.pk)
        return not claimed and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Seat, form: Any, change: bool) -> None:
        seats.change_seat(seat_id=obj.pk, **changed_values(form))

    def delete_model(self, request: HttpRequest, obj: Seat) -> None:
        seats.remove_seat(seat_id=obj.pk)
