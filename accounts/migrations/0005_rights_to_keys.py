from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

RIGHTS = {"manager": ("view_apikey", "add_apikey", "change_apikey"), "auditor": ("view_apikey",)}


def grant(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Django makes the permissions after all migrations; the groups need them now.
    config = apps.get_app_config("accounts")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    for name, codenames in RIGHTS.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        group.permissions.add(*_permissions(apps, codenames))


def withdraw(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for name, codenames in RIGHTS.items():
        for group in apps.get_model("auth", "Group").objects.filter(name=name):
            group.permissions.remove(*_permissions(apps, codenames))


def _permissions(apps: StateApps, codenames: tuple[str, ...]) -> object:
    permissions = apps.get_model("auth", "Permission").objects
    return permissions.filter(content_type__app_label="accounts", codename__in=codenames)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_profiles_keys_searches"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(grant, withdraw)]
