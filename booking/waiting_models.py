"""Parties that wait for seats together at a screening that has none."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from catalog.models import Screening


class WaitingParty(models.Model):
    """One party in the queue of a screening; whoever joined first is first.

    What is offered to it is held by ordinary holds, which ``claim_ids`` names: those tell what became of the offer.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        OFFERED = "offered", "seats offered"
        SERVED = "served", "got seats"
        LAPSED = "lapsed", "offer not taken"
        LEFT = "left", "left the list"
        CLOSED = "closed", "film has begun"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="waiting_parties")
    screening = models.ForeignKey(  # nobody has anything of a screening that may be deleted
        Screening, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    size = models.PositiveSmallIntegerField()
    wheelchair = models.BooleanField(default=False, help_text="One of them needs a wheelchair space.")
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    joined_at = models.DateTimeField()
    offered_at = models.DateTimeField(null=True, blank=True)
    claim_ids = models.JSONField(default=list, blank=True, help_text="The holds that were made for it.")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "screening"],
                condition=Q(state__in=("waiting", "offered")),
                name="one_place_in_the_line",
            ),
            models.CheckConstraint(condition=Q(size__gte=1, size__lte=10), name="waiting_party_size"),
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "offered", "served", "lapsed", "left", "closed")),
                name="waiting_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("offered", "served", "lapsed")) | Q(offered_at__isnull=False),
                name="waiting_offer_has_its_moment",
            ),
        ]
        indexes = [
            models.Index(
                fields=["screening", "joined_at"], name="waiting_line", condition=Q(state__in=("waiting", "offered"))
            )
        ]
        verbose_name_plural = "waiting parties"

    def __str__(self) -> str:
        return f"{self.size} for {self.screening_id}"
