from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def follow_the_device(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Until now nobody could choose: what says light is only the default."""
    apps.get_model("accounts", "User").objects.filter(dark_mode=False).update(dark_mode=None)


def be_light(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("accounts", "User").objects.filter(dark_mode=None).update(dark_mode=False)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_beat_tidies_up")]
    operations = [migrations.RunPython(follow_the_device, be_light)]
