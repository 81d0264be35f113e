"""Waiting lists, to be read by staff."""

from django.contrib import admin
from unfold.decorators import display

from booking.waiting_models import WaitingParty
from cinema_project.common.staff_forms import FactsAdmin, wall_clock

LABELS = {
    "waiting": "warning",
    "seats offered": "info",
    "got seats": "success",
    "offer not taken": "danger",
    "left the list": "default",
    "film has begun": "default",
}


class WaitingPartyAdmin(FactsAdmin):
    list_display = ("user", "screening", "size", "wheelchair", "joined", "shown_state")
    list_filter = ("state", "wheelchair", "screening__room__cinema", "joined_at")
    list_select_related = ("user", "screening__movie", "screening__room__cinema")
    search_fields = ("user__email", "user__full_name", "screening__movie__title")
    date_hierarchy = "joined_at"
    ordering = ("-joined_at", "-pk")
    fields = (("user", "screening"), ("size", "wheelchair", "state"), ("joined_at", "offered_at", "ended_at"))

    @admin.display(description="joined", ordering="joined_at")
    def joined(self, party: WaitingParty) -> str:
        return wall_clock(party.joined_at, party.screening.room.cinema.zone)

    @display(description="state", ordering="state", label=LABELS)
    def shown_state(self, party: WaitingParty) -> str:
        return party.get_state_display().lower()
