from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_no_overlap_in_a_room")]
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
