from collections.abc import Iterator

from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

READ = ("view",)
WRITE = ("view", "add", "change")
ALL = ("view", "add", "change", "delete")
EVERYTHING = (
    ("accounts", ("user", "tokenfamily")),
    ("admin", ("logentry",)),
    ("auth", ("group",)),
    ("catalog", ("cinema", "room", "seat", "movie", "castmember", "screening")),
    ("booking", ("hold", "ticket", "seatclaim", "booking", "payment", "refund")),
    ("common", ("outboxmessage", "idempotencyrecord")),
    ("django_celery_beat", ("periodictask", "periodictasks", "crontabschedule", "intervalschedule", "clockedschedule")),
)
SALES = {f"booking.{model}": READ for model in ("hold", "seatclaim", "booking", "payment", "refund")} | {
    "booking.ticket": ("view", "change"),
}
PROGRAMME = {f"catalog.{model}": WRITE for model in ("room", "seat", "movie", "screening")} | {
    "catalog.castmember": ALL,
    "catalog.cinema": READ,
}
MANAGEMENT = {f"catalog.{model}": ALL for model in ("cinema", "room", "seat", "movie", "castmember", "screening")} | {
    "accounts.user": WRITE,
    "accounts.tokenfamily": ("view", "change"),
    "admin.logentry": READ,
    "common.outboxmessage": ("view", "change"),
    "common.idempotencyrecord": READ,
}
CLOCK = {
    f"django_celery_beat.{model}": ALL
    for model in ("periodictask", "periodictasks", "crontabschedule", "intervalschedule", "clockedschedule")
}
RIGHTS: dict[str, dict[str, tuple[str, ...]]] = {
    "box office": {f"catalog.{model}": READ for model in ("cinema", "room", "seat", "movie", "screening")} | SALES,
    "programmer": PROGRAMME,
    "manager": SALES | MANAGEMENT | CLOCK,
    "auditor": {f"{app}.{model}": READ for app, models in EVERYTHING for model in models},
}


def codenames(rights: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    for name, verbs in rights.items():
        app, model = name.split(".")
        yield from ((app, f"{verb}_{model}") for verb in verbs)


def grant(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for app, _ in EVERYTHING:
        # Django makes the permissions after all migrations; the groups need them now.
        config = apps.get_app_config(app)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
    permissions = {
        (permission.content_type.app_label, permission.codename): permission
        for permission in apps.get_model("auth", "Permission").objects.select_related("content_type")
    }
    for name, rights in RIGHTS.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        group.permissions.add(*(permissions[codename] for codename in codenames(rights)))


def withdraw(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for group in apps.get_model("auth", "Group").objects.filter(name__in=RIGHTS):
        group.permissions.clear()


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0002_beat_expires_holds"),
        ("accounts", "0003_groups"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("catalog", "0002_no_overlap_in_a_room"),
        ("common", "0002_clock"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [migrations.RunPython(grant, withdraw)]
