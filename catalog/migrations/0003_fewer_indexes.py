import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_no_overlap_in_a_room"),
    ]

    operations = [
        migrations.AlterField(
            model_name="screening",
            name="movie",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="screenings",
                to="catalog.movie",
            ),
        ),
        migrations.AlterField(
            model_name="screening",
            name="room",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="screenings",
                to="catalog.room",
            ),
        ),
    ]
