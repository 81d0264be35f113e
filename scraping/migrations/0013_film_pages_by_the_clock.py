import json

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

NAME, SOURCE = "Read pages of new films of TIX", "tix-films"
AT = {"minute": "30", "hour": "7", "day_of_week": "*", "day_of_month": "*", "month_of_year": "*"}


def create(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schedules = apps.get_model("django_celery_beat", "CrontabSchedule").objects
    at = schedules.filter(**AT, timezone="Asia/Jakarta").first() or schedules.create(**AT, timezone="Asia/Jakarta")
    task = {"task": "scraping.tasks.start_slot", "crontab": at, "kwargs": json.dumps({"source": SOURCE})}
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(name=NAME, defaults=task)
    apps.get_model("scraping", "SourceState").objects.get_or_create(name=SOURCE)


def remove(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("scraping", "0012_rights_on_matches"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [migrations.RunPython(create, remove)]
