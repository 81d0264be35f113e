"""Media jobs: what people watch about films. A job is a run of the source ``media``; its videos are the run's units."""

import uuid
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from scraping.models.runs import Run

MOST_VIDEOS, USUAL_VIDEOS = 200, 50
SHORTEST_INTERVAL = 5
"""Minutes."""


class Mode(models.TextChoices):
    PROFILE = "profile"
    HASHTAG = "hashtag"


class Wanted(models.Model):
    """What a job looks for."""

    mode = models.CharField(max_length=7, choices=Mode.choices)
    value = models.CharField(max_length=100, help_text="A user's name without @, or a hashtag without #.")
    limit = models.PositiveSmallIntegerField(
        default=USUAL_VIDEOS, validators=[MinValueValidator(1), MaxValueValidator(MOST_VIDEOS)]
    )
    no_watermark = models.BooleanField(default=True)
    drive_folder_id = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        abstract = True

    @property
    def name(self) -> str:
        return f"{'@' if self.mode == Mode.PROFILE else '#'}{self.value}"


class ScheduledJob(Wanted):
    """Makes a job every so many minutes; ``next_run_at`` is a slot that has not had its job yet."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    label = models.CharField("name", max_length=100)
    interval_minutes = models.PositiveIntegerField(
        default=60, validators=[MinValueValidator(SHORTEST_INTERVAL), MaxValueValidator(525_600)]
    )
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    last_run_at = models.DateTimeField(null=True, blank=True)
    next_run_at = models.DateTimeField(null=True, blank=True)
    total_runs = models.PositiveIntegerField(default=0)
    successful_runs = models.PositiveIntegerField(default=0)
    failed_runs = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="schedule_mode_known"),
            models.CheckConstraint(condition=~Q(value=""), name="schedule_value_given"),
            models.CheckConstraint(condition=Q(limit__range=(1, MOST_VIDEOS)), name="schedule_limit_within"),
            models.CheckConstraint(condition=Q(interval_minutes__gte=SHORTEST_INTERVAL), name="schedule_not_too_often"),
            models.CheckConstraint(
                condition=Q(enabled=True, next_run_at__isnull=False) | Q(enabled=False, next_run_at=None),
                name="schedule_on_has_its_slot",
            ),
            models.CheckConstraint(
                condition=Q(total_runs__gte=F("successful_runs") + F("failed_runs")), name="schedule_counts_add_up"
            ),
        ]
        indexes = [models.Index(fields=["next_run_at"], name="schedules_due", condition=Q(enabled=True))]

    def __str__(self) -> str:
        return self.label


class MediaJob(Wanted):
    """Videos of one user or hashtag, listed and, where the operator has the rights, fetched. How far it is, its run
    and its videos say: nothing is counted anywhere else."""

    class Status(models.TextChoices):
        PENDING = "pending"
        RUNNING = "running"
        COMPLETED = "completed"
        FAILED = "failed"
        CANCELLED = "cancelled"

    RUN_STATES: ClassVar[dict[str, tuple[str, ...]]] = {
        Status.PENDING: ("scheduled", "queued"),
        Status.RUNNING: ("running", "cancelling"),
        Status.COMPLETED: ("succeeded", "partial", "empty_suspect"),
        Status.FAILED: ("failed",),
        Status.CANCELLED: ("cancelled",),
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    since = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="media_job")
    schedule = models.ForeignKey(ScheduledJob, on_delete=models.SET_NULL, null=True, blank=True, related_name="jobs")
    slot = models.DateTimeField(null=True, blank=True, help_text="For which moment of the schedule it is.")
    failure_reason = models.CharField(max_length=40, blank=True, default="")
    note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="job_mode_known"),
            models.CheckConstraint(condition=~Q(value=""), name="job_value_given"),
            models.CheckConstraint(condition=Q(limit__range=(1, MOST_VIDEOS)), name="job_limit_within"),
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(since__lte=F("until")), name="job_since_before_until"
            ),
            models.UniqueConstraint(fields=["schedule", "slot"], name="one_job_per_slot"),
        ]
        indexes = [
            models.Index(fields=["-created_at", "id"], name="jobs_latest_first"),
            models.Index(fields=["mode", "value"], name="jobs_by_value"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.created_at:%d %b %Y %H:%M}"

    @property
    def status(self) -> str:
        """One of the five words that the outside knows. To be called off is to run until nobody works on it."""
        return next(word for word, states in self.RUN_STATES.items() if self.run.state in states)


class SchedulerBeat(models.Model):
    """When the clock last looked for jobs that are due."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.at}"
