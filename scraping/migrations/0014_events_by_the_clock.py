import json

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SOURCE = "events"
EVERY = {
    "Read what else is on in town": ("scraping.tasks.gather_events", 600),
    "Let events go on to their next date, and archive those that are over": ("catalog.tasks.tend_events", 3600),
}


def create(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schedules = apps.get_model("django_celery_beat", "IntervalSchedule").objects
    tasks = apps.get_model("django_celery_beat", "PeriodicTask").objects
    for name, (task, seconds) in EVERY.items():
        every = schedules.filter(every=seconds, period="seconds").first()
        every = every or schedules.create(every=seconds, period="seconds")
        tasks.get_or_create(name=name, defaults={"task": task, "interval": every, "kwargs": json.dumps({})})
    # What comes along needs nobody's leave, and an address in the settings is leave enough.
    apps.get_model("scraping", "SourceState").objects.update_or_create(name=SOURCE, defaults={"is_on": True})


def remove(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name__in=EVERY).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("scraping", "0013_film_pages_by_the_clock"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [migrations.RunPython(create, remove)]
