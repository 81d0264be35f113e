"""Runs of sources, the units they consist of, and every attempt at one."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q


class Run(models.Model):
    """One go at a source. Its state is changed by ``engine.states.move`` alone."""

    class State(models.TextChoices):
        SCHEDULED = "scheduled"
        QUEUED = "queued"
        RUNNING = "running"
        CANCELLING = "cancelling"
        SUCCEEDED = "succeeded"
        PARTIAL = "partial", "partly succeeded"
        EMPTY_SUSPECT = "empty_suspect", "suspiciously empty"
        FAILED = "failed"
        CANCELLED = "cancelled"

    class Trigger(models.TextChoices):
        CLOCK = "clock"
        STAFF = "staff"
        COMMAND = "command"
        REPLAY = "replay"

    LIVE: ClassVar[tuple[str, ...]] = ("scheduled", "queued", "running", "cancelling")
    ENDED: ClassVar[tuple[str, ...]] = ("succeeded", "partial", "empty_suspect", "failed", "cancelled")

    source = models.CharField(max_length=60)
    run_key = models.CharField(
        max_length=200, help_text="Source and slot: what is started twice for one slot runs once."
    )
    trigger = models.CharField(max_length=8, choices=Trigger.choices, default=Trigger.CLOCK)
    options = models.JSONField(default=dict, blank=True)
    scope = models.CharField(max_length=64, blank=True, help_text="The options, hashed; empty: all of the source.")
    state = models.CharField(max_length=13, choices=State.choices, default=State.QUEUED)
    replay_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="replays")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="When a worker should take it up.")
    started_at = models.DateTimeField(null=True, blank=True)
    worked_until = models.DateTimeField(null=True, blank=True, help_text="Some worker is alive until then at least.")
    finished_at = models.DateTimeField(null=True, blank=True)
    cancel_asked_at = models.DateTimeField(null=True, blank=True)
    cancel_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    parser_version = models.PositiveIntegerField(default=1)
    verdict = models.CharField(max_length=10, blank=True, help_text="changed, unchanged, empty, partial, failed ...")
    words = models.TextField(blank=True, help_text="What became of it, and what to do, in plain words.")
    counts = models.JSONField(default=dict, blank=True)
    coverage = models.JSONField(
        default=dict, blank=True, help_text="By kind: how many there were, and how many had each field."
    )
    alarms = models.JSONField(default=list, blank=True, help_text="Sentences that ask for a person.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run_key"], name="one_run_per_slot"),
            models.CheckConstraint(
                condition=Q(state__in=("scheduled", "queued", "running", "cancelling"), finished_at=None)
                | Q(
                    state__in=("succeeded", "partial", "empty_suspect", "failed", "cancelled"),
                    finished_at__isnull=False,
                ),
                name="run_ended_has_its_moment",
            ),
            models.UniqueConstraint(
                fields=["source", "scope"],
                condition=Q(state__in=("scheduled", "queued", "running", "cancelling"), replay_of=None),
                name="one_live_run_per_source",
            ),
        ]
        indexes = [
            models.Index(fields=["source", "-finished_at"], name="runs_of_source"),
            models.Index(
                fields=["due_at"],
                name="runs_to_work_on",
                condition=Q(state__in=("scheduled", "queued", "running", "cancelling")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_key}: {self.state}"

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE


class Unit(models.Model):
    """One thing to fetch in a run."""

    class State(models.TextChoices):
        PENDING = "pending"
        LEASED = "leased"
        RETRY_AT = "retry_at", "to be tried again"
        DONE = "done"
        QUARANTINED = "quarantined"
        DEAD = "dead", "given up"

    OPEN: ClassVar[tuple[str, ...]] = ("pending", "leased", "retry_at")
    WAITING: ClassVar[tuple[str, ...]] = ("pending", "retry_at")

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="units", db_index=False)
    key = models.CharField(max_length=200)
    args = models.JSONField(default=dict, blank=True)
    order = models.IntegerField(default=0)
    state = models.CharField(max_length=11, choices=State.choices, default=State.PENDING, db_default=State.PENDING)
    due_at = models.DateTimeField()
    lease = models.CharField(max_length=32, blank=True, default="", help_text="The worker that has it.")
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts_made = models.PositiveIntegerField(default=0, db_default=0)
    failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    losses = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="Workers that died having it.")
    payload = models.CharField(max_length=64, blank=True, default="", help_text="For a replay: what to parse again.")
    payload_at = models.DateTimeField(null=True, blank=True, help_text="When that was fetched.")
    payload_status = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.TextField(blank=True, default="")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "key"], name="one_unit_per_key"),
            models.CheckConstraint(
                condition=Q(state="leased", leased_until__isnull=False) & ~Q(lease="")
                | ~Q(state="leased") & Q(leased_until=None, lease=""),
                name="unit_leased_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("pending", "leased", "retry_at"), ended_at=None)
                | Q(state__in=("done", "quarantined", "dead"), ended_at__isnull=False),
                name="unit_ended_has_its_moment",
            ),
        ]
        indexes = [
            models.Index(
                fields=["run", "order", "id"], name="units_waiting", condition=Q(state__in=("pending", "retry_at"))
            ),
            models.Index(fields=["run", "leased_until"], name="units_leased", condition=Q(state="leased")),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.state}"


class Attempt(models.Model):
    """One lease of a unit and what came of it. A unit is done once: the database says so."""

    class Outcome(models.TextChoices):
        DONE = "done"
        FAILED = "failed"
        QUARANTINED = "quarantined"
        DEFERRED = "deferred", "put off"
        LOST = "lost"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="attempts", db_index=False)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="attempts", db_index=False)
    number = models.PositiveIntegerField()
    worker = models.CharField(max_length=32)
    outcome = models.CharField(max_length=11, choices=Outcome.choices)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Of the last answer.")
    requests = models.PositiveIntegerField(default=0)
    received = models.PositiveBigIntegerField(default=0, help_text="Bytes, unpacked.")
    payload = models.CharField(max_length=64, blank=True, default="", help_text="SHA-256 of the last answer.")
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    quarantined = models.PositiveIntegerField(default=0)
    seen = models.BinaryField(default=bytes, help_text="Numbers of the items found, eight bytes each.")
    fields = models.JSONField(default=dict, blank=True, help_text="By kind: records, and those with each field.")
    error = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "number"], name="one_attempt_per_lease"),
            models.UniqueConstraint(fields=["unit"], condition=Q(outcome="done"), name="unit_done_once"),
        ]
        indexes = [models.Index(fields=["run", "outcome"], name="attempts_of_run")]

    def __str__(self) -> str:
        return f"{self.number} at {self.unit_id}: {self.outcome}"
