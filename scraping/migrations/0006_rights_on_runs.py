from django.db import migrations

from cinema_project.common.grants import granting

READ, ACT = ("view",), ("view", "change")
MODELS = {"run": ACT, "sourcestate": ACT, "host": ACT, "quarantined": ACT, "sitetoken": ACT}
MARKET = ("marketfilm", "marketlisting", "markettheatre", "marketshowtime", "seatsnapshot")


class Migration(migrations.Migration):
    dependencies = [("scraping", "0005_tix_by_the_clock"), ("accounts", "0003_groups")]
    operations = [
        granting(
            {
                "manager": {f"scraping.{name}": verbs for name, verbs in MODELS.items()}
                | {f"scraping.{name}": READ for name in MARKET},
                "auditor": {f"scraping.{name}": READ for name in (*MODELS, *MARKET)},
            }
        )
    ]
