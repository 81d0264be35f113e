from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0016_rights_on_state_changes"),
        ("catalog", "0011_prices_by_ticket_type"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PromoCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        help_text="Capital and small letters are the same.",
                        max_length=32,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9-]{3,32}$", "3 to 32 letters, digits and hyphens."
                            )
                        ],
                    ),
                ),
                (
                    "percent",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="Off each ticket; or leave it empty and give an amount.",
                        max_digits=5,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.01")),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="Off all tickets of one buyer together.",
                        max_digits=8,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.01"))],
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        blank=True,
                        help_text="Of the amount.",
                        max_length=3,
                        validators=[django.core.validators.RegexValidator("^[A-Z]{3}$", "ISO 4217, as EUR")],
                    ),
                ),
                ("valid_from", models.DateTimeField(blank=True, null=True)),
                (
                    "valid_until",
                    models.DateTimeField(blank=True, help_text="From then on it can be used no more.", null=True),
                ),
                (
                    "max_uses",
                    models.PositiveIntegerField(
                        blank=True, help_text="Of all people together. Empty: no limit.", null=True
                    ),
                ),
                (
                    "uses_per_user",
                    models.PositiveSmallIntegerField(
                        default=1, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                ("uses", models.PositiveIntegerField(default=0, editable=False)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "cinema",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: all.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.cinema",
                    ),
                ),
                (
                    "movie",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: all.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.movie",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PromoUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "turn",
                    models.PositiveSmallIntegerField(help_text="Which of the uses that the code allows this person."),
                ),
                ("made_at", models.DateTimeField()),
                ("released_at", models.DateTimeField(blank=True, null=True)),
                (
                    "promo",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="all_uses", to="booking.promocode"
                    ),
                ),
                (
                    "screening",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.screening",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="promo_uses",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PromoSeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("discount", models.DecimalField(decimal_places=2, max_digits=8)),
                (
                    "claim",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="promo", to="booking.seatclaim"
                    ),
                ),
                (
                    "use",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seats", to="booking.promouse"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="promocode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount", None), ("percent__gt", 0), ("percent__isnull", False), ("percent__lte", 100)),
                    models.Q(("amount__gt", 0), ("amount__isnull", False), ("percent", None)),
                    _connector="OR",
                ),
                name="promo_takes_something_off",
                violation_error_message="Give either a percentage or an amount.",
            ),
        ),
        migrations.AddConstraint(
            model_name="promocode",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount", None), models.Q(("currency", ""), _negated=True), _connector="OR"),
                name="promo_amount_has_currency",
                violation_error_message="Give the currency of the amount.",
            ),
        ),
        migrations.AddConstraint(
            model_name="promocode",
            constraint=models.CheckConstraint(
                condition=models.Q(("max_uses", None), ("uses__lte", models.F("max_uses")), _connector="OR"),
                name="promo_within_its_limit",
                violation_error_message="It has been used more often than that.",
            ),
        ),
        migrations.AddConstraint(
            model_name="promocode",
            constraint=models.CheckConstraint(condition=models.Q(("uses_per_user__gte", 1)), name="promo_for_somebody"),
        ),
        migrations.AddConstraint(
            model_name="promocode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_from", None),
                    ("valid_until", None),
                    ("valid_until__gt", models.F("valid_from")),
                    _connector="OR",
                ),
                name="promo_ends_after_it_begins",
                violation_error_message="It would end before it begins.",
            ),
        ),
        migrations.AddConstraint(
            model_name="promouse",
            constraint=models.UniqueConstraint(
                condition=models.Q(("released_at", None)),
                fields=("promo", "user", "turn"),
                name="one_promo_use_per_turn",
            ),
        ),
        migrations.AddConstraint(
            model_name="promouse",
            constraint=models.CheckConstraint(condition=models.Q(("turn__gte", 1)), name="promo_turn_positive"),
        ),
        migrations.AddConstraint(
            model_name="promoseat",
            constraint=models.CheckConstraint(condition=models.Q(("discount__gte", 0)), name="promo_discount_positive"),
        ),
    ]
