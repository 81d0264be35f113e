from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0010_companion_seats"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="cinema",
            name="adult_factor",
            field=models.DecimalField(
                db_default=Decimal("1.00"),
                decimal_places=2,
                default=Decimal("1.00"),
                max_digits=5,
                validators=[django.core.validators.MinValueValidator(0)],
            ),
        ),
        migrations.AddField(
            model_name="cinema",
            name="booking_fee",
            field=models.DecimalField(
                db_default=Decimal("0.00"),
                decimal_places=2,
                default=Decimal("0.00"),
                help_text="Added to each ticket, and part of every price of a seat that visitors see.",
                max_digits=6,
                validators=[django.core.validators.MinValueValidator(0)],
            ),
        ),
        migrations.AddField(
            model_name="cinema",
            name="cancel_cutoff_minutes",
            field=models.PositiveIntegerField(
                db_default=0,
                default=0,
                help_text="How many minutes before the start visitors can give tickets back at the latest.",
                validators=[django.core.validators.MaxValueValidator(43200)],
            ),
        ),
        migrations.AddField(
            model_name="cinema",
            name="child_factor",
            field=models.DecimalField(
                db_default=Decimal("0.65"),
                decimal_places=2,
                default=Decimal("0.65"),
                max_digits=5,
                validators=[django.core.validators.MinValueValidator(0)],
            ),
        ),
        migrations.AddField(
            model_name="cinema",
            name="companion_factor",
            field=models.DecimalField(
                db_default=Decimal("1.00"),
                decimal_places=2,
                default=Decimal("1.00"),
                max_digits=5,
                validators=[django.core.validators.MinValueValidator(0)],
            ),
        ),
        migrations.AddField(
            model_name="cinema",
            name="couple_factor",
            field=models.DecimalField(
                db_default=Decimal("1.00"),
                decimal_places=2,
                default=Decimal("1.00"),
                max_digits=5,
                validators=[django.core.validators.MinValueValidator(0)],
            ),
        ),
        migrations.AddField(
            model_name="cinema",
            name="member_factor",
            field=models.DecimalField(
                db_default=Decimal("0.80"),
                decimal_places=2,
                default=Decimal("0.80"),
                max_digits=5,
                validators=[django.core.validators.MinValueValidator(0)],
            ),
        ),
        migrations.AddField(
            model_name="cinema",
            name="senior_factor",
            field=models.DecimalField(
                db_default=Decimal("0.80"),
                decimal_places=2,
                default=Decimal("0.80"),
                max_digits=5,
                validators=[django.core.validators.MinValueValidator(0)],
            ),
        ),
        migrations.AddField(
            model_name="cinema",
            name="standard_factor",
            field=models.DecimalField(
                db_default=Decimal("1.00"),
                decimal_places=2,
                default=Decimal("1.00"),
                max_digits=5,
                validators=[django.core.validators.MinValueValidator(0)],
            ),
        ),
        migrations.AddField(
            model_name="cinema",
            name="wheelchair_factor",
            field=models.DecimalField(
                db_default=Decimal("1.00"),
                decimal_places=2,
                default=Decimal("1.00"),
                max_digits=5,
                validators=[django.core.validators.MinValueValidator(0)],
            ),
        ),
        migrations.AddField(
            model_name="screening",
            name="actor",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                editable=False,
                help_text="Who last changed its status; empty for the clock.",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="screening",
            name="moved_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When its start last changed: who had tickets then (R46).",
                null=True,
            ),
        ),
        migrations.AddConstraint(
            model_name="cinema",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("adult_factor__gte", 0),
                    ("booking_fee__gte", 0),
                    ("child_factor__gte", 0),
                    ("companion_factor__gte", 0),
                    ("couple_factor__gte", 0),
                    ("member_factor__gte", 0),
                    ("premium_factor__gte", 0),
                    ("senior_factor__gte", 0),
                    ("standard_factor__gte", 0),
                    ("vip_factor__gte", 0),
                    ("wheelchair_factor__gte", 0),
                ),
                name="cinema_prices_positive",
            ),
        ),
    ]
