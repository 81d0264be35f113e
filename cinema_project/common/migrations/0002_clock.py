from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

CLOCKS = {
    # Not now(): that is the start of the transaction, and a request may have waited for its lock since then.
    "postgresql": "CREATE VIEW cinema_clock AS SELECT clock_timestamp() AS now",
    "sqlite": "CREATE VIEW cinema_clock AS SELECT strftime('%Y-%m-%d %H:%M:%f', 'now') || '000' AS now",
}


def create_clock(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schema_editor.execute(CLOCKS[schema_editor.connection.vendor])


def drop_clock(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schema_editor.execute("DROP VIEW cinema_clock")


class Migration(migrations.Migration):
    dependencies = [("common", "0001_initial")]
    operations = [migrations.RunPython(create_clock, drop_clock)]
