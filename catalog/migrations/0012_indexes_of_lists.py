import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0011_prices_by_ticket_type"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="seat",
            name="room",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="seats", to="catalog.room"
            ),
        ),
        migrations.AddIndex(
            model_name="movie",
            index=models.Index(
                condition=models.Q(("archived_at", None), models.Q(("state", "ENDED"), _negated=True)),
                fields=["-created_at", "-id"],
                name="movies_in_programme",
            ),
        ),
        migrations.AddIndex(
            model_name="movie",
            index=models.Index(
                condition=models.Q(("archived_at", None)), fields=["title", "id"], name="movies_by_title"
            ),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(fields=["movie", "rating"], name="ratings_of_movie"),
        ),
        migrations.AddIndex(
            model_name="seat",
            index=models.Index(condition=models.Q(("is_active", True)), fields=["room"], name="seats_on_sale"),
        ),
    ]
