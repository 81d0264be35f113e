"""Promo codes, made and changed by staff; their uses are facts."""

from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display

from booking.models import PromoCode, PromoUse
from cinema_project.common.staff_forms import FactsAdmin, StaffAdmin, wall_clock

UTC = ZoneInfo("UTC")


class PromoForm(forms.ModelForm):
    def clean_max_uses(self) -> int | None:
        """A limit below what is used already would be refused by the database alone."""
        most: int | None = self.cleaned_data["max_uses"]
        used = PromoCode.objects.filter(pk=self.instance.pk).values_list("uses", flat=True).first() or 0
        if most is not None and most < used:
            raise forms.ValidationError(f"It has been used {used} times already.")
        return most


class PromoCodeAdmin(StaffAdmin):
    form = PromoForm
    list_display = ("code", "takes_off", "used", "valid_from", "valid_until", "cinema", "movie", "is_active")
    list_filter = ("is_active", "cinema", "valid_until")
    list_select_related = ("cinema", "movie")
    search_fields = ("code", "movie__title")
    autocomplete_fields = ("cinema", "movie")
    ordering = ("-created_at", "-pk")
    readonly_fields = ("uses", "created_at")
    fieldsets = (
        (None, {"fields": ("code", "percent", ("amount", "currency"), "is_active")}),
        ("Limits", {"fields": (("max_uses", "uses_per_user"), "valid_from", "valid_until", ("cinema", "movie"))}),
        ("Record", {"fields": (("uses", "created_at"),)}),
    )

    def save_model(self, request: HttpRequest, obj: PromoCode, form: forms.ModelForm, change: bool) -> None:
        """Write what was changed and no more: the code may be in use at this moment, and counts that."""
        obj.save(update_fields=form.changed_data if change else None)

    @admin.display(description="takes off", ordering="percent")
    def takes_off(self, promo: PromoCode) -> str:
        return f"{promo.percent.normalize():f} %" if promo.percent else f"{promo.amount} {promo.currency}"

    @admin.display(description="used", ordering="uses")
    def used(self, promo: PromoCode) -> str:
        return f"{promo.uses} of {promo.max_uses}" if promo.max_uses is not None else str(promo.uses)


class PromoUseAdmin(FactsAdmin):
    list_display = ("promo", "user", "screening", "made", "shown_state")
    list_filter = ("promo", "made_at", ("released_at", admin.EmptyFieldListFilter))
    list_select_related = ("promo", "user", "screening__movie")
    search_fields = ("promo__code", "user__email", "screening__movie__title")
    date_hierarchy = "made_at"
    ordering = ("-made_at", "-pk")
    fields = (("promo", "turn"), ("user", "screening"), ("made_at", "released_at"))

    @admin.display(description="made", ordering="made_at")
    def made(self, use: PromoUse) -> str:
        return wall_clock(use.made_at, UTC)

    @display(description="state", label={"counts": "success", "released": "default"})
    def shown_state(self, use: PromoUse) -> str:
        return "released" if use.released_at else "counts"
