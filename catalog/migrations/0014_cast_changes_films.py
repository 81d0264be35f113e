"""Whoever changes the cast changes the film's row: that alone tells whether a film is what it was (PostgreSQL)."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TOUCH = """
CREATE FUNCTION catalog_touch_films() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE catalog_movie SET updated_at = updated_at WHERE id IN (SELECT movie_id FROM touched);
    RETURN NULL;
END $$
"""
TRIGGERS = {
    "cast_added": ("INSERT", "NEW"),
    "cast_moved_from": ("UPDATE", "OLD"),
    "cast_moved_to": ("UPDATE", "NEW"),
    "cast_removed": ("DELETE", "OLD"),
}


def add(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute(TOUCH)
    for name, (event, rows) in TRIGGERS.items():
        schema_editor.execute(
            f"CREATE TRIGGER {name} AFTER {event} ON catalog_castmember REFERENCING {rows} TABLE AS touched"
            " FOR EACH STATEMENT EXECUTE FUNCTION catalog_touch_films()"
        )


def remove(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute("DROP FUNCTION catalog_touch_films() CASCADE")


class Migration(migrations.Migration):
    dependencies = [("catalog", "0013_trigrams_by_field")]
    operations = [migrations.RunPython(add, remove)]
