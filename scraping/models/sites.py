"""Sites of other cinemas that staff added by their address."""

from django.db import models
from django.db.models import Q


class Site(models.Model):
    """A site and how it is read. Whether it is read by the clock, and how fast, stands at its ``SourceState``."""

    source = models.CharField(max_length=60, help_text="The name of the source that reads it.")
    name = models.CharField(max_length=200, help_text="Of the cinema, where its pages do not say.")
    url = models.URLField(max_length=1000, help_text="The page with the showtimes.")
    adapter = models.CharField(max_length=20, help_text="How it is read: json-ld, microdata or vista.")
    zone = models.CharField(max_length=64, help_text="For times without an offset, such as Asia/Jakarta.")
    city = models.CharField(max_length=100, blank=True, default="", help_text="Under which its showings are listed.")
    api = models.CharField(max_length=1000, blank=True, default="", help_text="Of Vista.")
    site_ids = models.JSONField(default=list, blank=True, help_text="Its houses in that API.")
    confidence = models.PositiveSmallIntegerField(help_text="Percent, when it was added.")
    verdict = models.TextField(blank=True, default="", help_text="Why so much, and what is missing.")
    recording = models.BinaryField(help_text="Pages as they were then, and what was read in them; JSON, with zlib.")
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["url"], name="one_site_per_url"),
            models.UniqueConstraint(fields=["source"], name="one_site_per_source"),
            models.CheckConstraint(condition=Q(confidence__lte=100), name="site_confidence_in_percent"),
            models.CheckConstraint(condition=~Q(source=""), name="site_has_a_source"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.source})"
