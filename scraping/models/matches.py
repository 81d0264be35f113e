"""Which of our films a scraped one is, what staff decided of titles, and which facts our films took over."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from catalog.models import Movie
from scraping.models.items import Item
from scraping.models.market import MarketFilm


class FilmPage(models.Model):
    """What a film's own page says besides what lists say of it. ``minutes`` is its length."""

    film = models.OneToOneField(MarketFilm, on_delete=models.CASCADE, related_name="page", primary_key=True)
    director = models.CharField(max_length=255, blank=True, default="")
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    released = models.DateField(null=True, blank=True)
    synopsis = models.TextField(blank=True, default="")
    changed_at = models.DateTimeField()
    item = models.ForeignKey(Item, on_delete=models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"Page of film {self.film_id}"


class TitleLesson(models.Model):
    """What staff decided of a title: whatever site writes it next, in whatever garnish, is matched like that."""

    title = models.CharField(max_length=300, help_text="Its words without garnish, folded.")
    year = models.PositiveSmallIntegerField(default=0, help_text="As the site says it, 0 if it says none.")
    written = models.CharField(max_length=300, help_text="The title as it stood where this was learned.")
    movie = models.ForeignKey(
        Movie, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: none of ours."
    )
    learned_at = models.DateTimeField()
    learned_from = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["title", "year"], condition=Q(revoked_at=None), name="one_lesson_of_a_title"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="lesson_has_a_title"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.year})" if self.year else self.title


class FilmMatch(models.Model):
    """What a scraped film is to us. ``movie`` is set where that is decided, by the matcher or by a person."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting for review"
        ACCEPTED = "accepted", "accepted by itself"
        CONFIRMED = "confirmed", "confirmed"
        REJECTED = "rejected", "none of ours"
        NEW = "new", "new to us"

    OURS = (State.ACCEPTED, State.CONFIRMED)
    BY_STAFF = (State.CONFIRMED, State.REJECTED)

    film = models.OneToOneField(MarketFilm, on_delete=models.CASCADE, related_name="match")
    state = models.CharField(max_length=12, choices=State.choices)
    movie = models.ForeignKey(Movie, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    score = models.FloatField(help_text="Of the matcher's best guess, between 0 and 1.")
    reasons = models.JSONField(default=list)
    candidates = models.JSONField(default=list, help_text="The matcher's best guesses: film, score, reasons.")
    title_key = models.CharField(max_length=300, help_text="The title's words without garnish, folded.")
    year = models.PositiveSmallIntegerField(default=0)
    facts_hash = models.CharField(max_length=32, help_text="Of what the site said of it.")
    films_hash = models.CharField(max_length=32, help_text="Of the films of ours that it was compared with.")
    matched_at = models.DateTimeField()
    lesson = models.ForeignKey(
        TitleLesson, on_delete=models.PROTECT, null=True, blank=True, related_name="followers", help_text="Followed."
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "accepted", "confirmed", "rejected", "new"]), name="match_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["accepted", "confirmed"], movie__isnull=False)
                | (~Q(state__in=["accepted", "confirmed"]) & Q(movie=None)),
                name="match_names_our_film",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["confirmed", "rejected"], decided_at__isnull=False)
                | (~Q(state__in=["confirmed", "rejected"]) & Q(decided_at=None, decided_by=None, lesson=None)),
                name="match_decided_by_staff",
            ),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="match_score_is_a_share"),
        ]
        indexes = [
            models.Index(fields=["state", "id"], name="matches_by_state"),
            models.Index(fields=["title_key", "year"], name="matches_by_title"),
        ]
        verbose_name_plural = "film matches"

    def __str__(self) -> str:
        return f"Scraped film {self.film_id}: {self.get_state_display()}"

    @property
    def is_own_decision(self) -> bool:
        """Tell whether a person decided of this very film, not of its title elsewhere."""
        return self.state in self.BY_STAFF and self.lesson_id is None

    @property
    def version(self) -> str:
        """Tell what staff see from what it became meanwhile."""
        return f"{self.state}:{self.movie_id or ''}:{self.decided_at.isoformat() if self.decided_at else ''}"


class TakenFact(models.Model):
    """A fact that one of our films took over from a site: what it replaced, and who wanted it."""

    movie = models.ForeignKey(Movie, on_delete=models.PROTECT, related_name="+")
    film = models.ForeignKey(MarketFilm, on_delete=models.PROTECT, related_name="taken")
    field = models.CharField(max_length=40)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["movie", "field", "id"], name="taken_by_film")]

    def __str__(self) -> str:
        return f"{self.field} of film {self.movie_id}"
