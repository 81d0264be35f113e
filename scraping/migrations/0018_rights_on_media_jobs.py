from django.db import migrations

from cinema_project.common.grants import granting

READ, ALL = ("view",), ("view", "add", "change", "delete")
MODELS = {
    "mediajob": ALL,
    "mediavideo": ("view", "change", "delete"),
    "scheduledjob": ALL,
    "cliprule": ALL,
    "filmclip": ALL,
}


class Migration(migrations.Migration):
    dependencies = [("scraping", "0017_media_jobs_by_the_clock"), ("accounts", "0003_groups")]
    operations = [
        granting(
            {
                "manager": {f"scraping.{name}": verbs for name, verbs in MODELS.items()},
                "auditor": {f"scraping.{name}": READ for name in MODELS},
            }
        )
    ]
