"""People in the admin."""

import pytest
from axes.models import AccessFailureLog
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from accounts import roles
from accounts.models import TokenFamily, User
from accounts.tests import make
from accounts.tokens import issue_tokens, rotate
from cinema_project.common import clock, mailer
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


@pytest.mark.parametrize("name", roles.GROUPS)
def test_manager_puts_people_into_groups(client, manager, name):
    alice = person("alice@cinema.test")

    change(client, alice, is_staff="on", groups=[Group.objects.get(name=name).pk])

    assert list(alice.groups.values_list("name", flat=True)) == [name]


def group_with(name: str, *codenames: str) -> Group:
    group = Group.objects.create(name=name)
    group.permissions.set(Permission.objects.filter(codename__in=codenames))
    return group


def test_manager_puts_nobody_into_a_group_that_may_do_more(client, manager):
    readers, deputies = group_with("readers", "view_group"), group_with("deputies", "delete_payment")
    alice = person("alice@cinema.test")

    answers = [change(client, whom, groups=[deputies.pk]).status_code for whom in (alice, manager)]
    form = client.get(reverse("admin:accounts_user_change", args=[alice.pk])).context["adminform"].form

    assert answers == [200, 302]  # one's own groups cannot be sent at all
    assert not User.objects.filter(groups=deputies).exists()
    assert {*form.fields["groups"].queryset} == {*Group.objects.exclude(pk=deputies.pk)}
    assert readers in form.fields["groups"].queryset


@pytest.mark.parametrize("is_active", [True, False])
@pytest.mark.parametrize("source", ["own", "group"])
def test_manager_cannot_change_somebody_with_more_rights(client, manager, source, is_active):
    deputies = group_with("deputies", "delete_payment")
    deputy = person("deputy@cinema.test", is_staff=True, is_active=is_active)
    if source == "group":
        deputy.groups.add(deputies)
    else:
        deputy.user_permissions.set(deputies.permissions.all())
    password = {"password1": "another-demo-2027", "password2": "another-demo-2027", "usable_password": "true"}

    answers = [
        change(client, deputy, email="mine@cinema.test"),
        client.post(reverse("admin:auth_user_password_change", args=[deputy.pk]), password),
    ]
    act(client, "suspend" if is_active else "unsuspend", deputy)

    assert [answer.status_code for answer in answers] == [403, 403]
    after = User.objects.get(pk=deputy.pk)
    assert (after.email, after.password, after.is_active) == (deputy.email, deputy.password, is_active)


def test_manager_cannot_slip_rights_into_a_form(client, manager):
    alice = person("alice@cinema.test")
    everything = {"is_superuser": "on", "user_permissions": list(Permission.objects.values_list("pk", flat=True))}
    new = {"email": "bob@cinema.test", "password1": "cinema-demo-2026", "password2": "cinema-demo-2026"}

    answers = [
        change(client, alice, **everything),
        change(client, manager, is_staff="on", groups=[Group.objects.get(name="manager").pk], **everything),
        client.post(reverse("admin:accounts_user_add"), {**new, "usable_password": "true", **everything}),
    ]

    assert [answer.status_code for answer in answers] == [302, 302, 302]
    assert set(User.objects.values_list("email", "is_superuser", "user_permissions")) == {
        ("manager@cinema.test", False, None),
        ("alice@cinema.test", False, None),
        ("bob@cinema.test", False, None),
    }


