"""Who may try, by role and group, or by the scope of a key."""

import json

import pytest
from django.contrib.auth.models import AnonymousUser
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from accounts.api.authentication import ApiKeyAuthentication, BearerAuthentication
from accounts.api_keys import SCOPES
from accounts.permissions import IsBoxOffice, IsProgrammer, IsStaffMember, has_scope
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


class Jobs(APIView):
    """As later views of jobs are made."""

    authentication_classes = (ApiKeyAuthentication, BearerAuthentication)
    permission_classes = (has_scope("jobs:read"),)

    def get(self, request):
        return Response(getattr(request.auth, "name", "a person"))

    def post(self, request):
        return Response("done")


def asked(headers, method="get", view=Jobs):
    """What the view answers: the status, and the refusal's code or the body."""
    answer = view.as_view()(getattr(APIRequestFactory(), method)("/", headers=headers))
    return answer.status_code, answer.data if answer.status_code == 200 else json.loads(answer.content)["code"]


def test_key_with_the_scope_is_let_in():
    raw = make.api_key(name="Robot", scopes=["events:write", "jobs:read"]).raw

    assert asked({"X-API-Key": raw}) == (200, "Robot")
    assert asked({"X-API-Key": raw}, "post") == (200, "done")


def test_key_of_the_environment_is_let_in(settings):
    settings.API_KEYS = ["0123456789abcdef"]

    assert asked({"X-API-Key": "0123456789abcdef"}) == (200, "API_KEYS 1")


def test_key_without_the_scope_is_refused():
    assert asked({"X-API-Key": make.api_key(scopes=["jobs:write"]).raw}) == (403, "not_allowed")


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": ""}, {"X-API-Key": " "}])
def test_nobody_is_refused(headers):
    assert asked(headers) == (401, "not_authenticated")


def test_bad_key_is_refused_even_beside_a_good_token():
    headers = make.bearer(make.user(is_superuser=True))

    assert asked({"X-API-Key": "ck_unknown"}) == (401, "invalid_api_key")
    assert asked(headers | {"X-API-Key": "ck_unknown"}) == (401, "invalid_api_key")


def test_people_need_no_key_if_they_are_staff():
    answers = {}
    for who in ("manager", "auditor", "programmer", "box office"):
        headers = make.bearer(make.user(groups=(who,)))
        answers[who] = (asked(headers)[0], asked(headers, "post")[0])

    assert answers == {
        "manager": (200, 200),
        "auditor": (200, 403),
        "programmer": (403, 403),
        "box office": (403, 403),
    }
    assert asked(make.bearer(make.user(is_superuser=True)), "post") == (200, "done")
    assert asked(make.bearer(make.user())) == (403, "not_allowed")


@pytest.mark.parametrize("permission", [IsAuthenticated, IsStaffMember])
def test_key_opens_nothing_that_asks_for_a_person(permission):
    class Private(Jobs):
        permission_classes = (permission,)

    assert asked({"X-API-Key": make.api_key(scopes=list(SCOPES)).raw}, view=Private) == (403, "not_allowed")
