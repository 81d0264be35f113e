from django.db import migrations, models

from cinema_project.common.public_urls import validate_public_url

ADDRESS = {"blank": True, "max_length": 500, "null": True, "validators": [validate_public_url]}


class Migration(migrations.Migration):
    dependencies = [("catalog", "0008_archived_rooms_free_their_name")]
    operations = [
        migrations.AlterField("castmember", "profile_image_url", models.CharField(**ADDRESS)),
        migrations.AlterField("movie", "image_url", models.CharField(**ADDRESS)),
        migrations.AlterField("movie", "trailer_url", models.URLField(**ADDRESS)),
    ]
