"""Who sits where, and who paid.

A :class:`SeatClaim` follows one seat of one screening from hold to ticket in a single row, so that one unique index
sees every live claim. ``Hold`` and ``Ticket`` are the two ways to look at it. See docs/decisions/0001.
"""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from booking.payment_models import FakeCharge, FakeRefund, PaymentIntent, ProviderEvent
from booking.promo_models import PromoCode, PromoSeat, PromoUse
from booking.waiting_models import WaitingParty
from catalog.models import Screening, Seat, TicketType

__all__ = ["Booking", "ClaimState", "Hold", "Payment", "Refund", "SeatClaim", "Ticket", "sold_at"]
__all__ += ["HOLD_ONLY_STATES", "OCCUPYING_STATES", "TICKET_STATES"]
__all__ += ["FakeCharge", "FakeRefund", "PaymentIntent", "ProviderEvent"]
__all__ += ["PromoCode", "PromoSeat", "PromoUse", "WaitingParty"]


class ClaimState(models.TextChoices):
    """The life of a claim; ``held`` is the only hold among the live ones."""

    HELD = "held"
    LAPSED = "lapsed", "hold expired"
    RELEASED = "released", "hold cancelled"
    PENDING = "pending", "ticket waiting for payment"
    CONFIRMED = "confirmed", "ticket"
    USED = "used", "ticket used"
    CANCELLED = "cancelled", "ticket cancelled"
    REFUNDED = "refunded", "ticket refunded"
    UNPAID = "unpaid", "ticket never paid"


TICKET_STATES = ("pending", "confirmed", "used", "cancelled", "refunded", "unpaid")
HOLD_ONLY_STATES = ("held", "lapsed", "released")
OCCUPYING_STATES = ("held", "pending", "confirmed", "used")
"""The states that keep a seat from others; a hold and a pending ticket only until their moment (R4)."""
ENDED_STATES = ("lapsed", "released", "cancelled", "refunded")
"""The states of a seat that somebody had and has no more, unpaid tickets aside."""


def sold_at(now: datetime) -> Q:
    """Return the condition of tickets that count at this moment: one whose time to pay is over does not."""
    return Q(state__in=("confirmed", "used")) | Q(state="pending", expires_at__gt=now)


def _actor() -> Any:
    """Make the field that names who last changed the state of a row; triggers copy it to the log of states.

    No constraint and no index: every sale would pay for them.
    """
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        help_text="Empty for the clock.",
    )


class Payment(models.Model):
    """Money named by a ``payment_id``."""

    class Status(models.TextChoices):
        CAPTURED = "captured"
        CLAIMED = "claimed"
        PART_REFUNDED = "part_refunded", "part refunded"
        REFUND_DUE = "refund_due", "refund due"
        REFUNDED = "refunded"

    CLAIMABLE: ClassVar[timedelta] = timedelta(minutes=15)
    """How long money that bought nothing may still be used (R33)."""

    payment_id = models.CharField(max_length=255, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="payments")
    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="+", db_index=False)
    seat_ids = models.JSONField(help_text="The seats asked for, ascending: what makes a repeated call the same (R22).")
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=14, choices=Status.choices)
    captured_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="payment_amount_positive")]
        indexes = [models.Index(fields=["captured_at"], name="payments_unclaimed", condition=Q(status="captured"))]

    def __str__(self) -> str:
        return self.payment_id

    @property
    def claimable_until(self) -> datetime:
        """The moment from which money that bought nothing goes back."""
        return self.captured_at + self.CLAIMABLE

    def status_at(self, now: datetime) -> str:
        """Return the status; money that nobody claimed in time is due, whether or not anybody marked it."""
        lapsed = self.status == self.Status.CAPTURED and now >= self.claimable_until
        return self.Status.REFUND_DUE if lapsed else self.status


class Booking(models.Model):
    """All tickets made by one successful call."""

    booking_number = models.CharField(max_length=12, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="bookings")
    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="bookings")
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="booking")
    total = models.DecimalField(max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3)
    booked_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.booking_number


class SeatClaim(models.Model):
    """One user's claim on one seat of one screening."""

    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="claims")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="claims")
    user = models.ForeignKey(  # the index claims_of_user begins with it
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="claims", db_index=False
    )
    state = models.CharField(max_length=10, choices=ClaimState.choices)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    currency = models.CharField(max_length=3)
    ticket_type = models.CharField(
        max_length=6, choices=TicketType.choices, default=TicketType.ADULT, db_default=TicketType.ADULT
    )
    reserved_at = models.DateTimeField(
        null=True, blank=True, help_text="Empty when the seat was booked without a hold."
    )
    expires_at = models.DateTimeField(null=True, blank=True, help_text="End of the hold, or of the time to pay.")
    extensions = models.PositiveSmallIntegerField(default=0)
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets")
    booked_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When the seat was given back.")
    secret = models.CharField(
        max_length=26, unique=True, help_text="130 random bits; what the QR code of the ticket proves."
    )
    actor = _actor()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["screening", "seat"], condition=Q(state__in=OCCUPYING_STATES), name="one_live_claim_per_seat"
            ),
            models.CheckConstraint(condition=Q(state__in=ClaimState.values), name="claim_state_known"),
            models.CheckConstraint(condition=Q(price__gte=0), name="claim_price_positive"),
            models.CheckConstraint(condition=Q(ticket_type__in=TicketType.values), name="ticket_type_known"),
            models.CheckConstraint(
                condition=~Q(state__in=HOLD_ONLY_STATES)
                | Q(reserved_at__isnull=False, expires_at__isnull=False, booking=None),
                name="hold_has_its_moments",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=TICKET_STATES) | Q(booked_at__isnull=False, booking__isnull=False),
                name="ticket_has_its_booking",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "state"], name="claims_of_user"),
            models.Index(fields=["expires_at"], name="claims_to_expire", condition=Q(state__in=("held", "pending"))),
            models.Index(  # what R12 counts; a hold that is bought never enters it
                fields=["screening", "user"], name="ended_claims_of_user", condition=Q(state__in=ENDED_STATES)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} at {self.screening_id}: {self.state}"


