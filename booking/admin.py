"""Who sits where, and who paid: to be read by staff. What was sold changes only through the services."""

from zoneinfo import ZoneInfo

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from unfold.admin import TabularInline
from unfold.decorators import display

from booking.models import Booking, Hold, Payment, PaymentIntent, Refund, SeatClaim, StateChange, Ticket
from booking.payment_admin import PaymentAdmin, PaymentIntentAdmin, RefundAdmin
from booking.promo_admin import PromoCodeAdmin, PromoUseAdmin
from booking.promo_models import PromoCode, PromoUse
from booking.screening_admin import ScreeningAdmin
from booking.seat_admin import SeatAdmin
from booking.selectors.history import Happening, history_of_booking, history_of_ticket
from booking.services.ticket_status import change_status
from booking.ticket_codes import short_code_of
from booking.waiting_admin import WaitingPartyAdmin
from booking.waiting_models import WaitingParty
from catalog.models import Screening, Seat
from cinema_project.common.staff_forms import FactsAdmin, wall_clock

admin.site.register(Screening, ScreeningAdmin)
admin.site.register(Seat, SeatAdmin)
admin.site.register(Payment, PaymentAdmin)
admin.site.register(PaymentIntent, PaymentIntentAdmin)
admin.site.register(Refund, RefundAdmin)
admin.site.register(PromoCode, PromoCodeAdmin)
admin.site.register(PromoUse, PromoUseAdmin)
admin.site.register(WaitingParty, WaitingPartyAdmin)

SURE_TO_CANCEL = {
    "title": "Cancel these tickets?",
    "consequence": "Their seats go back on sale at once; what was paid is given back, and the buyers get a mail.",
    "yes": "Yes, cancel and give back",
}
PLACES = ("screening__movie", "screening__room__cinema")
STATE_LABELS = {
    "held": "warning",
    "pending": "warning",
    "confirmed": "success",
    "used": "info",
    "cancelled": "danger",
    "refunded": "danger",
    "lapsed": "default",
    "released": "default",
    "unpaid": "default",
}


class ClaimAdmin(FactsAdmin):
    """What holds and tickets have in common."""

    list_select_related = (*PLACES, "seat", "user", "booking")
    list_filter = ("state", "screening__room__cinema", "screening__start_time")
    search_fields = ("user__email", "user__full_name", "screening__movie__title", "=booking__booking_number", "^secret")
    search_help_text = "E-mail, name, film, booking number or short code"

    @admin.display(description="film", ordering="screening__movie__title")
    def film(self, claim: SeatClaim) -> str:
        return claim.screening.movie.title

    @admin.display(description="starts", ordering="screening__start_time")
    def starts(self, claim: SeatClaim) -> str:
        return wall_clock(claim.screening.start_time, claim.screening.room.cinema.zone)

    @admin.display(description="room", ordering="screening__room__name")
    def room(self, claim: SeatClaim) -> str:
        return str(claim.screening.room)

    @admin.display(description="seat", ordering="seat__seat_number")
    def seat_label(self, claim: SeatClaim) -> str:
        return claim.seat.label

    @admin.display(description="price", ordering="price")
    def money(self, claim: SeatClaim) -> str:
        return f"{claim.price} {claim.currency}"

    @display(description="state", ordering="state", label=STATE_LABELS)
    def shown_state(self, claim: SeatClaim) -> tuple[str, str]:
        return claim.state, claim.get_state_display()

    @admin.display(description="until", ordering="expires_at")
    def until(self, claim: SeatClaim) -> str:
        return wall_clock(claim.expires_at, claim.screening.room.cinema.zone)


@admin.register(Hold)
class HoldAdmin(ClaimAdmin):
    list_display = ("user", "film", "starts", "room", "seat_label", "until", "extensions", "shown_state")
    ordering = ("-reserved_at", "-pk")
    date_hierarchy = "reserved_at"
    fields = (
        "user",
        "film",
        "starts",
        "room",
        "seat_label",
        "money",
        "shown_state",
        "reserved_at",
        "until",
        "extensions",
    )


