import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

NOT_ASKED_FOR = (  # made for LIKE on codes and numbers, or the beginning of another index
    ("booking_seatclaim", "%varchar_pattern_ops%"),
    ("booking_booking", "%varchar_pattern_ops%"),
    ("booking_payment", "%varchar_pattern_ops%"),
    ("booking_seatclaim", "%(user_id)"),
    ("booking_payment", "%(screening_id)"),
)


def drop(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop indexes that each sale wrote and nobody reads, while sales go on. SQLite keeps them: they cost it little."""
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        for table, definition in NOT_ASKED_FOR:
            cursor.execute(
                "SELECT indexname FROM pg_indexes"
                " WHERE tablename = %s AND schemaname = current_schema() AND indexdef LIKE %s",
                [table, definition],
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(name)}")


class Migration(migrations.Migration):
    atomic = False  # or DROP INDEX could not run beside sales
    dependencies = [
        ("booking", "0003_rights_of_groups"),
        ("catalog", "0002_no_overlap_in_a_room"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop, migrations.RunPython.noop, atomic=False)],
            # Left to Django, these would make both foreign keys anew, which locks everything a sale touches.
            state_operations=[
                migrations.AlterField(
                    model_name="payment",
                    name="screening",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.screening",
                    ),
                ),
                migrations.AlterField(
                    model_name="seatclaim",
                    name="user",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
