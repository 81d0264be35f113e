"""Registering and signing in; the tokens have their own tests."""

import threading

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from accounts import roles
from accounts.models import User, canonical_email
from accounts.selectors import PersonNotFound, groups_of, role_of
from accounts.services.closing import erase_person
from accounts.services.credentials import WrongCredentials, check_credentials
from accounts.services.passwords import PasswordRefused, set_password
from accounts.services.pictures import point_to_picture
from accounts.services.profiles import change_profile
from accounts.services.registration import EmailInvalid, EmailTaken, register_user
from accounts.services.searches import remember_search
from accounts.services.sessions import end_page_sockets, sign_in
from accounts.signatures import BadToken
from accounts.supervision import end_sign_ins, suspend_users, unsuspend_users
from accounts.tests import make
from accounts.tokens import issue_tokens
from cinema_project.common.errors import DomainError

pytestmark = pytest.mark.django_db


def test_groups_exist_from_the_start():
    assert set(Group.objects.values_list("name", flat=True)) >= set(roles.GROUPS)


def test_registered_person_can_sign_in():
    person = register_user(email=" Ann@Cinema.Test ", password=make.PASSWORD, full_name="Ann")

    assert (person.email, person.full_name) == ("ann@cinema.test", "Ann")
    assert not person.is_staff
    assert not person.is_superuser
    assert person.password != make.PASSWORD
    assert sign_in(email="ANN@cinema.test", password=make.PASSWORD, request=make.request_from()).user == person


@pytest.mark.parametrize(
    "spelling",
    [
        "ann@cinema.test",
        "ANN@CINEMA.TEST",
        " ann@cinema.test",
        "ann@cinema\uff0etest",
        "ann@cin\u00adema.test",
        "ann@cin\u200bema.test",
    ],
)
def test_one_address_is_one_account_in_every_spelling(spelling):
    register_user(email="Ann@cinema.test", password=make.PASSWORD)

    with pytest.raises(EmailTaken, match=r"^Email already registered$"):
        register_user(email=spelling, password=make.PASSWORD)

    assert User.objects.count() == 1


@pytest.mark.parametrize("email", ["", "ann", "ann@", "@cinema.test", "a b@cinema.test", "ann@cinema.test\n b", "ﷺ"])
def test_what_is_no_address_is_refused(email):
    with pytest.raises(EmailInvalid):
        register_user(email=email, password=make.PASSWORD)


def test_address_that_grows_too_long_in_its_one_spelling_is_refused():
    with pytest.raises(EmailInvalid):
        register_user(email="a@" + "x.㎯" * 60 + ".test", password=make.PASSWORD)


@pytest.mark.parametrize("password", ["short", "1234567890123", "ann-example@cinema.test"])
def test_password_easy_to_guess_is_refused(password):
    with pytest.raises(PasswordRefused) as refused:
        register_user(email="ann-example@cinema.test", password=password)

    assert {error["pointer"] for error in refused.value.errors} == {"/password"}
    assert not User.objects.exists()


def test_canonical_spelling_is_stable():
    for email in ("Straße@CINEMA.test", "İ@cinema.test", "ϓ@cinema.test", "ﬁ@cinema.test"):
        assert canonical_email(canonical_email(email)) == canonical_email(email)


@pytest.mark.parametrize(
    ("email", "password"),
    [("ann@cinema.test", "wrong"), ("bob@cinema.test", make.PASSWORD), ("", ""), ("ann@cinema.test", "")],
)
def test_wrong_credentials_are_refused_with_one_sentence(email, password):
    make.user(email="ann@cinema.test")

    with pytest.raises(WrongCredentials, match=r"^Incorrect email or password$"):
        check_credentials(email=email, password=password, request=make.request_from())


def test_suspended_person_cannot_sign_in():
    person = make.user(is_active=False)

    with pytest.raises(WrongCredentials):
        check_credentials(email=person.email, password=make.PASSWORD, request=make.request_from())


