"""Money, to be read by staff; a refund that was given up may be tried again."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from booking.models import Refund
from booking.services.refunds import retry
from cinema_project.common.errors import DomainError
from cinema_project.common.staff_forms import FactsAdmin

STATUS_LABELS = {
    "captured": "warning",
    "claimed": "success",
    "part_refunded": "info",
    "refund_due": "warning",
    "refunded": "default",
    "due": "warning",
    "sent": "info",
    "settled": "success",
    "failed": "danger",
    "open": "warning",
    "replaced": "default",
    "paid": "success",
    "closed": "default",
}


class MoneyAdmin(FactsAdmin):
    """What the lists of money have in common."""

    @display(description="status", ordering="status", label=STATUS_LABELS)
    def shown_status(self, row: Refund) -> tuple[str, str]:
        return row.status, row.get_status_display()


class PaymentAdmin(MoneyAdmin):
    list_display = ("payment_id", "user", "screening", "amount", "currency", "shown_status", "captured_at")
    list_filter = ("status", "currency", "captured_at")
    list_select_related = ("user", "screening__movie")
    search_fields = ("=payment_id", "user__email", "screening__movie__title")
    date_hierarchy = "captured_at"
    ordering = ("-captured_at", "pk")


class PaymentIntentAdmin(MoneyAdmin):
    list_display = ("payment_id", "user", "screening", "amount", "currency", "provider", "shown_status", "created_at")
    list_filter = ("status", "provider", "hosted", "created_at")
    list_select_related = ("user", "screening__movie")
    search_fields = ("=payment_id", "=reference", "user__email", "screening__movie__title")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "pk")
    # Neither client_secret nor address: with them one could pay for somebody else.
    fields = (
        ("payment_id", "provider", "reference"),
        ("user", "screening", "seat_ids"),
        ("amount", "currency", "status", "hosted"),
        ("created_at", "ask_at"),
    )


class RefundAdmin(MoneyAdmin):
    list_display = ("thing", "buyer", "amount", "currency", "shown_status", "attempts", "last_error", "created_at")
    list_filter = ("status", "currency", "created_at")
    list_select_related = ("claim__user", "claim__booking", "payment__user")
    search_fields = (
        *("claim__user__email", "payment__user__email"),
        *("=claim__booking__booking_number", "=payment__payment_id", "=reference"),
    )
    search_help_text = "E-mail, booking number, payment or the provider's reference"
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-pk")
    actions = ("try_again",)

    @admin.display(description="for")
    def thing(self, refund: Refund) -> str:
        if refund.claim is None or refund.claim.booking is None:
            return f"payment {refund.payment_id}"
        return f"ticket {refund.claim_id} of {refund.claim.booking}"

    @admin.display(description="buyer")
    def buyer(self, refund: Refund) -> str:
        paid = refund.claim or refund.payment
        return str(paid.user) if paid else ""

    @admin.action(description="Try again", permissions=["act"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Refund]) -> None:
        for refund in queryset:
            try:
                retry(refund_id=refund.pk)
            except DomainError as error:
                messages.error(request, f"{refund}: {error}")
            else:
                self.log_change(request, refund, "Tried again.")
                messages.success(request, f"{refund}: on its way again.")
