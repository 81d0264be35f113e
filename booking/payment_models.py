"""What we told a payment provider, and what it told us. The money itself is ``Payment`` and ``Refund``."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from catalog.models import Screening


class PaymentIntent(models.Model):
    """Somebody's wish to pay for the seats they hold.

    The row is made before the provider hears of it: its ``payment_id`` is the provider's idempotency key, so a request
    whose answer was lost can be sent again.
    """

    class Status(models.TextChoices):
        OPEN = "open"
        REPLACED = "replaced", "replaced by another"
        PAID = "paid"
        CLOSED = "closed", "came to nothing"

    payment_id = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="payment_intents")
    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="+", db_index=False)
    seat_ids = models.JSONField(help_text="The seats to be paid for, ascending.")
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3)
    provider = models.CharField(max_length=16)
    hosted = models.BooleanField(help_text="Paid on the provider's own page, instead of by the client that asked.")
    reference = models.CharField(max_length=255, blank=True, help_text="The provider's name for it.")
    client_secret = models.CharField(max_length=255, blank=True)
    address = models.TextField(blank=True, help_text="The provider's page.")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)
    created_at = models.DateTimeField()
    ask_at = models.DateTimeField(help_text="When the provider is asked next what became of it.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "screening", "seat_ids", "hosted"],
                condition=Q(status="open"),
                name="one_open_intent_per_choice",
            ),
            models.UniqueConstraint(
                fields=["provider", "reference"], condition=~Q(reference=""), name="intent_reference_unique"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="intent_amount_positive"),
        ]
        indexes = [
            models.Index(fields=["ask_at"], name="intents_to_ask", condition=Q(status__in=("open", "replaced"))),
        ]

    def __str__(self) -> str:
        return self.payment_id


class ProviderEvent(models.Model):
    """A message of a provider that was acted upon; the same one is not acted upon twice."""

    provider = models.CharField(max_length=16)
    event_id = models.CharField(max_length=255)
    kind = models.CharField(max_length=100)
    reference = models.CharField(max_length=255, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="provider_event_once")]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"


class FakeCharge(models.Model):
    """A payment in the books of the fake provider, which stands for a bank where there is none."""

    payment_id = models.CharField(max_length=64, primary_key=True)
    secret = models.CharField(max_length=64, unique=True, help_text="Opens its page.")
    payer = models.CharField(max_length=64)
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3)
    return_address = models.TextField(blank=True)
    outcome = models.CharField(max_length=10, blank=True, help_text="What was chosen on its page.")
    captured_at = models.DateTimeField(null=True, help_text="From then on the money is there; it may lie ahead.")
    closed_at = models.DateTimeField(null=True, help_text="Declined, or given up: nothing can be paid any more.")

    def __str__(self) -> str:
        return self.payment_id


class FakeRefund(models.Model):
    """Money that the fake provider gave back; its key makes repeating it safe, as a real one's does."""

    key = models.CharField(max_length=255, primary_key=True)
    charge = models.ForeignKey(FakeCharge, on_delete=models.PROTECT, related_name="refunds")
    amount = models.DecimalField(max_digits=10, decimal_places=2)

    def __str__(self) -> str:
        return self.key
