from django.db import migrations

from cinema_project.common.grants import granting


class Migration(migrations.Migration):
    dependencies = [("booking", "0006_beat_sweeps_guests"), ("catalog", "0003_reviews_and_favourites")]
    operations = [
        granting({"manager": {"catalog.review": ("view", "delete")}, "auditor": {"catalog.review": ("view",)}})
    ]
