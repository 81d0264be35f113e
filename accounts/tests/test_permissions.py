"""Who may try, by role and group."""

import pytest
from django.contrib.auth.models import AnonymousUser
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from accounts.permissions import IsBoxOffice, IsProgrammer, IsStaffMember
from accounts.tests import make

pytestmark = pytest.mark.django_db

NOBODY, READS, ALL = "", "reads", "reads writes"
TABLE = [
    # who, IsStaffMember, IsProgrammer, IsBoxOffice
    ((), {}, NOBODY, NOBODY, NOBODY),
    (("box office",), {}, NOBODY, NOBODY, ALL),
    (("programmer",), {}, NOBODY, ALL, NOBODY),
    (("auditor",), {}, READS, READS, READS),
    (("auditor", "programmer"), {}, READS, ALL, READS),
    (("manager",), {}, ALL, ALL, ALL),
    ((), {"is_superuser": True}, ALL, ALL, ALL),
    ((), {"is_staff": True}, NOBODY, NOBODY, NOBODY),
]


def allowed(permission, headers=None, user=None):
    """What the permission lets this sender do, in words."""
    words = []
    for method, word in (("get", "reads"), ("post", "writes")):
        request = getattr(APIRequestFactory(), method)("/", headers=headers or {})
        if user is not None:
            force_authenticate(request, user=user)
        if permission().has_permission(APIView().initialize_request(request), APIView()):
            words.append(word)
    return " ".join(words)


@pytest.mark.parametrize(("groups", "fields", "staff", "programmer", "box_office"), TABLE)
def test_permissions_by_group(groups, fields, staff, programmer, box_office):
    person = make.user(groups=groups, **fields)
    wanted = {IsStaffMember: staff, IsProgrammer: programmer, IsBoxOffice: box_office}

    assert {permission: allowed(permission, make.bearer(person)) for permission in wanted} == wanted
    assert {permission: allowed(permission, user=person) for permission in wanted} == wanted


@pytest.mark.parametrize("permission", [IsStaffMember, IsProgrammer, IsBoxOffice])
def test_unknown_people_are_let_in_nowhere(permission):
    assert allowed(permission, user=AnonymousUser()) == NOBODY
