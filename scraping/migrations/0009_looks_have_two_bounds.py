from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("scraping", "0008_sites")]
    operations = [
        migrations.AddField(
            model_name="seatsnapshot",
            name="taken_since",
            field=models.PositiveIntegerField(
                db_default=0,
                default=0,
                help_text="Of these, the seats that were free at our first look at the same hall.",
            ),
        ),
        migrations.AddField(
            model_name="marketshowtime",
            name="looked_at",
            field=models.DateTimeField(
                blank=True, help_text="When its seats were seen last before the start.", null=True
            ),
        ),
        migrations.AddField(
            model_name="marketshowtime",
            name="seats_total",
            field=models.PositiveIntegerField(blank=True, help_text="Of that look, as the two below.", null=True),
        ),
        migrations.AddField(
            model_name="marketshowtime",
            name="unavailable",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="marketshowtime",
            name="taken_since",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="seatsnapshot",
            constraint=models.CheckConstraint(
                condition=models.Q(("taken_since__lte", models.F("unavailable"))), name="taken_are_unavailable"
            ),
        ),
        migrations.AddConstraint(
            model_name="marketshowtime",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("looked_at", None), ("seats_total", None), ("taken_since", None), ("unavailable", None)),
                    models.Q(
                        ("looked_at__isnull", False),
                        ("seats_total__gt", 0),
                        ("taken_since__lte", models.F("unavailable")),
                        ("unavailable__lte", models.F("seats_total")),
                    ),
                    _connector="OR",
                ),
                name="last_look_adds_up",
            ),
        ),
    ]
