"""Promo codes: what they take off, who has used them, and for which seats."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from catalog.models import Cinema, Movie, Screening


class PromoCode(models.Model):
    """A word that makes tickets cheaper, within limits. ``uses`` counts those who hold or have tickets by it."""

    code = models.CharField(
        max_length=32,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9-]{3,32}$", "3 to 32 letters, digits and hyphens.")],
        help_text="Capital and small letters are the same.",
    )
    percent = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(100)],
        help_text="Off each ticket; or leave it empty and give an amount.",
    )
    amount = models.DecimalField(
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text="Off all tickets of one buyer together.",
    )
    currency = models.CharField(
        max_length=3,
        blank=True,
        validators=[RegexValidator(r"^[A-Z]{3}$", "ISO 4217, as EUR")],
        help_text="Of the amount.",
    )
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True, help_text="From then on it can be used no more.")
    cinema = models.ForeignKey(
        Cinema, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: all."
    )
    movie = models.ForeignKey(
        Movie, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: all."
    )
    max_uses = models.PositiveIntegerField(null=True, blank=True, help_text="Of all people together. Empty: no limit.")
    uses_per_user = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    uses = models.PositiveIntegerField(default=0, editable=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__isnull=False, percent__gt=0, percent__lte=100, amount=None)
                | Q(percent=None, amount__isnull=False, amount__gt=0),
                name="promo_takes_something_off",
                violation_error_message="Give either a percentage or an amount.",
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | ~Q(currency=""),
                name="promo_amount_has_currency",
                violation_error_message="Give the currency of the amount.",
            ),
            models.CheckConstraint(
                condition=Q(max_uses=None) | Q(uses__lte=F("max_uses")),
                name="promo_within_its_limit",
                violation_error_message="It has been used more often than that.",
            ),
            models.CheckConstraint(condition=Q(uses_per_user__gte=1), name="promo_for_somebody"),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="promo_ends_after_it_begins",
                violation_error_message="It would end before it begins.",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        self.code = normal_form(self.code)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.code = normal_form(self.code)
        super().save(*args, **kwargs)


def normal_form(code: str) -> str:
    """Return a code as it is stored, whatever way it was typed."""
    return code.strip().upper()


class PromoUse(models.Model):
    """One use of a code by one person, for the seats they held at that moment; released when none of them is left."""

    promo = models.ForeignKey(PromoCode, on_delete=models.PROTECT, related_name="all_uses")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="promo_uses")
    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="+", db_index=False)
    turn = models.PositiveSmallIntegerField(help_text="Which of the uses that the code allows this person.")
    made_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["promo", "user", "turn"], condition=Q(released_at=None), name="one_promo_use_per_turn"
            ),
            models.CheckConstraint(condition=Q(turn__gte=1), name="promo_turn_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.promo} by {self.user_id}"


class PromoSeat(models.Model):
    """What a use takes off the price of one held or sold seat: the price without it is the sum of both."""

    use = models.ForeignKey(PromoUse, on_delete=models.PROTECT, related_name="seats")
    claim = models.OneToOneField("booking.SeatClaim", on_delete=models.PROTECT, related_name="promo")
    discount = models.DecimalField(max_digits=8, decimal_places=2)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(discount__gte=0), name="promo_discount_positive")]

    def __str__(self) -> str:
        return f"{self.discount} off {self.claim_id}"
