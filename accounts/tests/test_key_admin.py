"""API keys in the admin."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from accounts.api_keys import KeyHolder, holder_of
from accounts.models import ApiKey
from accounts.tests import make

pytestmark = pytest.mark.django_db

LIST, ADD = reverse("admin:accounts_apikey_changelist"), reverse("admin:accounts_apikey_add")
FORM = {
    "name": "Robot",
    "scopes": ["jobs:read", "jobs:write"],
    "expires_at_0": "",
    "expires_at_1": "",
    "current_password": make.PASSWORD,
}


def member(client, group):
    person = make.user(groups=(group,), is_staff=True)
    client.force_login(person)
    return person


@pytest.fixture
def manager(client):
    return member(client, "manager")


def shown_keys(page):
    return re.findall(r"ck_\w{8}_\w{32}", page.content.decode())


def revoke(client, *keys):
    ticked = {"action": "revoke", "_selected_action": [key.pk for key in keys]}
    return client.post(LIST, ticked, follow=True)


def test_new_key_is_shown_once(client, manager):
    page = client.post(ADD, FORM, follow=True)

    [raw] = shown_keys(page)
    key = ApiKey.objects.get()
    assert f"Copy the key now, it is not shown again: {raw}" in page.content.decode()
    assert holder_of(raw) == KeyHolder(key.pk, "Robot", ("jobs:read", "jobs:write"))
    assert (key.created_by, key.expires_at) == (manager, None)
    assert shown_keys(client.get(LIST)) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "This field is required."),
        ({"current_password": "wrong"}, "Current password is incorrect"),
        ({"scopes": []}, "This field is required."),
        ({"scopes": ["jobs:all"]}, "jobs:all is not one of the available choices."),
        ({"expires_at_0": "2020-01-01", "expires_at_1": "00:00"}, "This moment is in the past."),
    ],
)
def test_refused_key_says_why(client, manager, change, sentence):
    page = client.post(ADD, FORM | change)

    assert sentence in page.content.decode()
    assert (shown_keys(page), ApiKey.objects.count()) == ([], 0)


def test_form_lists_the_scopes(client, manager):
    page = client.get(ADD).content.decode()

    assert re.findall(r'type="checkbox" name="scopes" value="([^"]*)"', page) == [
        "jobs:read",
        "jobs:write",
        "events:write",
    ]


def test_revoked_key_counts_no_longer(client, manager):
    mine, other = make.api_key(), make.api_key()

    revoke(client, mine.key)
    page = revoke(client, mine.key, other.key)

    assert "Revoked: 1." in page.content.decode()
    assert not ApiKey.objects.filter(revoked_at=None).exists()
    assert list(LogEntry.objects.order_by("pk").values_list("object_id", "change_message")) == [
        (str(mine.key.pk), "Revoked."),
        (str(other.key.pk), "Revoked."),
    ]


@pytest.mark.parametrize("group", ["auditor", "programmer", "box office"])
def test_others_neither_make_nor_revoke_keys(client, group):
    member(client, group)
    made = make.api_key()

    assert client.post(ADD, FORM).status_code == 403
    revoke(client, made.key)

    assert list(ApiKey.objects.values_list("pk", "revoked_at")) == [(made.key.pk, None)]
    assert client.get(LIST).status_code == (200 if group == "auditor" else 403)


def test_key_is_neither_changed_nor_deleted(client):
    client.force_login(make.user(is_staff=True, is_superuser=True))
    key = make.api_key(name="Robot").key

    answers = [
        client.post(reverse(f"admin:accounts_apikey_{page}", args=[key.pk]), FORM | {"name": "Other", "post": "yes"})
        for page in ("change", "delete")
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert ApiKey.objects.get().name == "Robot"
    assert key.digest not in client.get(reverse("admin:accounts_apikey_change", args=[key.pk])).content.decode()
