"""People in the admin."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import TokenFamily, User
from accounts.tokens import issue_tokens, rotate
from cinema_project.common.errors import Unauthenticated

LIST = "admin:accounts_user_changelist"


def person(email: str, *groups: str, **fields) -> User:
    user = User.objects.create_user(email, "cinema-demo-2026", **fields)
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


@pytest.fixture
def manager(client, db) -> User:
    manager = person("manager@cinema.test", "manager", is_staff=True)
    client.force_login(manager)
    return manager


def act(client, action: str, *people: User):
    ticked = {"action": action, "_selected_action": [user.pk for user in people]}
    return client.post(reverse(LIST), ticked, follow=True).content.decode()


def change(client, user: User, **fields):
    return client.post(reverse("admin:accounts_user_change", args=[user.pk]), {"email": user.email, **fields})


def test_suspended_person_loses_tokens_and_comes_back_without_them(client, manager):
    alice = person("alice@cinema.test")
    tokens = issue_tokens(user=alice)

    act(client, "suspend", alice)
    alice.refresh_from_db()
    assert alice.is_active is False
    assert alice.page_epoch == 1

    act(client, "unsuspend", alice)
    alice.refresh_from_db()
    assert alice.is_active is True
    with pytest.raises(Unauthenticated):
        rotate(tokens.refresh_token)


def test_manager_cannot_suspend_an_admin_or_themselves(client, manager):
    boss = person("boss@cinema.test", is_staff=True, is_superuser=True)

    assert "Only an admin can suspend an admin." in act(client, "suspend", boss)
    assert "You cannot suspend yourself." in act(client, "suspend", manager)
    assert User.objects.filter(is_active=False).count() == 0


def test_manager_cannot_let_an_admin_in_again(client, manager):
    boss = person("boss@cinema.test", is_superuser=True, is_active=False)

    assert "Only an admin can let an admin in again." in act(client, "unsuspend", boss)
    assert not User.objects.get(pk=boss.pk).is_active


def test_manager_cannot_change_an_admin_nor_make_one(client, manager):
    boss = person("boss@cinema.test", is_staff=True, is_superuser=True)
    alice = person("alice@cinema.test")

    assert change(client, boss, full_name="Changed").status_code == 403
    assert client.get(reverse("admin:auth_user_password_change", args=[boss.pk])).status_code == 403
    assert change(client, alice, full_name="Alice", is_superuser="on").status_code == 302
    alice.refresh_from_db()
    assert (alice.full_name, alice.is_superuser) == ("Alice", False)


def test_manager_puts_people_into_groups(client, manager):
    alice = person("alice@cinema.test")

    change(client, alice, is_staff="on", groups=[Group.objects.get(name="box office").pk])

    assert list(alice.groups.values_list("name", flat=True)) == ["box office"]


def test_new_person_is_stored_in_the_one_spelling(client, manager):
    fields = {"email": "Alice@Cinema.TEST", "usable_password": "true"}
    fields |= {"password1": "cinema-demo-2026", "password2": "cinema-demo-2026"}

    made = client.post(reverse("admin:accounts_user_add"), fields)
    again = client.post(reverse("admin:accounts_user_add"), fields)

    assert (made.status_code, again.status_code) == (302, 200)
    assert User.objects.filter(email="alice@cinema.test").count() == 1


def test_new_password_ends_the_sign_ins(client, manager):
    alice = person("alice@cinema.test")
    issue_tokens(user=alice)
    fields = {"password1": "another-demo-2027", "password2": "another-demo-2027", "usable_password": "true"}

    answer = client.post(reverse("admin:auth_user_password_change", args=[alice.pk]), fields)

    assert answer.status_code == 302
    assert User.objects.get(pk=alice.pk).check_password("another-demo-2027")
    assert TokenFamily.objects.get(user=alice).revoked_at is not None


def test_sign_in_is_ended_on_request(client, manager):
    tokens = issue_tokens(user=person("alice@cinema.test"))
    family = TokenFamily.objects.get()

    client.post(reverse("admin:accounts_tokenfamily_changelist"), {"action": "end", "_selected_action": family.pk})

    with pytest.raises(Unauthenticated):
        rotate(tokens.refresh_token)
