from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

ALL = "CREATE INDEX film_text_trigrams ON catalog_filmtext USING gin (folded gin_trgm_ops) WITH (fastupdate = off)"
# A word of titles stands in most descriptions, too: one index for both would send each search through those.
GROUPS = {
    "titles": ("title", "original_title"),
    "people": ("director", "cast"),
    "facts": ("genre", "country", "language"),
    "descriptions": ("description",),
}


def divide(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    for name, fields in GROUPS.items():
        listed = ", ".join(f"'{field}'" for field in fields)
        schema_editor.execute(
            f"CREATE INDEX film_trigrams_of_{name} ON catalog_filmtext USING gin (folded gin_trgm_ops)"
            f" WITH (fastupdate = off) WHERE field IN ({listed})"
        )
    schema_editor.execute("DROP INDEX film_text_trigrams")


def unite(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute(ALL)
    for name in GROUPS:
        schema_editor.execute(f"DROP INDEX film_trigrams_of_{name}")


class Migration(migrations.Migration):
    dependencies = [("catalog", "0012_indexes_of_lists")]
    operations = [migrations.RunPython(divide, unite)]
