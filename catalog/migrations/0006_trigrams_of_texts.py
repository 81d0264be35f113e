from django.contrib.postgres.operations import TrigramExtension
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState, StateApps

INDEX = "CREATE INDEX film_text_trigrams ON catalog_filmtext USING gin (folded gin_trgm_ops) WITH (fastupdate = off)"


class Trigrams(TrigramExtension):
    """PostgreSQL's pg_trgm, which any owner of a database may create where the server has it; SQLite needs none."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        except DatabaseError as refused:
            database = schema_editor.connection.settings_dict["NAME"]
            raise ImproperlyConfigured(
                f"PostgreSQL did not let us create the extension pg_trgm ({str(refused).strip()}). Install"
                f" postgresql-contrib if it is missing, run CREATE EXTENSION pg_trgm in the database {database} as a"
                " superuser, and migrate again."
            ) from refused


def create(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(INDEX)


def drop(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX film_text_trigrams")


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_search_index")]
    operations = [Trigrams(), migrations.RunPython(create, drop)]
