import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0008_beat_finishes_cancellations"),
        ("catalog", "0008_archived_rooms_free_their_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FakeCharge",
            fields=[
                ("payment_id", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("secret", models.CharField(help_text="Opens its page.", max_length=64, unique=True)),
                ("payer", models.CharField(max_length=64)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=10)),
                ("currency", models.CharField(max_length=3)),
                ("return_address", models.TextField(blank=True)),
                ("outcome", models.CharField(blank=True, help_text="What was chosen on its page.", max_length=10)),
                (
                    "captured_at",
                    models.DateTimeField(help_text="From then on the money is there; it may lie ahead.", null=True),
                ),
                (
                    "closed_at",
                    models.DateTimeField(help_text="Declined, or given up: nothing can be paid any more.", null=True),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FakeRefund",
            fields=[
                ("key", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=10)),
            ],
        ),
        migrations.CreateModel(
            name="PaymentIntent",
            fields=[
                ("payment_id", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("seat_ids", models.JSONField(help_text="The seats to be paid for, ascending.")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=10)),
                ("currency", models.CharField(max_length=3)),
                ("provider", models.CharField(max_length=16)),
                (
                    "hosted",
                    models.BooleanField(
                        help_text="Paid on the provider's own page, instead of by the client that asked."
                    ),
                ),
                ("reference", models.CharField(blank=True, help_text="The provider's name for it.", max_length=255)),
                ("client_secret", models.CharField(blank=True, max_length=255)),
                ("address", models.TextField(blank=True, help_text="The provider's page.")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("replaced", "replaced by another"),
                            ("paid", "Paid"),
                            ("closed", "came to nothing"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("ask_at", models.DateTimeField(help_text="When the provider is asked next what became of it.")),
            ],
        ),
        migrations.CreateModel(
            name="ProviderEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=16)),
                ("event_id", models.CharField(max_length=255)),
                ("kind", models.CharField(max_length=100)),
                ("reference", models.CharField(blank=True, max_length=255)),
                ("received_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="refund",
            name="attempts",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="refund",
            name="last_error",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="refund",
            name="next_at",
            field=models.DateTimeField(blank=True, help_text="When it is sent, or asked about, again.", null=True),
        ),
        migrations.AddField(
            model_name="refund",
            name="payment",
            field=models.OneToOneField(
                blank=True,
                help_text="Of a payment that bought nothing, the whole of it.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refund",
                to="booking.payment",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="reference",
            field=models.CharField(blank=True, db_default="", default="", max_length=255),
        ),
        migrations.AddField(
            model_name="refund",
            name="sent_at",
            field=models.DateTimeField(blank=True, help_text="When it was first sent to the provider.", null=True),
        ),
        migrations.AddField(
            model_name="refund",
            name="settled_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="refund",
            name="amount",
            field=models.DecimalField(decimal_places=2, max_digits=10),
        ),
        migrations.AlterField(
            model_name="refund",
            name="claim",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refund",
                to="booking.seatclaim",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("status", "captured")), fields=["captured_at"], name="payments_unclaimed"
            ),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(
                condition=models.Q(("status__in", ("due", "sent"))), fields=["next_at"], name="refunds_to_send"
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("claim__isnull", False), ("payment", None)),
                    models.Q(("claim", None), ("payment__isnull", False)),
                    _connector="OR",
                ),
                name="refund_of_one_thing",
            ),
        ),
        migrations.AddField(
            model_name="fakerefund",
            name="charge",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to="booking.fakecharge"
            ),
        ),
        migrations.AddField(
            model_name="paymentintent",
            name="screening",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.screening"
            ),
        ),
        migrations.AddField(
            model_name="paymentintent",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="payment_intents", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="providerevent",
            constraint=models.UniqueConstraint(fields=("provider", "event_id"), name="provider_event_once"),
        ),
        migrations.AddIndex(
            model_name="paymentintent",
            index=models.Index(
                condition=models.Q(("status__in", ("open", "replaced"))), fields=["ask_at"], name="intents_to_ask"
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentintent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "open")),
                fields=("user", "screening", "seat_ids", "hosted"),
                name="one_open_intent_per_choice",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentintent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reference", ""), _negated=True),
                fields=("provider", "reference"),
                name="intent_reference_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentintent",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="intent_amount_positive"),
        ),
    ]
