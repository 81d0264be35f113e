"""Rights that migrations give to groups. They are given once; from then on the groups belong to the staff."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from django.contrib.auth import get_permission_codename
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

Rights = Mapping[str, Mapping[str, Collection[str]]]
"""The name of a group -> ``app.model`` -> what it may do: view, add, change, delete."""


def granting(rights: Rights) -> migrations.RunPython:
    """Return the operation that gives these rights, and takes them away on the way back.

    The migration depends on those that made the models.
    """
    return migrations.RunPython(partial(grant, rights=rights), partial(withdraw, rights=rights))


def grant(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor, *, rights: Rights) -> None:
    """Add the rights to what the groups have; a group that staff deleted does not come back."""
    alias = schema_editor.connection.alias
    for group in _groups(apps, alias, rights):
        group.permissions.add(*_permissions(apps, alias, rights[group.name]))


def withdraw(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor, *, rights: Rights) -> None:
    """Take the rights away again, and leave the groups all others."""
    alias = schema_editor.connection.alias
    for group in _groups(apps, alias, rights):
        group.permissions.remove(*_permissions(apps, alias, rights[group.name]))


def _groups(apps: StateApps, alias: str, rights: Rights) -> Any:
    return apps.get_model("auth", "Group").objects.using(alias).filter(name__in=rights)


def _permissions(apps: StateApps, alias: str, allowed: Mapping[str, Collection[str]]) -> list[Any]:
    """Return the permissions; those missing are made as Django does, but that does so only after all migrations."""
    types = apps.get_model("contenttypes", "ContentType").objects.using(alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    found = []
    for label, verbs in allowed.items():
        options = apps.get_model(label)._meta
        content_type, _ = types.get_or_create(app_label=options.app_label, model=options.model_name)
        for verb in verbs:
            permission, _ = permissions.get_or_create(
                content_type=content_type,
                codename=get_permission_codename(verb, options),
                defaults={"name": f"Can {verb} {options.verbose_name_raw}"},
            )
            found.append(permission)
    return found
