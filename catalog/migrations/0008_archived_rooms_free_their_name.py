from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0007_index_films")]
    operations = [
        migrations.RemoveConstraint(model_name="room", name="room_name_unique_in_cinema"),
        migrations.AddConstraint(
            model_name="room",
            constraint=models.UniqueConstraint(
                condition=models.Q(("archived_at", None)),
                fields=("cinema", "name"),
                name="room_name_unique_in_cinema",
            ),
        ),
    ]