def test_unknown_address_costs_a_hash_too(monkeypatch):
    make.user(email="ann@cinema.test")
    hashed = []
    encode = "django.contrib.auth.hashers.MD5PasswordHasher.encode"
    monkeypatch.setattr(encode, lambda hasher, password, salt: hashed.append(password) or f"md5${salt}$nothing")

    for email in ("ann@cinema.test", "unknown@cinema.test"):
        with pytest.raises(WrongCredentials):
            check_credentials(email=email, password="wrong-password", request=make.request_from())

    assert hashed == ["wrong-password", "wrong-password"]


def test_groups_are_asked_for_once(django_assert_num_queries):
    make.user(groups=("manager", "auditor"))
    person = User.objects.get()

    with django_assert_num_queries(1):
        assert role_of(person) == "manager"
        assert groups_of(person) == ("auditor", "manager")


def test_ending_page_sockets_raises_the_epoch():
    person = make.user()

    end_page_sockets(user=person)
    end_page_sockets(user=person)

    assert User.objects.get().page_epoch == 2


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_one_address_registered_at_the_same_moment_makes_one_account():
    start, outcomes = threading.Barrier(4), []

    def register():
        start.wait()
        try:
            outcomes.append(register_user(email="ann@cinema.test", password=make.PASSWORD).email)
        except EmailTaken as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    people = [threading.Thread(target=register) for _ in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join()

    assert sorted(outcomes) == ["ann@cinema.test", "email_taken", "email_taken", "email_taken"]
    assert User.objects.count() == 1


def test_a_domain_is_one_in_letters_and_in_ascii():
    register_user(email="ann@bücher.test", password=make.PASSWORD)

    with pytest.raises(EmailTaken):
        register_user(email="ann@xn--bcher-kva.test", password=make.PASSWORD)
    assert User.objects.get().email == "ann@xn--bcher-kva.test"


@pytest.mark.parametrize("ended", ["password", "everything", "account"])
def test_who_was_checked_before_it_ended_gets_no_tokens(ended):
    ann = make.user()
    checked = check_credentials(email=ann.email, password=make.PASSWORD, request=make.request_from())
    if ended == "password":
        set_password(user=ann, new="another-2026-secret")
    elif ended == "everything":
        end_sign_ins(user_ids=[ann.pk])
    else:
        erase_person(user=ann)

    with pytest.raises(BadToken):
        issue_tokens(user=checked)


def test_of_two_admins_who_suspend_each_other_one_stays():
    one, other = make.user(is_superuser=True), make.user(is_superuser=True)
    stale = User.objects.get(pk=other.pk)
    suspend_users(user_ids=[other.pk], by=one)

    with pytest.raises(DomainError):
        suspend_users(user_ids=[one.pk], by=stale)
    assert User.objects.filter(is_superuser=True, is_active=True).count() == 1


def test_who_left_is_not_let_in_again():
    ann, admin = make.user(), make.user(is_superuser=True)
    erase_person(user=ann)

    assert unsuspend_users(user_ids=[ann.pk], by=admin) == 0
    assert not User.objects.get(pk=ann.pk).is_active


def test_what_was_under_way_puts_nothing_back_on_who_left():
    ann = make.user()
    stale = User.objects.get(pk=ann.pk)
    erase_person(user=ann)

    change_profile(user=stale, full_name="Ann again")
    point_to_picture(user=stale, url="https://pictures.example/ann.webp")
    with pytest.raises(PersonNotFound):
        remember_search(user_id=ann.pk, query="metropolis")

    left = User.objects.get(pk=ann.pk)
    assert (left.full_name, left.profile_picture_url, left.picture.name) == ("", None, "")


def test_the_log_forgets_the_address_of_who_left():
    ann, admin = make.user(), make.user(is_superuser=True)
    people = ContentType.objects.get_for_model(User)
    LogEntry.objects.create(user=admin, content_type=people, object_id=ann.pk, object_repr=ann.email, action_flag=2)

    erase_person(user=ann)

    assert LogEntry.objects.get().object_repr == "somebody who left"
