from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

EVERY = {
    "Start scheduled media jobs that are due": ("scraping.tasks.start_due_jobs", 5),
    "Remove files of videos that nobody waits for": ("scraping.tasks.sweep_media_files", 3600),
}


def create(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schedules = apps.get_model("django_celery_beat", "IntervalSchedule").objects
    tasks = apps.get_model("django_celery_beat", "PeriodicTask").objects
    for name, (task, seconds) in EVERY.items():
        every, _ = schedules.get_or_create(every=seconds, period="seconds")
        tasks.get_or_create(name=name, defaults={"task": task, "interval": every})


def remove(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name__in=EVERY).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("scraping", "0016_videos_change_as_drawn"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [migrations.RunPython(create, remove)]
