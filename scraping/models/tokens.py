"""Tokens that sites gave us."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class SiteToken(models.Model):
    """The last good token of one kind, encrypted; written by ``tix.keeping`` alone."""

    class Way(models.TextChoices):
        GUEST = "guest", "as a guest"
        LOGIN = "login", "login through the API"
        BROWSER = "browser", "login with a browser"
        REFRESH = "refresh", "refreshed"

    name = models.CharField(max_length=40, primary_key=True)
    sealed = models.TextField(blank=True, default="", help_text="Encrypted: see common/sealing.py.")
    got_by = models.CharField(max_length=8, choices=Way.choices, blank=True, default="")
    issued_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    renewing = models.CharField(max_length=32, blank=True, default="", help_text="Who is getting a new one.")
    renewing_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="In a row, to get a new one.")
    last_error = models.CharField(max_length=300, blank=True, default="")
    last_error_at = models.DateTimeField(null=True, blank=True)
    rest_until = models.DateTimeField(null=True, blank=True, help_text="No login is tried by itself before.")

    HIDDEN: ClassVar[tuple[str, ...]] = ("sealed", "renewing")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sealed="") | Q(issued_at__isnull=False, expires_at__isnull=False), name="token_has_its_end"
            ),
            models.CheckConstraint(
                condition=Q(renewing="", renewing_until=None) | ~Q(renewing="") & Q(renewing_until__isnull=False),
                name="token_renewed_by_somebody",
            ),
        ]
        verbose_name = "token"

    def __str__(self) -> str:
        return self.name
