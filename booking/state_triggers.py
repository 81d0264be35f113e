"""Triggers that log each change of a state and refuse those that nobody drew; for migrations, on both databases.

SQLite drops them with a table that Django makes anew, which adding a constraint or a column that must not be empty
does: such a migration installs them again.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

LOG = "booking_statechange (kind, object_id, from_state, to_state, at, actor_id)"
CLOCK = "(SELECT now FROM cinema_clock)"

REFUSE = """
CREATE OR REPLACE FUNCTION booking_refuse_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: nobody drew this step', TG_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END $$"""


@dataclass(frozen=True, slots=True)
class Watched:
    """A table with a state.

    :param key: SQL that names the row in the log
    :param arrows: what may become what, as ``held>confirmed``
    :param actor: whether the table has a column that names who changed it
    """

    kind: str
    table: str
    column: str
    key: str
    arrows: Collection[str]
    actor: bool = True

    @property
    def changed(self) -> str:
        return f"OLD.{self.column} <> NEW.{self.column}"

    @property
    def undrawn(self) -> str:
        drawn = ", ".join(f"'{arrow}'" for arrow in sorted(self.arrows))
        return f"OLD.{self.column} || '>' || NEW.{self.column} NOT IN ({drawn})"

    @property
    def note(self) -> str:
        who = "NEW.actor_id" if self.actor else "NULL"
        values = f"'{self.kind}', {self.key}, OLD.{self.column}, NEW.{self.column}, {CLOCK}, {who}"
        return f"INSERT INTO {LOG} VALUES ({values})"


def install(schema_editor: BaseDatabaseSchemaEditor, watched: Collection[Watched]) -> None:
    """Make the triggers, or make them anew."""
    postgresql = schema_editor.connection.vendor == "postgresql"
    if postgresql:
        schema_editor.execute(REFUSE, params=None)
    for one in watched:
        for statement in _postgresql(one) if postgresql else _sqlite(one):
            schema_editor.execute(statement, params=None)


def remove(schema_editor: BaseDatabaseSchemaEditor, watched: Collection[Watched]) -> None:
    """Take the triggers away."""
    postgresql = schema_editor.connection.vendor == "postgresql"
    for one in watched:
        for name in (f"{one.kind}_states_drawn", f"{one.kind}_states_logged"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}" + (f" ON {one.table}" if postgresql else ""))
        if postgresql:
            schema_editor.execute(f"DROP FUNCTION IF EXISTS booking_log_{one.kind}()")
    if postgresql:
        schema_editor.execute("DROP FUNCTION IF EXISTS booking_refuse_state()")


def _postgresql(one: Watched) -> list[str]:
    # The conditions belong to the triggers, not into the functions: no function is called for nothing.
    return [
        f"CREATE OR REPLACE FUNCTION booking_log_{one.kind}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {one.note}; RETURN NULL; END $$",
        f"CREATE OR REPLACE TRIGGER {one.kind}_states_drawn BEFORE UPDATE OF {one.column} ON {one.table} FOR EACH ROW"
        f" WHEN ({one.changed} AND {one.undrawn}) EXECUTE FUNCTION booking_refuse_state()",
        f"CREATE OR REPLACE TRIGGER {one.kind}_states_logged AFTER UPDATE OF {one.column} ON {one.table} FOR EACH ROW"
        f" WHEN ({one.changed}) EXECUTE FUNCTION booking_log_{one.kind}()",
    ]


def _sqlite(one: Watched) -> list[str]:
    begin = f"UPDATE OF {one.column} ON {one.table} WHEN {one.changed}"
    return [
        f"DROP TRIGGER IF EXISTS {one.kind}_states_drawn",
        f"DROP TRIGGER IF EXISTS {one.kind}_states_logged",
        f"CREATE TRIGGER {one.kind}_states_drawn BEFORE {begin} AND {one.undrawn}"
        f" BEGIN SELECT RAISE(ABORT, '{one.kind}_states_drawn'); END",
        f"CREATE TRIGGER {one.kind}_states_logged AFTER {begin} BEGIN {one.note}; END",
    ]
