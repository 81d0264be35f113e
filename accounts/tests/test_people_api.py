"""Staff and other people's accounts: /api/v1/users/admin/users, and the same at /api/v1/admin/users."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.api.serializers.people import UserOutput
from accounts.models import TokenFamily, User
from accounts.tests import make
from accounts.tokens import issue_tokens
from cinema_project.common import clock

pytestmark = pytest.mark.django_db

PEOPLE = "/api/v1/users/admin/users"
PATHS = pytest.mark.parametrize("path", [PEOPLE, "/api/v1/admin/users"])
ANN = {"email": "Ann@Cinema.Test", "password": make.PASSWORD, "full_name": "Ann Example"}


@pytest.fixture
def manager():
    return make.user(groups=("manager",))


@pytest.fixture
def boss():
    return make.user(is_superuser=True)


def post(client, body, person, path=PEOPLE, **headers):
    return client.post(path, body, content_type="application/json", headers=make.bearer(person) | headers)


def set_active(client, person, by, value="false", path=PEOPLE):
    return client.patch(f"{path}/{person.pk}/status?is_active={value}", headers=make.bearer(by))


def people_json(*people):
    return [dict(UserOutput(User.objects.get(pk=person.pk)).data) | {"uuid": str(person.uuid)} for person in people]


def ids(client, by, **query):
    answer = client.get(PEOPLE, query, headers=make.bearer(by))
    assert answer.status_code == 200
    return [person["id"] for person in answer.json()]


@PATHS
@pytest.mark.parametrize("slash", ["", "/"])
def test_everybody_with_an_account_is_listed(client, manager, path, slash):
    alice = make.user(groups=("box office",))
    make.user(is_guest=True)
    make.user(closed_at=clock.now(), is_active=False)

    response = client.get(path + slash, headers=make.bearer(manager))

    assert (response.status_code, response["X-Total-Count"]) == (200, "2")
    assert response.json() == people_json(manager, alice)


def test_list_is_narrowed_by_status_and_role(client, manager, boss):
    alice, bob = make.user(), make.user(is_active=False)
    chief = make.user(is_superuser=True, groups=("manager",), is_active=False)

    found = {
        query: ids(client, manager, **dict(pair.split("=") for pair in query.split("&")))
        for query in (
            "status=active",
            "status=suspended",
            "role=user",
            "role=manager",
            "role=admin",
            "role=user&status=suspended",
        )
    }

    assert found == {
        "status=active": [manager.pk, boss.pk, alice.pk],
        "status=suspended": [bob.pk, chief.pk],
        "role=user": [alice.pk, bob.pk],
        "role=manager": [manager.pk],
        "role=admin": [boss.pk, chief.pk],
        "role=user&status=suspended": [bob.pk],
    }


@pytest.mark.parametrize("query", ["status=gone", "status=", "role=auditor", "role=%00", "limit=501", "skip=-1"])
def test_unknown_values_are_refused(client, manager, query):
    response = client.get(f"{PEOPLE}?{query}", headers=make.bearer(manager))

    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == [f"/{query.split('=')[0]}"]


def test_list_comes_in_pages(client, manager):
    alice = make.user()

    response = client.get(PEOPLE, {"skip": 1, "limit": 1}, headers=make.bearer(manager))

    assert (response.json(), response["X-Total-Count"]) == (people_json(alice), "2")
    assert 'rel="prev"' in response["Link"]


def test_list_takes_as_many_queries_for_three_people_as_for_one(client, manager):
    headers = make.bearer(manager)

    def count():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(PEOPLE, headers=headers).status_code == 200
        return len(asked)

    one = count()
    make.user(groups=("auditor", "box office"))
    make.user()

    assert count() == one


@PATHS
def test_new_person_is_a_user_unless_told_otherwise(client, manager, path):
    response = post(client, ANN, manager, path)

    person = User.objects.get(email="ann@cinema.test")
    assert (response.status_code, [response.json()]) == (201, people_json(person))
    assert (person.is_staff, person.is_superuser, person.groups.count()) == (False, False, 0)
    assert person.check_password(make.PASSWORD)


def test_new_manager_and_admin_have_their_rights(client, boss):
    made = {}
    for role in ("manager", "admin"):
        answer = post(client, ANN | {"email": f"{role}@cinema.test", "role": role}, boss)
        person = User.objects.get(email=f"{role}@cinema.test")
        groups = list(person.groups.values_list("name", flat=True))
        made[role] = (answer.status_code, answer.json()["role"], person.is_staff, person.is_superuser, groups)

    assert made == {
        "manager": (201, "manager", True, False, ["manager"]),
        "admin": (201, "admin", True, True, []),
    }


def test_manager_makes_managers_but_no_admins(client, manager):
    made = post(client, ANN | {"email": "new@cinema.test", "role": "manager"}, manager)
    refused = post(client, ANN | {"role": "admin"}, manager)

    assert (made.status_code, refused.status_code) == (201, 403)
    assert refused.json()["detail"] == "Only an admin can create an admin."
    assert not User.objects.filter(email="ann@cinema.test").exists()


def test_known_address_is_refused(client, manager):
    post(client, ANN, manager)

    response = post(client, ANN | {"email": "ANN@cinema.test"}, manager)

    assert (response.status_code, response.json()["detail"]) == (400, "Email already registered")


def test_rights_beyond_the_role_are_ignored(client, manager):
    own = {"is_superuser": True, "is_admin": True, "is_staff": True, "groups": ["manager"], "id": 1, "is_active": False}

    assert [post(client, ANN | own, manager).json()] == people_json(User.objects.get(email="ann@cinema.test"))


@pytest.mark.parametrize("field", ["email", "password", "full_name", "role"])
@pytest.mark.parametrize("value", [None, "", 7, ["a"], {"a": 1}, "a\x00b", "x" * 10_000])
def test_nonsense_is_refused_and_named(client, manager, field, value):
    response = post(client, ANN | {field: value}, manager)

    assert response.status_code == 400
    assert {error["pointer"] for error in response.json()["errors"]} == {f"/{field}"}
    assert User.objects.count() == 1


def test_repeated_request_makes_one_person(client, manager):
    first, second = (post(client, ANN, manager, **{"Idempotency-Key": "once"}) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second["Idempotent-Replayed"] == "true"
    assert User.objects.filter(email="ann@cinema.test").count() == 1


@PATHS
def test_suspended_person_loses_their_tokens_and_comes_back(client, manager, path):
    alice = make.user()
    issue_tokens(user=alice)

    suspended = set_active(client, alice, manager, path=path)
    assert (suspended.status_code, [suspended.json()]) == (200, people_json(alice))
    assert suspended.json()["is_active"] is False
    assert TokenFamily.objects.get(user=alice).revoked_at is not None

    back = set_active(client, alice, manager, "true", path)
    assert (back.status_code, back.json()["is_active"]) == (200, True)
    assert set_active(client, alice, manager, "true", path).json() == back.json()


@pytest.mark.parametrize("query", ["", "?is_active=", "?is_active=maybe", "?is_active=null", "?active=false"])
def test_status_must_be_said(client, manager, query):
    alice = make.user()

    response = client.patch(f"{PEOPLE}/{alice.pk}/status{query}", headers=make.bearer(manager))

    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == ["/is_active"]
    assert User.objects.get(pk=alice.pk).is_active


def test_own_account_is_left_alone(client, manager):
    answers = [set_active(client, manager, manager, value) for value in ("false", "true")]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(409, "own_account")] * 2
    assert User.objects.get(pk=manager.pk).is_active


def test_manager_leaves_admins_alone(client, manager, boss):
    chief = make.user(is_superuser=True, is_active=False)

    assert set_active(client, boss, manager).status_code == 403
    assert set_active(client, chief, manager, "true").status_code == 403
    assert set_active(client, chief, boss, "true").json()["is_active"] is True
    assert User.objects.get(pk=boss.pk).is_active


@pytest.mark.parametrize("fields", [{"is_guest": True}, {"closed_at": "2026-01-01T00:00:00Z", "is_active": False}])
def test_guests_and_closed_accounts_are_not_found(client, manager, fields):
    person = make.user(**fields)

    assert set_active(client, person, manager, "true").status_code == 404
    assert User.objects.get(pk=person.pk).is_active == person.is_active


@pytest.mark.parametrize("user_id", ["0", "999", "9" * 30])
def test_unknown_person_is_not_found(client, manager, user_id):
    response = client.patch(f"{PEOPLE}/{user_id}/status?is_active=true", headers=make.bearer(manager))

    assert response.status_code == 404


@PATHS
@pytest.mark.parametrize("who", ["auditor", "programmer", "box office", None])
def test_others_at_most_read(client, path, who):
    person, alice = make.user(groups=(who,) if who else ()), make.user()

    assert client.get(path, headers=make.bearer(person)).status_code == (200 if who == "auditor" else 403)
    assert post(client, ANN, person, path).status_code == 403
    assert set_active(client, alice, person, path=path).status_code == 403
    assert list(User.objects.order_by("pk").values_list("pk", "is_active")) == [(person.pk, True), (alice.pk, True)]


@PATHS
def test_without_a_token_nothing_opens(client, path):
    alice = make.user()

    answers = [client.get(path), client.post(path, ANN), client.patch(f"{path}/{alice.pk}/status?is_active=false")]

    assert [answer.status_code for answer in answers] == [401] * 3
