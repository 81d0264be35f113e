"""Who is calling: forged, foreign and ended tokens; rights from the database."""

import base64
import json

import jwt
import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.callers import Caller, caller_for, caller_of
from accounts.confirmation_links import LinkInvalid, confirmation_token, read_link, state_of
from accounts.models import User
from accounts.reset_tokens import reset_token
from accounts.signatures import read_access
from accounts.tests import make
from accounts.tokens import issue_tokens, page_token, revoke_family
from cinema_project.common.database import query
from cinema_project.common.errors import Unauthenticated

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def call(authorization=None):
    headers = {} if authorization is None else {"Authorization": authorization}
    return caller_of(RequestFactory().get("/", headers=headers))


def refusal(authorization=None):
    with pytest.raises(Unauthenticated) as refused:
        call(authorization)
    return refused.value.code, refused.value.detail


def unsigned(token):
    """The token with ``alg: none`` and no signature."""
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).rstrip(b"=").decode()
    return f"{head}.{token.split('.')[1]}."


def test_caller_is_read_in_one_query():
    person = make.user(groups=("programmer", "auditor"), long_holds=True)
    token = issue_tokens(user=person).access_token

    caller = call(f"Bearer {token}")

    assert caller == Caller(
        id=person.pk,
        uuid=person.uuid,
        role="user",
        groups=("auditor", "programmer"),
        long_holds=True,
        family=read_access(token).family,
    )
    assert not caller.is_staff_member


@pytest.mark.parametrize("groups", [(), ("auditor",), ("auditor", "manager", "programmer")])
def test_number_of_queries_does_not_depend_on_the_groups(groups, monkeypatch):
    token = issue_tokens(user=make.user(groups=groups)).access_token
    asked = []
    monkeypatch.setattr("accounts.callers.query", lambda *given: asked.append(given) or query(*given))

    with CaptureQueriesContext(connection) as by_django:
        call(f"Bearer {token}")

    assert len(asked) == 1
    assert len(by_django) <= 1


@pytest.mark.parametrize(
    ("fields", "groups", "role"),
    [
        ({}, (), "user"),
        ({}, ("box office",), "user"),
        ({}, ("manager",), "manager"),
        ({"is_superuser": True}, ("manager",), "admin"),
        ({"is_staff": True}, (), "user"),
    ],
)
def test_role_is_derived(fields, groups, role):
    person = make.user(groups=groups, **fields)

    caller = call(f"Bearer {issue_tokens(user=person).access_token}")

    assert caller.role == role
    assert caller.is_staff_member == (role != "user")
    assert caller_for(User.objects.get()).role == role


def test_rights_are_those_of_the_moment_not_of_the_token():
    person = make.user(groups=("manager",))
    token = issue_tokens(user=person).access_token
    person.groups.clear()

    assert make.claims_of(token)["role"] == "manager"
    assert call(f"Bearer {token}").role == "user"

    person.groups.add(Group.objects.get(name="manager"))
    assert call(f"Bearer {token}").role == "manager"


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YTpi", "Token abc"])
def test_without_a_token_nobody_is_calling(header):
    assert refusal(header) == ("not_authenticated", "Not authenticated")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_scheme_is_read_in_any_case(scheme):
    person = make.user()

    assert call(f"{scheme}  {issue_tokens(user=person).access_token} ").id == person.pk


def test_forged_tokens_are_refused():
    person = make.user(is_superuser=True)
    pair = issue_tokens(user=make.user())
    good = pair.access_token
    head, body, signature = good.split(".")
    forgeries = [
        unsigned(good),
        make.forged(good, key="x" * 64),
        make.forged(good, key="x" * 64, user_id=person.pk, sub=str(person.uuid), role="admin"),
        make.forged(good, algorithm="HS512"),
        make.forged(good, family="0b2f7a3e-5a54-4a3c-9d2e-6f1f0c9a7b11"),
        make.forged(good, type=None),
        make.forged(good, exp=None),
        make.forged(good, jti=None),
        f"{head}.{body}.",
        f"{head}.{body}.{signature[::-1]}",
        f"{head}.{body}",
        pair.refresh_token,
        page_token(person),
        page_token(None),
        "garbage",
        "a.b.c",
        "é" * 10,
        "x" * 10_000,
        "\x00",
    ]

    for token in forgeries:
        assert refusal(f"Bearer {token}") == ("invalid_token", "Could not validate credentials"), token


def test_the_key_of_a_token_is_ours_whatever_its_header_names():
    pair = issue_tokens(user=make.user())
    own = base64.urlsafe_b64encode(b"x" * 64).rstrip(b"=").decode()
    named = {"jwk": {"kty": "oct", "k": own}, "jku": "https://evil.test/keys", "x5u": "https://evil.test/x", "kid": "1"}

    token = jwt.encode(make.claims_of(pair.access_token), "x" * 64, algorithm="HS256", headers=named)

    assert refusal(f"Bearer {token}") == ("invalid_token", "Could not validate credentials")


def test_no_kind_of_signature_is_good_for_another_purpose():
    person = make.user()
    for made in (
        reset_token(person),
        confirmation_token(person, person.email, state_of(person)),
        make.api_key(by=person).raw,
    ):
        assert refusal(f"Bearer {made}") == ("invalid_token", "Could not validate credentials")
    with pytest.raises(LinkInvalid):
        read_link(issue_tokens(user=person).access_token)


def test_expired_token_is_refused(clock):
    token = issue_tokens(user=make.user()).access_token
    assert call(f"Bearer {token}")
    clock.travel(901)

    assert refusal(f"Bearer {token}") == ("token_expired", "Token has expired")


def test_revoked_token_is_refused_though_it_was_verified_before():
    token = issue_tokens(user=make.user()).access_token
    caller = call(f"Bearer {token}")

    revoke_family(caller.family)

    assert refusal(f"Bearer {token}") == ("token_revoked", "Token has been revoked")


def test_suspended_and_deleted_people_are_refused():
    person = make.user()
    token = issue_tokens(user=person).access_token
    User.objects.update(is_active=False)
    assert refusal(f"Bearer {token}") == ("invalid_token", "Could not validate credentials")

    person.delete()
    assert refusal(f"Bearer {token}") == ("invalid_token", "Could not validate credentials")
