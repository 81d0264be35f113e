"""What sources say, where they said it, and what could not be understood."""

from django.db import models
from django.db.models import Q

from scraping.models.runs import Run


class RawPayload(models.Model):
    """An answer as it came, kept once however often it came. Others name it by its hash, and must bear its absence."""

    hash = models.CharField(max_length=64, primary_key=True, help_text="SHA-256 of the content.")
    content = models.BinaryField(help_text="Packed with zlib.")
    size = models.PositiveIntegerField(help_text="Bytes, unpacked.")
    stored = models.PositiveIntegerField(help_text="Bytes, packed.")
    content_type = models.CharField(max_length=100, blank=True)
    first_seen_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["first_seen_at"], name="payloads_by_age")]

    def __str__(self) -> str:
        return self.hash


class Page(models.Model):
    """What an address answered last, so that next time only a change is sent."""

    key = models.CharField(max_length=64, primary_key=True, help_text="SHA-256 of source and address.")
    source = models.CharField(max_length=60)
    etag = models.CharField(max_length=200, blank=True)
    last_modified = models.CharField(max_length=60, blank=True)
    payload = models.CharField(max_length=64)
    content_type = models.CharField(max_length=100, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["payload"], name="pages_of_payload")]

    def __str__(self) -> str:
        return self.key


class Item(models.Model):
    """One thing a source says, as its schema has it."""

    source = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    external_id = models.CharField(max_length=200)
    data = models.JSONField()
    content_hash = models.CharField(max_length=32)
    run = models.ForeignKey(
        Run, on_delete=models.SET_NULL, null=True, db_index=False, related_name="+", help_text="That changed it last."
    )
    payload = models.CharField(max_length=64, blank=True, help_text="Where it stood when it changed last.")
    path = models.CharField(max_length=300, blank=True)
    first_seen_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    observed_at = models.DateTimeField(help_text="When the site said so; what it said earlier changes nothing.")
    vanished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "kind", "external_id"], name="one_item_per_thing")]
        indexes = [models.Index(fields=["run"], name="items_of_run")]

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.external_id}"


class Quarantined(models.Model):
    """A record that its schema refused, or a whole payload that could not be parsed; tried again by a replay."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="quarantine")
    source = models.CharField(max_length=60)
    unit_key = models.CharField(max_length=200)
    kind = models.CharField(max_length=40, blank=True, help_text="Empty: the whole payload.")
    external_id = models.CharField(max_length=200, blank=True)
    data = models.JSONField(null=True, blank=True)
    errors = models.JSONField(default=list)
    payload = models.CharField(max_length=64, blank=True)
    path = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["source", "unit_key"], name="quarantine_open", condition=Q(resolved_at=None)),
        ]
        verbose_name_plural = "quarantine"

    def __str__(self) -> str:
        return f"{self.source} {self.kind or 'page'} {self.external_id or self.unit_key}"
