"""Emptying the demo's database, and only that one."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection

from accounts.models import User
from cinema_project.demo.people import SHOWN


def empty() -> None:
    """Remove everything from the database, tables included.

    :raises CommandError: if there are accounts in it, but not the demo's
    """
    if not _is_ours():
        raise CommandError(
            f"{described()} is not the demo's: it has accounts, but no {SHOWN[0].email}. Nothing deleted."
        )
    if connection.vendor == "sqlite":
        connection.close()
        name = str(settings.DATABASES["default"]["NAME"])
        for end in ("", "-wal", "-shm"):
            Path(name + end).unlink(missing_ok=True)
        return
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    connection.close()


def described() -> str:
    """Name the database without its password."""
    database = settings.DATABASES["default"]
    return f"the database {database['NAME']}" + (f" on {database['HOST']}" if database.get("HOST") else "")


def _is_ours() -> bool:
    if User._meta.db_table not in connection.introspection.table_names():
        return True
    return User.objects.filter(email=SHOWN[0].email).exists() or not User.objects.exists()
