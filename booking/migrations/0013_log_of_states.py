import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


def actor() -> models.ForeignKey:
    return models.ForeignKey(
        blank=True,
        db_constraint=False,
        db_index=False,
        help_text="Empty for the clock.",
        null=True,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0012_mqtt"),
        ("catalog", "0011_prices_by_ticket_type"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StateChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("claim", "seat"),
                            ("payment", "Payment"),
                            ("refund", "Refund"),
                            ("screening", "Screening"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "object_id",
                    models.CharField(
                        help_text="For a refund the number of its ticket, or “payment” and the payment_id.",
                        max_length=263,
                    ),
                ),
                ("from_state", models.CharField(max_length=14, verbose_name="from")),
                (
                    "to_state",
                    models.CharField(blank=True, help_text="Empty: withdrawn.", max_length=14, verbose_name="to"),
                ),
                ("at", models.DateTimeField()),
                ("actor", actor()),
            ],
        ),
        migrations.AddIndex(
            model_name="statechange",
            index=models.Index(fields=["object_id", "kind"], name="changes_of_object"),
        ),
        migrations.AddField(model_name="refund", name="actor", field=actor()),
        migrations.AddField(model_name="seatclaim", name="actor", field=actor()),
        migrations.AddField(
            model_name="seatclaim",
            name="ticket_type",
            field=models.CharField(
                choices=[("adult", "Adult"), ("child", "Child"), ("senior", "Senior"), ("member", "Member")],
                db_default="adult",
                default="adult",
                max_length=6,
            ),
        ),
        migrations.AddConstraint(
            model_name="seatclaim",
            constraint=models.CheckConstraint(
                condition=Q(ticket_type__in=["adult", "child", "senior", "member"]), name="ticket_type_known"
            ),
        ),
    ]
