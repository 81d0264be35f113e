import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0018_promo_codes_for_staff"),
        ("catalog", "0012_indexes_of_lists"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WaitingParty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("size", models.PositiveSmallIntegerField()),
                ("wheelchair", models.BooleanField(default=False, help_text="One of them needs a wheelchair space.")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("offered", "seats offered"),
                            ("served", "got seats"),
                            ("lapsed", "offer not taken"),
                            ("left", "left the list"),
                            ("closed", "film has begun"),
                        ],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("joined_at", models.DateTimeField()),
                ("offered_at", models.DateTimeField(blank=True, null=True)),
                ("claim_ids", models.JSONField(blank=True, default=list, help_text="The holds that were made for it.")),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "screening",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.screening",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waiting_parties",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "waiting parties",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("waiting", "offered"))),
                        fields=["screening", "joined_at"],
                        name="waiting_line",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("waiting", "offered"))),
                        fields=("user", "screening"),
                        name="one_place_in_the_line",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("size__gte", 1), ("size__lte", 10)), name="waiting_party_size"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("waiting", "offered", "served", "lapsed", "left", "closed"))),
                        name="waiting_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("offered", "served", "lapsed")), _negated=True),
                            ("offered_at__isnull", False),
                            _connector="OR",
                        ),
                        name="waiting_offer_has_its_moment",
                    ),
                ],
            },
        ),
    ]
