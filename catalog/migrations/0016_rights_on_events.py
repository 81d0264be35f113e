from django.db import migrations

from cinema_project.common.grants import granting

ALL = ("view", "change")


class Migration(migrations.Migration):
    dependencies = [("catalog", "0015_events"), ("accounts", "0003_groups")]
    operations = [
        granting(
            {
                "manager": {"catalog.event": ALL},
                "programmer": {"catalog.event": ALL},
                "auditor": {"catalog.event": ("view",)},
            }
        )
    ]
