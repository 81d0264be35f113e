from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TASKS = {
    "Give money back": ("booking.tasks.send_refunds", 60),
    "Ask what became of payments": ("booking.tasks.reconcile_payments", 60),
    "Check that the money adds up": ("booking.tasks.check_ledger", 3600),
}


def create(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    intervals = apps.get_model("django_celery_beat", "IntervalSchedule").objects
    tasks = apps.get_model("django_celery_beat", "PeriodicTask").objects
    for name, (task, seconds) in TASKS.items():
        interval, _ = intervals.get_or_create(every=seconds, period="seconds")
        tasks.get_or_create(name=name, defaults={"task": task, "interval": interval})


def remove(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name__in=TASKS).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0010_rights_on_payment_intents"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [migrations.RunPython(create, remove)]
