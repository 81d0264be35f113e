from django.db import migrations

from cinema_project.common.grants import granting

READ, ACT = ("view",), ("view", "change")
DECIDED = ("filmmatch", "titlelesson")


class Migration(migrations.Migration):
    dependencies = [("scraping", "0011_films_matched"), ("accounts", "0003_groups")]
    operations = [
        granting(
            {
                group: {f"scraping.{name}": verbs for name in DECIDED} | {"scraping.takenfact": READ}
                for group, verbs in (("manager", ACT), ("programmer", ACT), ("auditor", READ))
            }
        )
    ]