class _Narrowed(models.Manager[Any]):
    def __init__(self, condition: Q) -> None:
        super().__init__()
        self.condition = condition

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(self.condition)


class Hold(SeatClaim):
    """A claim that is or was a hold, the API's reservation."""

    objects: ClassVar[models.Manager[Any]] = _Narrowed(Q(reserved_at__isnull=False))

    class Meta:
        proxy = True

    @property
    def status(self) -> str:
        """``active``, ``expired``, ``cancelled``, or ``confirmed`` once it became a ticket."""
        return {"held": "active", "lapsed": "expired", "released": "cancelled"}.get(self.state, "confirmed")


class Ticket(SeatClaim):
    """A claim that is or was a sold seat."""

    objects: ClassVar[models.Manager[Any]] = _Narrowed(Q(state__in=TICKET_STATES))

    class Meta:
        proxy = True

    @property
    def status(self) -> str:
        """The contract's word: a ticket never paid is ``expired``."""
        return "expired" if self.state == ClaimState.UNPAID else self.state


class Refund(models.Model):
    """Money to give back: for one ticket, or for a payment that bought none; there is one for each of them, ever."""

    class Status(models.TextChoices):
        DUE = "due"
        SENT = "sent"
        SETTLED = "settled"
        FAILED = "failed"

    claim = models.OneToOneField(SeatClaim, on_delete=models.PROTECT, null=True, blank=True, related_name="refund")
    payment = models.OneToOneField(
        Payment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="refund",
        help_text="Of a payment that bought nothing, the whole of it.",
    )
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.DUE)
    created_at = models.DateTimeField()
    # The database knows what to begin with, for those who insert a refund without the ORM.
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    sent_at = models.DateTimeField(null=True, blank=True, help_text="When it was first sent to the provider.")
    next_at = models.DateTimeField(null=True, blank=True, help_text="When it is sent, or asked about, again.")
    settled_at = models.DateTimeField(null=True, blank=True)
    reference = models.CharField(max_length=255, blank=True, default="", db_default="")
    last_error = models.TextField(blank=True, default="", db_default="")
    actor = _actor()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="refund_amount_positive"),
            models.CheckConstraint(
                condition=Q(claim__isnull=False, payment=None) | Q(claim=None, payment__isnull=False),
                name="refund_of_one_thing",
            ),
        ]
        indexes = [models.Index(fields=["next_at"], name="refunds_to_send", condition=Q(status__in=("due", "sent")))]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} for {self.claim_id or self.payment_id}"

    @property
    def since(self) -> datetime:
        """When its status became what it is, as far as that is remembered."""
        return self.settled_at or self.sent_at or self.created_at


class MqttScreening(models.Model):
    """What the MQTT broker retains about a screening, which may be gone by now."""

    screening_id = models.BigIntegerField(primary_key=True)
    seat_seq = models.BigIntegerField(null=True, help_text="The change it was told of; empty: not compared yet.")
    room = models.CharField(max_length=40, blank=True, help_text="The room and its version.")
    seats = models.JSONField(default=dict, help_text="The status of each seat by its id.")
    available_tickets = models.PositiveIntegerField(null=True)
    total_capacity = models.PositiveIntegerField(null=True)
    good_until = models.DateTimeField(null=True, help_text="When the first hold lapses.")

    def __str__(self) -> str:
        return f"{self.screening_id} at {self.seat_seq}"


class MqttTurn(models.Model):
    """Whose turn it is to talk to the MQTT broker; there is one row."""

    holder = models.CharField(max_length=32)
    until = models.DateTimeField()
    mark = models.CharField(max_length=32, help_text="The word that followed our last news; the broker keeps it, too.")

    def __str__(self) -> str:
        return f"{self.holder} until {self.until}"


class StateChange(models.Model):
    """One step in the life of a claim, payment, refund or screening. Triggers write it (docs/booking.md).

    How each came to be is in its own row; the log begins with the first change.
    """

    class Kind(models.TextChoices):
        CLAIM = "claim", "seat"
        PAYMENT = "payment"
        REFUND = "refund"
        SCREENING = "screening"

    kind = models.CharField(max_length=9, choices=Kind.choices)
    object_id = models.CharField(
        max_length=263, help_text="For a refund the number of its ticket, or “payment” and the payment_id."
    )
    from_state = models.CharField(max_length=14, verbose_name="from")
    to_state = models.CharField(max_length=14, blank=True, verbose_name="to", help_text="Empty: withdrawn.")
    at = models.DateTimeField()
    actor = _actor()

    class Meta:
        indexes = [models.Index(fields=["object_id", "kind"], name="changes_of_object")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}: {self.from_state} -> {self.to_state or 'withdrawn'}"
