"""What is shown: films and who is in them."""

from typing import Any, Self

from django.core.validators import MinValueValidator
from django.db import models

from cinema_project.common.public_urls import validate_public_url


class MovieState(models.TextChoices):
    COMING_SOON = "COMING_SOON", "coming soon"
    SHOWING = "SHOWING", "showing"
    ENDED = "ENDED", "ended"


class MovieQuerySet(models.QuerySet["Movie"]):
    def visible(self) -> Self:
        return self.filter(archived_at=None)

    def showing(self) -> Self:
        return self.visible().filter(state=MovieState.SHOWING)

    def coming_soon(self) -> Self:
        return self.visible().filter(state=MovieState.COMING_SOON)


class Movie(models.Model):
    """A film."""

    title = models.CharField(max_length=255)
    original_title = models.CharField(max_length=255, blank=True)
    slug = models.SlugField(max_length=255, unique=True)
    description = models.TextField(null=True, blank=True)
    duration_minutes = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    genre = models.JSONField(default=list, blank=True, help_text='A list of words, such as ["drama"].')
    rating = models.CharField(max_length=10, null=True, blank=True, help_text="Age rating, such as PG-13.")
    state = models.CharField(max_length=12, choices=MovieState.choices, default=MovieState.COMING_SOON)
    director = models.CharField(max_length=255, null=True, blank=True)
    writers = models.JSONField(default=list, blank=True)
    producers = models.JSONField(default=list, blank=True)
    release_date = models.DateField(null=True, blank=True)
    country = models.CharField(max_length=100, null=True, blank=True)
    language = models.CharField(max_length=50, null=True, blank=True)
    budget = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    revenue = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    production_company = models.CharField(max_length=255, null=True, blank=True)
    distributor = models.CharField(max_length=255, null=True, blank=True)
    poster = models.ImageField(upload_to="posters/", blank=True)
    image_url = models.CharField(max_length=500, null=True, blank=True, validators=[validate_public_url])
    trailer_url = models.URLField(max_length=500, null=True, blank=True, validators=[validate_public_url])
    awards = models.JSONField(default=list, blank=True)
    details = models.JSONField(default=dict, blank=True)
    tmdb_id = models.PositiveIntegerField(null=True, blank=True, unique=True)
    backdrop_path = models.ImageField("backdrop", max_length=500, upload_to="backdrops/", null=True, blank=True)
    vote_average = models.FloatField(null=True, blank=True)
    vote_count = models.PositiveIntegerField(null=True, blank=True)
    imported = models.JSONField(
        default=dict,
        blank=True,
        editable=False,
        help_text="What TMDB last said: a field with another value was edited.",
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    # Read for many films at once by selectors/movies.py and selectors/screenings.py.
    cast_names: list[str]
    credits: list["CastMember"]
    showtimes: list[Any]

    objects = MovieQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=MovieState.values), name="movie_state_known"),
            models.CheckConstraint(condition=models.Q(duration_minutes__gte=1), name="movie_duration_positive"),
        ]
        indexes = [
            models.Index(
                fields=["-created_at", "-id"],
                condition=models.Q(archived_at=None) & ~models.Q(state=MovieState.ENDED),
                name="movies_in_programme",
            ),
            models.Index(fields=["title", "id"], condition=models.Q(archived_at=None), name="movies_by_title"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def poster_url(self) -> str | None:
        """Where the stored poster is served, or the picture elsewhere."""
        return self.poster.url if self.poster else self.image_url


class CastMember(models.Model):
    """A person's part in a film."""

    movie = models.ForeignKey(Movie, on_delete=models.CASCADE, related_name="cast_members")
    actor_name = models.CharField(max_length=255)
    character_name = models.CharField(max_length=255)
    role = models.CharField(max_length=255)
    profile_image_url = models.CharField(max_length=500, null=True, blank=True, validators=[validate_public_url])
    is_lead = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.actor_name} as {self.character_name}"
