from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("common", "0002_clock")]

    operations = [
        migrations.AddField(
            model_name="outboxmessage",
            name="failed_at",
            field=models.DateTimeField(blank=True, help_text="Given up: nothing is tried any more.", null=True),
        ),
        migrations.AddIndex(
            model_name="outboxmessage",
            index=models.Index(
                condition=models.Q(delivered_at=None, failed_at=None), fields=["topic", "due_at"], name="outbox_waiting"
            ),
        ),
        migrations.AddIndex(
            model_name="outboxmessage",
            index=models.Index(
                condition=models.Q(("failed_at", None), _negated=True), fields=["failed_at"], name="outbox_failed"
            ),
        ),
        migrations.RemoveIndex(model_name="outboxmessage", name="outbox_undelivered"),
    ]
