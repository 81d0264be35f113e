import json

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

ZONE = "Asia/Jakarta"
SOURCES = ("tix", "tix-seats")
BEAT = {
    "Get a new token of TIX": ("50", "5", "scraping.tasks.refresh_token", {}),
    "Read films, cinemas and showings of TIX": (
        *("0", "6", "scraping.tasks.start_slot"),
        {"source": "tix", "options": {"schedules": True}},
    ),
    "Look at seats of TIX": (
        *("*/15", "*", "scraping.tasks.start_slot"),
        {"source": "tix-seats", "options": {"due": True}},
    ),
}


def create(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schedules = apps.get_model("django_celery_beat", "CrontabSchedule").objects
    tasks = apps.get_model("django_celery_beat", "PeriodicTask").objects
    for name, (minute, hour, task, kwargs) in BEAT.items():
        daily = {"day_of_week": "*", "day_of_month": "*", "month_of_year": "*", "timezone": ZONE}
        at = schedules.filter(minute=minute, hour=hour, **daily).first()
        at = at or schedules.create(minute=minute, hour=hour, **daily)
        tasks.get_or_create(name=name, defaults={"task": task, "crontab": at, "kwargs": json.dumps(kwargs)})
    for source in SOURCES:
        apps.get_model("scraping", "SourceState").objects.get_or_create(name=source)


def remove(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name__in=BEAT).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("scraping", "0004_market_and_tokens"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [migrations.RunPython(create, remove)]
