"""What people think of films, and what they like to come back to."""

from django.conf import settings
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from catalog.models.cinemas import Cinema
from catalog.models.movies import Movie

WORST, BEST = 1, 5
LONGEST_COMMENT = 2000


class Review(models.Model):
    """What one person says of one film."""

    user = models.ForeignKey(  # the index of the constraint begins with it
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews", db_index=False
    )
    movie = models.ForeignKey(  # the index reviews_of_movie begins with it
        Movie, on_delete=models.PROTECT, related_name="reviews", db_index=False
    )
    rating = models.PositiveSmallIntegerField(validators=[MinValueValidator(WORST), MaxValueValidator(BEST)])
    title = models.CharField(max_length=255, null=True, blank=True)
    comment = models.TextField(
        max_length=LONGEST_COMMENT, null=True, blank=True, validators=[MaxLengthValidator(LONGEST_COMMENT)]
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "movie"], name="one_review_per_person_and_movie"),
            models.CheckConstraint(condition=Q(rating__gte=WORST, rating__lte=BEST), name="review_rating_in_range"),
        ]
        indexes = [
            models.Index(fields=["movie", "created_at"], name="reviews_of_movie"),
            models.Index(fields=["movie", "rating"], name="ratings_of_movie"),
        ]

    def __str__(self) -> str:
        return f"{self.rating} of {BEST} for film {self.movie_id} by {self.user_id}"


class Reaction(models.Model):
    """A person finds a review helpful, or not."""

    class Kind(models.TextChoices):
        LIKE = "like"
        DISLIKE = "dislike"

    user = models.ForeignKey(  # the index of the constraint begins with it
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reactions", db_index=False
    )
    review = models.ForeignKey(  # the index reactions_of_review begins with it
        Review, on_delete=models.CASCADE, related_name="reactions", db_index=False
    )
    kind = models.CharField(max_length=7, choices=Kind.choices)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "review"], name="one_reaction_per_person_and_review"),
            models.CheckConstraint(condition=Q(kind__in=("like", "dislike")), name="reaction_kind_known"),
        ]
        indexes = [models.Index(fields=["review", "kind"], name="reactions_of_review")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.kind} of review {self.review_id}"


class Favourite(models.Model):
    """A cinema or a film that a person marked."""

    user = models.ForeignKey(  # the indexes of the constraints begin with it
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="favourites", db_index=False
    )
    cinema = models.ForeignKey(Cinema, on_delete=models.CASCADE, null=True, blank=True, related_name="favourites")
    movie = models.ForeignKey(Movie, on_delete=models.CASCADE, null=True, blank=True, related_name="favourites")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(cinema=None, movie__isnull=False) | Q(cinema__isnull=False, movie=None),
                name="favourite_is_a_cinema_or_a_movie",
            ),
            models.UniqueConstraint(fields=["user", "cinema"], name="favourite_cinema_once"),
            models.UniqueConstraint(fields=["user", "movie"], name="favourite_movie_once"),
        ]

    def __str__(self) -> str:
        thing = f"film {self.movie_id}" if self.movie_id else f"cinema {self.cinema_id}"
        return f"{thing} of {self.user_id}"
