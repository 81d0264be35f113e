"""Rows that belong to no app: messages on their way out."""

from django.db import models


class OutboxMessage(models.Model):
    """One effect that must happen because a transaction was committed (R57)."""

    topic = models.CharField(max_length=40)
    key = models.CharField(max_length=200, help_text="Names the effect; the same effect is never written twice.")
    payload = models.JSONField()
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="Not tried before this moment.")
    delivered_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True, help_text="Given up: nothing is tried any more.")
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "key"], name="outbox_key_unique")]
        indexes = [
            # By topic: mails that a server does not take must not stand before the seats.
            models.Index(
                fields=["topic", "due_at"],
                name="outbox_waiting",
                condition=models.Q(delivered_at=None, failed_at=None),
            ),
            models.Index(fields=["delivered_at"], name="outbox_delivered"),
            models.Index(fields=["failed_at"], name="outbox_failed", condition=~models.Q(failed_at=None)),
        ]
        verbose_name = "outgoing message"

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"


class IdempotencyRecord(models.Model):
    """The answer already given to a request that carried an ``Idempotency-Key`` (R24)."""

    user_id = models.BigIntegerField()
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, path and body.")
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "key"], name="one_answer_per_idempotency_key")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]

    def __str__(self) -> str:
        return f"{self.key} of user {self.user_id}"
