"""/api/v1/api-keys: happy, refused, not allowed, and nonsense."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.api_keys import holder_of
from accounts.models import ApiKey
from accounts.tests import make

pytestmark = pytest.mark.django_db

KEYS = "/api/v1/api-keys"
ROBOT = {"name": "Robot", "scopes": ["jobs:read", "events:write"]}


@pytest.fixture
def manager():
    return make.user(groups=("manager",))


def post(client, body, person, **headers):
    return client.post(KEYS, body, content_type="application/json", headers=make.bearer(person) | headers)


def moment(value):
    return value and f"{value:%Y-%m-%dT%H:%M:%S.%fZ}"


def key_json(key):
    return {
        "id": key.pk,
        "name": key.name,
        "prefix": key.prefix,
        "scopes": key.scopes,
        "expires_at": moment(key.expires_at),
        "last_used_at": moment(key.last_used_at),
        "created_at": moment(key.created_at),
    }


@pytest.mark.parametrize("rights", [{"groups": ("manager",)}, {"is_superuser": True}])
@pytest.mark.parametrize("expires_at", [None, "2031-01-01T00:00:00.000000Z"])
def test_new_key_is_shown_once(client, rights, expires_at):
    person = make.user(**rights)

    response = post(client, ROBOT | {"expires_at": expires_at}, person)

    key = ApiKey.objects.get()
    raw = response.json()["key"]
    assert (response.status_code, response["Cache-Control"]) == (201, "no-store")
    assert response.json() == key_json(key) | ROBOT | {"expires_at": expires_at, "key": raw}
    assert key.created_by == person
    assert holder_of(raw).id == key.pk
    assert client.get(KEYS, headers=make.bearer(person)).json() == [key_json(ApiKey.objects.get())]


def test_what_is_not_for_the_sender_to_say_is_ignored(client, manager):
    own = {"key": "k" * 40, "digest": "d" * 64, "prefix": "ck_mine", "created_by": 7, "last_used_at": "2031-01-01"}

    response = post(client, ROBOT | own, manager)

    assert (response.status_code, "ck_mine" in response.content.decode()) == (201, False)
    assert ApiKey.objects.get().created_by == manager


def test_repeated_request_makes_another_key(client, manager):
    """The key would have to be stored to be shown again."""
    first, second = (post(client, ROBOT, manager, **{"Idempotency-Key": "once"}) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["key"] != second.json()["key"]


def test_refused_key_names_its_fields(client, manager):
    response = post(client, {"name": "Robot", "scopes": ["jobs:all"], "expires_at": "2020-01-01T00:00:00Z"}, manager)

    assert (response.status_code, response.json()["code"]) == (400, "api_key_refused")
    assert [error["pointer"] for error in response.json()["errors"]] == ["/scopes/0", "/expires_at"]
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", value) for value in (None, "", 7, ["a"], "a\x00b", "x" * 101)]
    + [("scopes", value) for value in (None, [], "jobs:read", 7, {}, ["x"] * 51)]
    + [("expires_at", value) for value in ("tomorrow", 7, [], True, "0001-01-01T00:00:00+23:59")],
)
def test_nonsense_is_refused_and_named(client, manager, field, value):
    response = post(client, ROBOT | {field: value}, manager)

    assert response.status_code == 400
    assert {error["pointer"] for error in response.json()["errors"]} == {f"/{field}"}
    assert not ApiKey.objects.exists()


def test_keys_are_listed_newest_first_in_pages(client, manager):
    first, second = make.api_key().key, make.api_key().key

    page = client.get(KEYS, {"limit": 1}, headers=make.bearer(manager))

    assert page.json() == [key_json(second)]
    assert page["X-Total-Count"] == "2"
    assert 'rel="next"' in page["Link"]
    assert client.get(KEYS, {"skip": 1}, headers=make.bearer(manager)).json() == [key_json(first)]


def test_list_takes_as_many_queries_for_three_keys_as_for_one(client, manager):
    headers = make.bearer(manager)

    def count():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(KEYS, headers=headers).status_code == 200
        return len(asked)

    make.api_key()
    one = count()
    make.api_key()
    make.api_key()

    assert count() == one


@pytest.mark.parametrize("slash", ["", "/"])
def test_one_key_is_shown_without_itself(client, manager, slash):
    key = make.api_key().key

    response = client.get(f"{KEYS}/{key.pk}{slash}", headers=make.bearer(manager))

    assert (response.status_code, response.json()) == (200, key_json(key))


def test_deleted_key_counts_no_longer_and_is_gone(client, manager):
    made = make.api_key()
    address, headers = f"{KEYS}/{made.key.pk}", make.bearer(manager)

    answers = [client.delete(address, headers=headers) for _ in range(2)]

    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 2
    assert client.get(KEYS, headers=headers).json() == []
    assert client.get(address, headers=headers).status_code == 404
    assert ApiKey.objects.get().revoked_at is not None


@pytest.mark.parametrize("method", ["get", "delete"])
@pytest.mark.parametrize("key_id", ["0", "999", "9" * 30, "abc"])
def test_unknown_key_is_not_found(client, manager, method, key_id):
    assert getattr(client, method)(f"{KEYS}/{key_id}", headers=make.bearer(manager)).status_code == 404


@pytest.mark.parametrize("who", ["auditor", "programmer", "box office", None])
def test_others_at_most_read(client, who):
    key = make.api_key().key
    person = make.user(groups=(who,) if who else ())
    headers, address = make.bearer(person), f"{KEYS}/{key.pk}"

    reads = [client.get(KEYS, headers=headers), client.get(address, headers=headers)]
    writes = [post(client, ROBOT, person), client.delete(address, headers=headers)]

    assert [answer.status_code for answer in reads] == [200 if who == "auditor" else 403] * 2
    assert [answer.status_code for answer in writes] == [403, 403]
    assert list(ApiKey.objects.values_list("pk", "revoked_at")) == [(key.pk, None)]


def test_new_key_wants_a_fresh_sign_in(client, manager):
    headers = make.bearer(manager)
    manager.token_families.update(created_at="2026-01-01T00:00Z")

    refused = client.post(KEYS, ROBOT, content_type="application/json", headers=headers)

    assert (refused.status_code, refused.json()["code"]) == (403, "sign_in_again")
    assert not ApiKey.objects.exists()


def test_without_a_token_nothing_opens(client):
    made = make.api_key()
    address = f"{KEYS}/{made.key.pk}"

    for headers in ({}, {"X-API-Key": made.raw}):
        answers = [client.get(KEYS, headers=headers), client.post(KEYS, ROBOT, headers=headers)]
        answers += [client.get(address, headers=headers), client.delete(address, headers=headers)]
        assert [answer.status_code for answer in answers] == [401] * 4
