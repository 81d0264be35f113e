from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

INDEX = models.Index(
    condition=models.Q(state__in=("lapsed", "released", "cancelled", "refunded")),
    fields=["screening", "user"],
    name="ended_claims_of_user",
)


def make(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the index while sales go on."""
    statement = str(INDEX.create_sql(apps.get_model("booking", "SeatClaim"), schema_editor))
    if schema_editor.connection.vendor == "postgresql":
        statement = statement.replace("CREATE INDEX", "CREATE INDEX CONCURRENTLY IF NOT EXISTS")
    schema_editor.execute(statement)


def drop(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    concurrently = "CONCURRENTLY" if schema_editor.connection.vendor == "postgresql" else ""
    schema_editor.execute(f"DROP INDEX {concurrently} IF EXISTS ended_claims_of_user")


class Migration(migrations.Migration):
    atomic = False  # or CREATE INDEX could not run beside sales
    dependencies = [("booking", "0013_log_of_states")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(make, drop, atomic=False)],
            state_operations=[migrations.AddIndex(model_name="seatclaim", index=INDEX)],
        ),
    ]
