"""Where films are shown: cinemas, their rooms, and the seats in them."""

from decimal import Decimal
from typing import Any, Self
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F

LONGEST_CUTOFF = 30 * 24 * 60


def validate_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(f"{name} is not an IANA time zone, such as Europe/Berlin.")


class SeatType(models.TextChoices):
    STANDARD = "standard"
    PREMIUM = "premium"
    VIP = "vip"
    COUPLE = "couple"
    WHEELCHAIR = "wheelchair", "wheelchair space"
    COMPANION = "companion"


class TicketType(models.TextChoices):
    """Who sits on a seat, as far as it changes the price."""

    ADULT = "adult"
    CHILD = "child"
    SENIOR = "senior"
    MEMBER = "member"


PRICE_FACTORS = tuple(f"{kind}_factor" for kind in (*SeatType.values, *TicketType.values))
"""The fields of :class:`Cinema` by which a screening's price is multiplied: one of the seat, one of the ticket."""


def _factor(number: str) -> Any:
    default = Decimal(number)
    return models.DecimalField(
        max_digits=5, decimal_places=2, default=default, db_default=default, validators=[MinValueValidator(0)]
    )


class CinemaQuerySet(models.QuerySet["Cinema"]):
    def visible(self) -> Self:
        return self.filter(archived_at=None)


class RoomQuerySet(models.QuerySet["Room"]):
    def visible(self) -> Self:
        return self.filter(archived_at=None, cinema__archived_at=None)


class Cinema(models.Model):
    """A house with one or more rooms."""

    name = models.CharField(max_length=255)
    slug = models.SlugField(max_length=255, unique=True)
    address = models.CharField(max_length=500)
    city = models.CharField(max_length=100)
    amenities = models.JSONField(
        default=list, blank=True, help_text='A list of words, such as ["bar", "hearing loop"].'
    )
    timezone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    currency = models.CharField(
        max_length=3, default="EUR", validators=[RegexValidator(r"^[A-Z]{3}$", "ISO 4217, as EUR")]
    )
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    hold_seconds = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(60), MaxValueValidator(900)],
        help_text="How long a seat is held for a buyer; empty means the site's HOLD_SECONDS.",
    )
    premium_factor = models.DecimalField(
        max_digits=5, decimal_places=2, default="1.2", validators=[MinValueValidator(0)]
    )
    vip_factor = models.DecimalField(max_digits=5, decimal_places=2, default="1.5", validators=[MinValueValidator(0)])
    companion_release_minutes = models.PositiveSmallIntegerField(
        default=60,
        db_default=60,
        help_text="Until so long before the start, companion seats go with the wheelchair space beside them.",
    )
    standard_factor = _factor("1.00")
    couple_factor = _factor("1.00")
    wheelchair_factor = _factor("1.00")
    companion_factor = _factor("1.00")
    adult_factor = _factor("1.00")
    child_factor = _factor("0.65")
    senior_factor = _factor("0.80")
    member_factor = _factor("0.80")
    booking_fee = models.DecimalField(
        max_digits=6,
        decimal_places=2,
        default=Decimal("0.00"),
        db_default=Decimal("0.00"),
        validators=[MinValueValidator(0)],
        help_text="Added to each ticket, and part of every price of a seat that visitors see.",
    )
    cancel_cutoff_minutes = models.PositiveIntegerField(
        default=0,
        db_default=0,
        validators=[MaxValueValidator(LONGEST_CUTOFF)],
        help_text="How many minutes before the start visitors can give tickets back at the latest.",
    )
    trailer_minutes = models.PositiveSmallIntegerField(default=15)
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CinemaQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(premium_factor__gte=0, vip_factor__gte=0), name="seat_factors_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(**{f"{name}__gte": 0 for name in (*PRICE_FACTORS, "booking_fee")}),
                name="cinema_prices_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.city}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and make every seat map of the house out of date: prices and hold lengths may have changed."""
        super().save(*args, **kwargs)
        type(self).objects.filter(pk=self.pk).update(version=F("version") + 1)
        self.refresh_from_db(fields=["version"])  # or saving it again would write the old number

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Room(models.Model):
    """A hall with one screen."""

    cinema = models.ForeignKey(Cinema, on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=100)
    cleaning_minutes = models.PositiveSmallIntegerField(default=15)
    step_free = models.BooleanField(default=False)
    hearing_loop = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    layout_version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RoomQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cinema", "name"], condition=models.Q(archived_at=None), name="room_name_unique_in_cinema"
            )
        ]

    def __str__(self) -> str:
        return f"{self.cinema.name}: {self.name}"


class Seat(models.Model):
    """One place to sit. ``x`` and ``y`` are grid cells of the plan, counted from 0 at the screen's left."""

    room = models.ForeignKey(  # the index of the constraint begins with it
        Room, on_delete=models.PROTECT, related_name="seats", db_index=False
    )
    row_label = models.CharField(max_length=5)
    seat_number = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    seat_type = models.CharField(max_length=12, choices=SeatType.choices, default=SeatType.STANDARD)
    x = models.PositiveSmallIntegerField(null=True, blank=True)
    y = models.PositiveSmallIntegerField(null=True, blank=True)
    is_active = models.BooleanField(default=True, help_text="Switched off: no new sales; sold tickets stay.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "row_label", "seat_number"], name="seat_label_unique_in_room"),
            models.CheckConstraint(condition=models.Q(seat_type__in=SeatType.values), name="seat_type_known"),
            models.CheckConstraint(condition=models.Q(seat_number__gte=1), name="seat_number_positive"),
        ]
        indexes = [models.Index(fields=["room"], condition=models.Q(is_active=True), name="seats_on_sale")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The words on the ticket, such as ``E7``."""
        return f"{self.row_label}{self.seat_number}"
