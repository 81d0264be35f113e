"""Whom we ask, and how they bear it."""

from django.db import models
from django.db.models import Q


class Host(models.Model):
    """A host that we ask, with its circuit breaker and, where there is no Redis, its pace."""

    class Circuit(models.TextChoices):
        CLOSED = "closed", "closed: it is asked"
        OPEN = "open", "open: it is left in peace"
        HALF_OPEN = "half_open", "half open: one request tries"

    name = models.CharField(max_length=260, primary_key=True, help_text="Host and port.")
    is_blocked = models.BooleanField(default=False, help_text="Nothing is asked of it any more.")
    circuit = models.CharField(max_length=9, choices=Circuit.choices, default=Circuit.CLOSED)
    failures = models.PositiveIntegerField(default=0, help_text="In a row.")
    times_opened = models.PositiveIntegerField(default=0, help_text="In a row.")
    open_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    robots = models.TextField(blank=True, default="", help_text="Its robots.txt.")
    robots_at = models.DateTimeField(null=True, blank=True, help_text="When that was read; once a day.")
    free_at = models.FloatField(default=0, help_text="Seconds since 1970 from which the next request may go out.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(circuit="closed") | Q(open_until__isnull=False), name="host_open_until_some_moment"
            )
        ]

    def __str__(self) -> str:
        return self.name


class SourceState(models.Model):
    """What staff say of a source; without a row it is off."""

    name = models.CharField(max_length=60, primary_key=True)
    is_on = models.BooleanField(default=False, help_text="Outside sources are off until somebody switches them on.")
    per_second = models.FloatField(
        null=True, blank=True, help_text="Requests to one host in any one second; empty: as the source has it."
    )
    quiet_from = models.TimeField(null=True, blank=True, help_text="UTC; nothing is begun between these two.")
    quiet_until = models.TimeField(null=True, blank=True)
    ignores_robots = models.BooleanField(
        default=False, help_text="Read it even where its robots.txt asks not to: only if the site has agreed."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(per_second=None) | Q(per_second__gt=0), name="source_pace_positive"),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None) | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="source_quiet_from_and_until",
            ),
        ]
        verbose_name = "source"

    def __str__(self) -> str:
        return self.name
