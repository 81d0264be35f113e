"""Triggers that refuse changes of a state that nobody drew; for migrations, on both databases.

SQLite drops them with a table that Django makes anew: a migration that does so installs them again.
"""

from collections.abc import Mapping

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

Arrows = Mapping[str, tuple[str, ...]]
RUN_ARROWS: Arrows = {
    "scheduled": ("queued", "cancelled"),
    "queued": ("running", "cancelled", "failed"),
    "running": ("succeeded", "partial", "empty_suspect", "failed", "cancelling"),
    "cancelling": ("cancelled",),
}
UNIT_ARROWS: Arrows = {
    "pending": ("leased", "dead"),
    "retry_at": ("leased", "dead"),
    "leased": ("pending", "retry_at", "done", "quarantined", "dead"),
}
VIDEO_ARROWS: Arrows = {
    "pending": ("downloading", "failed"),
    "downloading": ("downloaded", "failed", "pending"),
    "downloaded": ("uploading", "downloading", "failed", "pending"),
    "uploading": ("uploaded", "downloading", "failed", "pending"),
    "failed": ("pending",),
}
TABLES = {"scraping_run": RUN_ARROWS, "scraping_unit": UNIT_ARROWS}
VIDEO_TABLES = {"scraping_mediavideo": VIDEO_ARROWS}
"""What may become what, by table; ``engine.states`` goes by the same."""

REFUSE = """
CREATE OR REPLACE FUNCTION scraping_refuse_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: nobody drew this step', TG_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END $$"""


def install(schema_editor: BaseDatabaseSchemaEditor, tables: Mapping[str, Arrows] = TABLES) -> None:
    """Make the triggers, or make them anew."""
    postgresql = schema_editor.connection.vendor == "postgresql"
    if postgresql:
        schema_editor.execute(REFUSE, params=None)
    for table, arrows in tables.items():
        when = f"UPDATE OF state ON {table}"
        undrawn = f"OLD.state <> NEW.state AND {_undrawn(arrows)}"
        if postgresql:
            schema_editor.execute(
                f"CREATE OR REPLACE TRIGGER {table}_states_drawn BEFORE {when} FOR EACH ROW"
                f" WHEN ({undrawn}) EXECUTE FUNCTION scraping_refuse_state()",
                params=None,
            )
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_states_drawn", params=None)
            schema_editor.execute(
                f"CREATE TRIGGER {table}_states_drawn BEFORE {when} WHEN {undrawn}"
                f" BEGIN SELECT RAISE(ABORT, '{table}_states_drawn'); END",
                params=None,
            )


def remove(schema_editor: BaseDatabaseSchemaEditor, tables: Mapping[str, Arrows] = TABLES) -> None:
    """Take the triggers away."""
    postgresql = schema_editor.connection.vendor == "postgresql"
    for table in tables:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_states_drawn" + (f" ON {table}" if postgresql else ""))
    if postgresql and tables is TABLES:
        schema_editor.execute("DROP FUNCTION IF EXISTS scraping_refuse_state()")


def _undrawn(arrows: Arrows) -> str:
    drawn = ", ".join(f"'{old}>{new}'" for old, targets in arrows.items() for new in targets)
    return f"OLD.state || '>' || NEW.state NOT IN ({drawn})"
