"""When films are shown."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from catalog.models.cinemas import Room
from catalog.models.movies import Movie


class ScreeningStatus(models.TextChoices):
    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"
    COMPLETED = "completed"


class ScreeningQuerySet(models.QuerySet["Screening"]):
    def scheduled(self) -> Self:
        return self.filter(status=ScreeningStatus.SCHEDULED)

    def upcoming(self, now: datetime, **of: Any) -> Self:
        """Those a visitor may still want: scheduled, not started, of a film that is not archived."""
        return self.filter(status=ScreeningStatus.SCHEDULED, start_time__gt=now, movie__archived_at=None, **of)

    def between(self, start: datetime, end: datetime) -> Self:
        """Those that start within the half-open span."""
        return self.filter(start_time__gte=start, start_time__lt=end)

    def starting_in(self, spans: Iterable[tuple[str, datetime, datetime]]) -> Self:
        """Those that start within the given half-open spans, one for each time zone of the cinemas."""
        wanted, starts, ends = Q(), [], []
        for zone, start, end in spans:
            wanted |= Q(room__cinema__timezone=zone, start_time__gte=start, start_time__lt=end)
            starts.append(start)
            ends.append(end)
        if not starts:
            return self.none()
        # The outermost moments say nothing new, but they are what an index can be asked for.
        return self.between(min(starts), max(ends)).filter(wanted)

    def with_places(self) -> Self:
        """Film, room and cinema along with each row."""
        return self.select_related("movie", "room__cinema")


class Screening(models.Model):
    """One showing of a film in a room. Two scheduled ones never overlap in a room (migration 0002)."""

    movie = models.ForeignKey(Movie, on_delete=models.PROTECT, related_name="screenings")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="screenings")
    start_time = models.DateTimeField()
    end_time = models.DateTimeField(help_text="Start, trailers and film.")
    room_free_at = models.DateTimeField(help_text="End and cleaning: the next screening may start.")
    price = models.DecimalField(max_digits=8, decimal_places=2, validators=[MinValueValidator(0)])
    currency = models.CharField(max_length=3)
    is_3d = models.BooleanField(default=False)
    is_imax = models.BooleanField(default=False)
    is_dolby = models.BooleanField(default=False)
    language = models.CharField(max_length=50, null=True, blank=True)
    subtitles = models.CharField(max_length=50, null=True, blank=True)
    presale = models.BooleanField(default=False, help_text="On sale although the film is still coming soon.")
    status = models.CharField(max_length=10, choices=ScreeningStatus.choices, default=ScreeningStatus.SCHEDULED)
    bookings_count = models.PositiveIntegerField(default=0, editable=False)
    seat_seq = models.PositiveBigIntegerField(default=0, editable=False, help_text="Counts changes of its seats (R56).")
    moved_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When its start last changed: who had tickets then (R46)."
    )
    actor = models.ForeignKey(  # copied to the log of states; constraint and index would cost more than they give
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_constraint=False,
        db_index=False,
        help_text="Who last changed its status; empty for the clock.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ScreeningQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0), name="screening_price_positive"),
            models.CheckConstraint(
                condition=Q(end_time__gt=F("start_time"), room_free_at__gte=F("end_time")),
                name="screening_times_in_order",
            ),
            models.CheckConstraint(condition=Q(status__in=ScreeningStatus.values), name="screening_status_known"),
        ]
        indexes = [
            models.Index(fields=["start_time"], name="screening_by_start"),
            models.Index(fields=["movie", "start_time"], name="screening_by_movie"),
            models.Index(fields=["room", "start_time"], name="screening_by_room"),
        ]

    def __str__(self) -> str:
        """Film and start on the cinema's clock; reads film, room and cinema unless they came along."""
        return f"{self.movie} {self.start_time.astimezone(self.room.cinema.zone):%Y-%m-%d %H:%M}"

    def status_at(self, now: datetime) -> str:
        """Return the status, of which ``status_at`` below tells."""
        return status_at(self.status, self.end_time, now)


def status_at(status: str, end_time: datetime, now: datetime) -> str:
    """Return the status of a screening; it is completed by time, not by anybody's doing."""
    return ScreeningStatus.COMPLETED if status == ScreeningStatus.SCHEDULED and end_time <= now else status