def test_manager_cannot_change_what_groups_may_do_even_when_allowed_to(client, manager):
    manager.user_permissions.set(Permission.objects.filter(content_type__app_label="auth"))
    group = Group.objects.get(name="manager")
    before = set(group.permissions.all())
    fields = {"name": "manager", "permissions": list(Permission.objects.values_list("pk", flat=True))}

    answers = [
        client.post(reverse("admin:auth_group_change", args=[group.pk]), fields),
        client.post(reverse("admin:auth_group_add"), {**fields, "name": "gods"}),
        client.post(reverse("admin:auth_group_delete", args=[group.pk]), {"post": "yes"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert set(group.permissions.all()) == before


def test_manager_allowed_to_delete_people_deletes_no_admin(client, manager):
    manager.user_permissions.set(Permission.objects.filter(codename="delete_user"))
    boss, alice = person("boss@cinema.test", is_superuser=True), person("alice@cinema.test")

    pages = [reverse("admin:accounts_user_delete", args=[user.pk]) for user in (boss, alice)]

    assert [client.post(page, {"post": "yes"}).status_code for page in pages] == [403, 302]


def test_only_managers_hand_out_the_groups_that_the_api_goes_by(client, db):
    clerk = person("clerk@cinema.test", is_staff=True)
    clerk.groups.add(group_with("clerks", "view_user", "change_user"))
    Group.objects.get(name="manager").permissions.clear()
    alice, boss = person("alice@cinema.test"), person("manager@cinema.test", "manager")
    client.force_login(clerk)

    assert change(client, alice, full_name="Alice").status_code == 302
    assert change(client, alice, groups=[Group.objects.get(name="manager").pk]).status_code == 200
    assert change(client, boss, full_name="Nobody").status_code == 403
    assert not alice.groups.exists()


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


def test_manager_cannot_end_the_sign_ins_of_an_admin(client, manager):
    issue_tokens(user=person("boss@cinema.test", is_superuser=True))
    ticked = {"action": "end", "_selected_action": TokenFamily.objects.get().pk}

    answer = client.post(reverse("admin:accounts_tokenfamily_changelist"), ticked, follow=True).content.decode()

    assert "Only an admin can end an admin" in answer
    assert TokenFamily.objects.get().revoked_at is None


def test_sign_in_is_ended_on_request(client, manager):
    tokens = issue_tokens(user=person("alice@cinema.test"))
    family = TokenFamily.objects.get()

    client.post(reverse("admin:accounts_tokenfamily_changelist"), {"action": "end", "_selected_action": family.pk})

    with pytest.raises(Unauthenticated):
        rotate(tokens.refresh_token)


def test_person_is_signed_out_everywhere_and_may_come_back(client, manager):
    alice = person("alice@cinema.test")
    tokens, visit = issue_tokens(user=alice), type(client)()
    visit.force_login(alice)

    act(client, "sign_out", alice)

    assert visit.get("/account/").status_code == 302
    with pytest.raises(Unauthenticated):
        rotate(tokens.refresh_token)
    credentials = {"email": alice.email, "password": make.PASSWORD}
    assert visit.post("/account/sign-in/", credentials).status_code == 302
    assert visit.get("/account/").status_code == 200


def test_manager_cannot_sign_out_an_admin(client, manager):
    boss = person("boss@cinema.test", is_superuser=True)
    issue_tokens(user=boss)

    assert "Only an admin can end an admin" in act(client, "sign_out", boss)
    assert TokenFamily.objects.get().revoked_at is None


@pytest.mark.parametrize("method", ["get", "post"])
def test_own_password_is_changed_where_guesses_are_counted(client, manager, method):
    fields = {"old_password": make.PASSWORD, "new_password1": "another-2027-x", "new_password2": "another-2027-x"}

    answer = getattr(client, method)("/admin/password_change/", fields)

    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/account/")
    manager.refresh_from_db()
    assert manager.check_password(make.PASSWORD)


def test_forgetting_failures_lets_somebody_try_again(client, db):
    ann = make.user(email="ann@cinema.test")
    for _ in range(11):
        client.post("/account/sign-in/", {"email": ann.email, "password": "wrong"})
    client.force_login(make.user(is_superuser=True, is_staff=True))
    rows = list(AccessFailureLog.objects.values_list("pk", flat=True))

    client.post("/admin/axes/accessfailurelog/", {"action": "forget", "_selected_action": rows})

    client.logout()
    assert client.post("/account/sign-in/", {"email": ann.email, "password": make.PASSWORD}).status_code == 302


def test_manager_forgets_no_failures_of_an_admin(client, manager):
    boss = person("boss@cinema.test", is_superuser=True)
    for email in (boss.email, "ann@cinema.test"):
        AccessFailureLog.objects.create(username=email, ip_address="192.0.2.1")
    rows = list(AccessFailureLog.objects.values_list("pk", flat=True))

    url = reverse("admin:axes_accessfailurelog_changelist")
    page = client.post(url, {"action": "forget", "_selected_action": rows}, follow=True)

    assert "Only an admin can do this for an admin." in page.content.decode()
    assert list(AccessFailureLog.objects.values_list("username", flat=True)) == [boss.email]
    assert "Forgotten for ann@cinema.test." in LogEntry.objects.get().change_message


def test_another_address_given_by_staff_is_told_and_not_confirmed(client, manager, mailoutbox):
    alice = person("alice@cinema.test", email_confirmed_at=clock.now())

    assert change(client, alice, email="new@cinema.test").status_code == 302

    mailer.send_due()
    alice.refresh_from_db()
    assert (alice.email, alice.email_confirmed_at) == ("new@cinema.test", None)
    assert [mail.to for mail in mailoutbox] == [["alice@cinema.test"]]


def test_the_last_admin_is_neither_unmade_nor_deleted(client, db):
    boss = person("boss@cinema.test", is_superuser=True, is_staff=True)
    client.force_login(boss)

    change(client, boss, is_superuser="")

    assert User.objects.get().is_superuser
    assert client.post(reverse("admin:accounts_user_delete", args=[boss.pk]), {"post": "yes"}).status_code == 403