@admin.register(Ticket)
class TicketAdmin(ClaimAdmin):
    list_display = ("short_code", "film", "starts", "room", "seat_label", "user", "shown_state", "money", "booking")
    ordering = ("-booked_at", "-pk")
    date_hierarchy = "booked_at"
    fields = (
        ("short_code", "state"),
        ("film", "starts"),
        ("room", "seat_label"),
        ("user", "booking", "money"),
        ("booked_at", "confirmed_at", "ended_at"),
        "what_happened",
    )
    actions = ("cancel_tickets",)

    @admin.display(description="short code", ordering="secret")
    def short_code(self, ticket: Ticket) -> str:
        return short_code_of(ticket.secret)

    @admin.display(description="what happened")
    def what_happened(self, ticket: Ticket) -> str:
        return _told(history_of_ticket(ticket), ticket.screening.room.cinema.zone)

    @admin.action(description="Cancel and free the seats", permissions=["act"])
    def cancel_tickets(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> HttpResponse | None:
        def cancel(ticket: Ticket) -> None:
            change_status(ticket_id=ticket.pk, status="cancelled", by=int(request.user.pk or 0))

        tickets = queryset.select_related("seat")
        asked = self.ask_first(request, tickets, self._in_full, **SURE_TO_CANCEL)
        if asked is None:
            self.act_on_each(request, tickets, cancel, "cancelled for the buyer", _name_of)
        return asked

    def _in_full(self, ticket: Ticket) -> str:
        return f"{_name_of(ticket)}: {self.film(ticket)}, {self.starts(ticket)}, {ticket.user}, {self.money(ticket)}"


def _name_of(ticket: Ticket) -> str:
    return f"{short_code_of(ticket.secret)}, seat {ticket.seat}"


class TicketInline(TabularInline):
    model = SeatClaim
    fields = ("seat", "price", "currency", "state", "confirmed_at", "ended_at")
    readonly_fields = fields
    verbose_name_plural = "tickets"
    extra = 0
    hide_title = True
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[SeatClaim]:
        return super().get_queryset(request).select_related("seat").order_by("seat_id")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("booking.view_ticket")


@admin.register(Booking)
class BookingAdmin(FactsAdmin):
    list_display = ("booking_number", "user", "screening", "total", "currency", "payment", "booked_at")
    list_filter = ("screening__room__cinema", "currency", "booked_at")
    list_select_related = (*PLACES, "user", "payment")
    search_fields = ("=booking_number", "user__email", "screening__movie__title", "=payment__payment_id")
    date_hierarchy = "booked_at"
    ordering = ("-booked_at", "-pk")
    inlines = (TicketInline,)
    fields = ("booking_number", "user", "screening", ("total", "currency", "payment"), "booked_at", "what_happened")

    @admin.display(description="what happened")
    def what_happened(self, booking: Booking) -> str:
        return _told(history_of_booking(booking), booking.screening.room.cinema.zone)


@admin.register(StateChange)
class StateChangeAdmin(FactsAdmin):
    """Everything that became something else, by whom and when."""

    list_display = ("at", "kind", "object_id", "from_state", "to_state", "actor")
    list_filter = ("kind", "to_state", "at")
    list_select_related = ("actor",)
    search_fields = ("=object_id",)
    search_help_text = "The number of a ticket, refund or screening, or a payment_id"
    date_hierarchy = "at"
    ordering = ("-pk",)
    fields = ("at", ("kind", "object_id"), ("from_state", "to_state"), "actor")


def _told(history: list[Happening], zone: ZoneInfo) -> str:
    lines = [(wall_clock(happening.at, zone), happening) for happening in history]
    return render_to_string("booking/admin/history.html", {"lines": lines, "zone": zone})
