"""Rights that migrations give to groups."""

from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import connection

from cinema_project.common.grants import grant, granting, withdraw

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

EDITOR = SimpleNamespace(connection=connection)
RIGHTS = {"clerks": {"accounts.apikey": ("view", "add"), "catalog.movie": ("view",)}}


@pytest.fixture
def clerks(db) -> Group:
    return Group.objects.create(name="clerks")


def run(change):
    change(apps, EDITOR, rights=RIGHTS)


def rights_of(group) -> set[str]:
    return set(group.permissions.values_list("codename", flat=True))


def test_rights_are_added_to_what_the_group_has(clerks):
    clerks.permissions.add(Permission.objects.get(codename="delete_movie"))

    run(grant)
    run(grant)

    assert rights_of(clerks) == {"view_apikey", "add_apikey", "view_movie", "delete_movie"}


def test_permissions_made_early_are_those_that_django_makes(clerks):
    keys = Permission.objects.filter(content_type__app_label="accounts", content_type__model="apikey")
    made_by_django = set(keys.values_list("codename", "name"))
    keys.delete()

    run(grant)
    create_permissions(apps.get_app_config("accounts"), verbosity=0)

    assert set(keys.values_list("codename", "name")) == made_by_django
    assert keys.count() == 4
    assert rights_of(clerks) == {"view_apikey", "add_apikey", "view_movie"}


def test_rights_taken_back_leave_the_others(clerks):
    clerks.permissions.add(Permission.objects.get(codename="delete_movie"))
    run(grant)

    run(withdraw)

    assert rights_of(clerks) == {"delete_movie"}


def test_group_that_staff_deleted_stays_deleted():
    run(grant)

    assert not Group.objects.filter(name="clerks").exists()


def test_operation_goes_both_ways(clerks):
    operation = granting(RIGHTS)

    operation.code(apps, EDITOR)
    given = rights_of(clerks)
    operation.reverse_code(apps, EDITOR)

    assert given == {"view_apikey", "add_apikey", "view_movie"}
    assert rights_of(clerks) == set()
