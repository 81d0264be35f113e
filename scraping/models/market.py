"""What other cinemas show: films, houses, showings, and how full they are at most; made of items (services/market)."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.db import models

from scraping.models.items import Item
from scraping.models.runs import Run
from scraping.tix.layouts import percent


class Seen(models.Model):
    """What a site says under an id of its own."""

    source = models.CharField(max_length=60)
    upstream_id = models.CharField(max_length=64)
    first_seen_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        abstract = True


def film_name(title: str, upstream_id: str) -> str:
    """Return a film's title, or words for one of which the site has told none yet."""
    return title or f"Film without a title ({upstream_id})"


class MarketFilm(Seen):
    """A film. Without a title it is one of which only showings are known as yet."""

    title = models.CharField(max_length=300, blank=True, default="")
    genres = models.JSONField(default=list, blank=True)
    poster = models.CharField(max_length=1000, blank=True, default="")
    age_category = models.CharField(max_length=60, blank=True, default="")
    country = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "upstream_id"], name="one_market_film")]

    def __str__(self) -> str:
        return film_name(self.title, self.upstream_id)


class MarketListing(models.Model):
    """A film in the list of a city."""

    film = models.ForeignKey(MarketFilm, on_delete=models.CASCADE, related_name="listings")
    city = models.CharField(max_length=100)
    merchants = models.JSONField(default=list, blank=True)
    is_presale = models.BooleanField(default=False)
    changed_at = models.DateTimeField()
    vanished_at = models.DateTimeField(null=True, blank=True)
    item = models.ForeignKey(Item, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["film", "city"], name="one_market_listing")]

    def __str__(self) -> str:
        return f"{self.film} in {self.city}"


class MarketTheatre(Seen):
    """A cinema. Coordinates in degrees (WGS 84)."""

    name = models.CharField(max_length=200, blank=True, default="")
    merchant = models.CharField(max_length=60, blank=True, default="")
    city = models.CharField(max_length=100, blank=True, default="")
    address = models.CharField(max_length=500, blank=True, default="")
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    room_types = models.JSONField(default=list, blank=True, help_text="Kinds of rooms that showings named so far.")
    item = models.ForeignKey(Item, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "upstream_id"], name="one_market_theatre")]
        indexes = [models.Index(fields=["city"], name="market_theatres_of_city")]

    def __str__(self) -> str:
        return f"{self.label}, {self.city}"

    @property
    def label(self) -> str:
        """Its name, or words for one that has none yet."""
        return self.name or f"Cinema without a name ({self.upstream_id})"


@dataclass(frozen=True, slots=True)
class LastLook:
    """What the last look at a showing before its start found; see ``SeatSnapshot``."""

    captured_at: datetime
    seats_total: int
    unavailable: int
    taken_since: int

    @property
    def occupancy_upper_bound(self) -> float:
        return percent(self.unavailable, self.seats_total)

    @property
    def occupancy_lower_bound(self) -> float:
        return percent(self.taken_since, self.seats_total)


class MarketShowtime(Seen):
    """A showing. ``status``: 0 over, closed or sold out; 1 on sale; 2 almost sold out (only 1 counts as on sale)."""

    ON_SALE = 1
    currency: ClassVar[str] = "IDR"

    film = models.ForeignKey(MarketFilm, on_delete=models.CASCADE, related_name="showtimes")
    theatre = models.ForeignKey(MarketTheatre, on_delete=models.CASCADE, related_name="showtimes")
    day = models.DateField(
        help_text="Under which the site lists it; what starts after midnight belongs to the day before."
    )
    starts_at = models.DateTimeField()
    clock = models.CharField(max_length=5, help_text="The start as shown, in the cinema's zone.")
    status = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=100, blank=True, default="")
    studio = models.CharField(max_length=60, blank=True, default="")
    price = models.PositiveIntegerField(null=True, blank=True, help_text="Rupiah.")
    vanished_at = models.DateTimeField(null=True, blank=True)
    item = models.ForeignKey(Item, on_delete=models.SET_NULL, null=True, related_name="+")
    looked_at = models.DateTimeField(null=True, blank=True, help_text="When its seats were seen last before the start.")
    seats_total = models.PositiveIntegerField(null=True, blank=True, help_text="Of that look, as the two below.")
    unavailable = models.PositiveIntegerField(null=True, blank=True)
    taken_since = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "upstream_id"], name="one_market_showtime"),
            models.CheckConstraint(
                condition=models.Q(looked_at=None, seats_total=None, unavailable=None, taken_since=None)
                | models.Q(
                    looked_at__isnull=False,
                    seats_total__gt=0,
                    unavailable__lte=models.F("seats_total"),
                    taken_since__lte=models.F("unavailable"),
                ),
                name="last_look_adds_up",
            ),
        ]
        indexes = [
            models.Index(fields=["starts_at"], name="market_showtimes_by_start"),
            models.Index(fields=["day", "film"], name="market_showtimes_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.film_id} at {self.theatre_id}, {self.day} {self.clock}"

    @property
    def is_available(self) -> bool:
        return self.status == self.ON_SALE

    @property
    def last_look(self) -> LastLook | None:
        if self.looked_at is None or self.seats_total is None or self.unavailable is None or self.taken_since is None:
            return None
        return LastLook(self.looked_at, self.seats_total, self.unavailable, self.taken_since)


class SeatSnapshot(models.Model):
    """One look at the seats of a showing.

    ``unavailable`` are the seats that are sold or blocked, which the site does not tell apart: what follows from it is
    an upper bound (``tix.layouts.CAVEAT`` says so wherever it is shown). ``taken_since`` is the lower one
    (``tix/watching.py``).
    """

    showtime = models.ForeignKey(MarketShowtime, on_delete=models.CASCADE, related_name="snapshots")
    look = models.CharField(max_length=30, help_text="Minutes before the start (20-30, 10-20, 0-10), or the moment.")
    captured_at = models.DateTimeField()
    shape = models.CharField(max_length=20)
    seats_total = models.PositiveIntegerField()
    unavailable = models.PositiveIntegerField()
    taken_since = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Of these, the seats that were free at our first look at the same hall."
    )
    occupancy_upper_bound = models.FloatField(help_text="Percent, one decimal.")
    category = models.CharField(max_length=20)
    by_row = models.JSONField(default=list)
    layout = models.JSONField(default=list, help_text="By row: 1 free, 0 not, seat by seat.")
    perhaps_no_seat = models.PositiveIntegerField(default=0)
    payload = models.CharField(max_length=64, help_text="SHA-256 of the raw answer.")
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["showtime", "look"], name="one_look_per_phase"),
            models.CheckConstraint(
                condition=models.Q(unavailable__lte=models.F("seats_total"), seats_total__gt=0), name="seats_add_up"
            ),
            models.CheckConstraint(
                condition=models.Q(taken_since__lte=models.F("unavailable")), name="taken_are_unavailable"
            ),
        ]
        indexes = [models.Index(fields=["showtime", "captured_at"], name="snapshots_of_showtime")]

    def __str__(self) -> str:
        return f"{self.showtime_id} {self.look}: at most {self.occupancy_upper_bound} %"

    @property
    def occupancy_lower_bound(self) -> float:
        """Percent, one decimal."""
        return percent(self.taken_since, self.seats_total)
