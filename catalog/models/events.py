"""What else is on in town: concerts, plays, matches ... as other sites announce them."""

from typing import Self
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models
from django.db.models import Q


class EventType(models.TextChoices):
    CONCERT = "concert"
    STAND_UP = "stand_up", "stand-up"
    EXHIBITION = "exhibition"
    THEATER = "theater", "theatre"
    CINEMA = "cinema"
    SPORT = "sport"
    EXCURSION = "excursion"
    SHOW = "show"
    QUEST = "quest"
    MASTER_CLASS = "master_class", "master class"


class EventPicture(models.Model):
    """A file of ours, named by its content: events that show the same picture share it.

    The row is there before the file, so that no file is ever without one.
    """

    name = models.CharField(max_length=100, primary_key=True)
    used_at = models.DateTimeField(help_text="When it was last wanted; what nobody wants is deleted an hour later.")
    stored_at = models.DateTimeField(null=True, blank=True, help_text="Empty: the storage may not have it yet.")

    class Meta:
        indexes = [models.Index(fields=["used_at"], name="event_pictures_by_age")]

    def __str__(self) -> str:
        return self.name


class EventQuerySet(models.QuerySet["Event"]):
    def active(self) -> Self:
        """Those that are still to come, as far as anybody knows."""
        return self.filter(archived_at=None)

    def archived(self) -> Self:
        """Those that are over, and those that staff took out; not what was merged into another."""
        return self.filter(archived_at__isnull=False, merged_into=None)


class Event(models.Model):
    """One event of any type. Whichever list it stands in, its ``id`` is the same."""

    uuid = models.UUIDField()
    event_type = models.CharField("type", max_length=12, choices=EventType.choices)
    source_id = models.CharField(max_length=200, null=True, blank=True, help_text="Its id where it was found.")
    title = models.CharField(max_length=500)
    description = models.TextField(blank=True)
    price = models.PositiveIntegerField(help_text="The lowest, in whole units of the town's currency.")
    date_preview = models.DateTimeField(help_text="The date that lists show: the next one, while there is any.")
    last_date = models.DateTimeField(help_text="The last of all its dates: once it is past, the event is archived.")
    place = models.CharField(max_length=500, blank=True)
    genre = models.CharField(max_length=200, blank=True)
    age = models.CharField(max_length=50, null=True, blank=True, help_text="Such as 18+.")
    details = models.JSONField(default=dict, blank=True, help_text="What only events of its type have.")
    picture = models.ForeignKey(EventPicture, on_delete=models.PROTECT, null=True, blank=True, related_name="events")
    picture_url = models.CharField(max_length=2000, blank=True, help_text="Where the picture was fetched.")
    url = models.CharField(max_length=2000, blank=True)
    search_text = models.TextField(blank=True, editable=False, help_text="Title, place, genre and text, folded.")
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="duplicates")

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["uuid"], name="one_event_per_uuid"),
            models.CheckConstraint(condition=Q(event_type__in=EventType.values), name="event_type_known"),
            models.CheckConstraint(condition=Q(last_date__gte=models.F("date_preview")), name="event_last_date_last"),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(archived_at__isnull=False), name="merged_event_archived"
            ),
        ]
        indexes = [
            models.Index(fields=["date_preview", "id"], name="events_to_come", condition=Q(archived_at=None)),
            models.Index(fields=["event_type", "date_preview"], name="events_of_type", condition=Q(archived_at=None)),
            models.Index(fields=["-archived_at"], name="events_archived", condition=Q(archived_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.place}"

    @property
    def picture_address(self) -> str:
        """Where browsers find its picture, empty if it has none."""
        return default_storage.url(self.picture_id) if self.picture_id else ""

    @property
    def source_url(self) -> str:
        """Where it is announced, empty where that is no address of the web but ours."""
        return self.url if self.url.startswith(("http://", "https://")) and not self.is_ours else ""

    @property
    def is_ours(self) -> bool:
        return self.url.startswith(f"{settings.SITE_URL}/")


class EventDate(models.Model):
    """One moment at which an event begins."""

    event = models.ForeignKey(  # the index of the constraint begins with it
        Event, on_delete=models.CASCADE, related_name="dates", db_index=False
    )
    starts_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "starts_at"], name="event_date_once")]

    def __str__(self) -> str:
        return f"event {self.event_id} at {self.starts_at.isoformat()}"


def normalised_type(said: str) -> str:
    """Return a type as it is stored, or as it would be: ``Stand-Up`` is ``stand_up``."""
    return "_".join(said.replace("-", " ").replace("_", " ").lower().split())


def uuid_text(value: UUID | str) -> str:
    """Return a UUID as answers have it, also one that SQLite gave as it stands in the row."""
    return str(value if isinstance(value, UUID) else UUID(value))
