from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# R48: [start, end + cleaning) of two scheduled screenings of a room never overlap.
POSTGRESQL = (
    [
        "CREATE EXTENSION IF NOT EXISTS btree_gist",
        """ALTER TABLE catalog_screening ADD CONSTRAINT screening_room_overlap
           EXCLUDE USING gist (room_id WITH =, tstzrange(start_time, room_free_at) WITH &&)
           WHERE (status = 'scheduled')""",
    ],
    ["ALTER TABLE catalog_screening DROP CONSTRAINT screening_room_overlap"],
)

CLASH = """WHEN NEW.status = 'scheduled' AND EXISTS (
    SELECT 1 FROM catalog_screening other
    WHERE other.room_id = NEW.room_id AND other.status = 'scheduled' AND other.id IS NOT NEW.id
      AND other.start_time < NEW.room_free_at AND NEW.start_time < other.room_free_at)
BEGIN SELECT RAISE(ABORT, 'screening_room_overlap'); END"""
SQLITE = (
    [
        f"CREATE TRIGGER screening_room_overlap_insert BEFORE INSERT ON catalog_screening {CLASH}",
        f"""CREATE TRIGGER screening_room_overlap_update
            BEFORE UPDATE OF room_id, start_time, room_free_at, status ON catalog_screening {CLASH}""",
    ],
    ["DROP TRIGGER screening_room_overlap_insert", "DROP TRIGGER screening_room_overlap_update"],
)
STATEMENTS = {"postgresql": POSTGRESQL, "sqlite": SQLITE}


def forwards(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in STATEMENTS[schema_editor.connection.vendor][0]:
        schema_editor.execute(statement)


def backwards(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in STATEMENTS[schema_editor.connection.vendor][1]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
