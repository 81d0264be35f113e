from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from cinema_project.common.grants import granting

NAME = "Tidy up promo codes"
READ, ALL = ("view",), ("view", "add", "change", "delete")


def create(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    every_minute, _ = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(
        every=60, period="seconds"
    )
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
        name=NAME, defaults={"task": "booking.tasks.tidy_promos", "interval": every_minute}
    )


def remove(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0017_promo_codes"),
        ("accounts", "0003_groups"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [
        migrations.RunPython(create, remove),
        granting(
            {
                "box office": {"booking.promocode": READ, "booking.promouse": READ},
                "manager": {"booking.promocode": ALL, "booking.promouse": READ},
                "auditor": {"booking.promocode": READ, "booking.promouse": READ},
            }
        ),
    ]
