"""Which passwords may be chosen, and that they count exactly as they were typed."""

import pytest
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.password_rules import HouseWords
from accounts.services.passwords import PasswordRefused, check_new_password
from accounts.tests import make
from cinema_project.settings import HOUSE_WORDS

pytestmark = pytest.mark.django_db

AUTH = "/api/v1/auth"
PRODUCTION = [
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "accounts.password_rules.HouseWords",
        "OPTIONS": {"words": [*HOUSE_WORDS, "Rex Odeon", "https://odeon.example"]},
    },
]


def post(client, path, body):
    return client.post(f"{AUTH}/{path}", body, content_type="application/json")


def login(client, password):
    return post(client, "login", {"email": "ann@cinema.test", "password": password}).status_code


@pytest.mark.parametrize(
    "password",
    ["x" * 63 + "y", "long " * 51 + "y", " spaces around ", "пароль-из-букв", "alllowercase", "ALLUPPERCASE!"],
)
def test_password_of_any_kind_counts_as_it_was_typed(client, settings, password):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]  # MD5's are not the product's
    registered = post(client, "register", {"email": "ann@cinema.test", "password": password, "full_name": "Ann"})

    assert registered.status_code == 201
    assert login(client, password) == 200
    assert [login(client, other) for other in (password[:-1], password.swapcase())] == [401, 401]
    assert client.post("/account/sign-in/", {"email": "ann@cinema.test", "password": password}).status_code == 302


def test_password_too_long_is_refused_and_not_cut(client):
    body = {"email": "ann@cinema.test", "password": "x" * 257, "full_name": "Ann"}

    assert post(client, "register", body).json()["errors"][0]["pointer"] == "/password"
    assert not User.objects.exists()


def test_password_does_not_age(client, clock):
    make.user(email="ann@cinema.test")
    clock.travel(10 * 365 * 24 * 3600)

    assert login(client, make.PASSWORD) == 200


@pytest.mark.parametrize(
    "password",
    [
        "cinema2026",
        "Cinema-Cinema-1!",
        "popcornMOVIE",
        "OdeonTicket77",
        "manager.rex1",
        "cinema-demo-2026",
        "annabel1999",
        "passwordpassword",
    ],
)
def test_words_of_the_house_and_of_the_person_make_no_password(settings, password):
    settings.AUTH_PASSWORD_VALIDATORS = PRODUCTION

    with pytest.raises(PasswordRefused, match="it is made of words of this cinema or of your name"):
        check_new_password(password, User(email="a@b.test", full_name="Annabel Lee"))


@pytest.mark.parametrize(
    "password", ["cinema under the lime tree", "Lee-rides-at-7", "film4-xk29-uuw0", "yellow!!bike"]
)
def test_password_may_hold_a_word_of_the_house_among_others(settings, password):
    settings.AUTH_PASSWORD_VALIDATORS = PRODUCTION

    check_new_password(password, User(email="a@b.test", full_name="Annabel Lee"))


def test_the_three_thousand_commonest_passwords_that_could_be_chosen_are_refused(settings):
    settings.AUTH_PASSWORD_VALIDATORS = PRODUCTION
    known = CommonPasswordValidator().passwords

    assert len([password for password in known if len(password) >= 8 and not password.isdigit()]) >= 3000
    for password in ("P@ssw0rd", "sunshine1", "Qwertyuiop"):
        with pytest.raises(PasswordRefused, match="too common"):
            check_new_password(password, make.user())


@pytest.mark.parametrize("user", [None, User(full_name="")])
def test_rule_needs_nobody(user):
    HouseWords(["Rex"]).validate("rexrexrex", user)  # three letters are found in too many words
    with pytest.raises(ValidationError):
        HouseWords(["Odeon"]).validate("odeon1234", user)


def test_fields_for_passwords_are_masked_and_open_to_password_managers(client):
    client.force_login(make.user())
    pages = ["/account/", "/account/close/", "/account/reset/x/"]
    shown = "".join(client.get(path).content.decode() for path in pages)
    client.logout()
    shown += "".join(client.get(path).content.decode() for path in ("/account/sign-in/", "/account/sign-up/"))

    fields = [tag for tag in shown.split("<input ") if "password" in tag.partition(">")[0]]
    fields = [tag.partition(">")[0] for tag in fields if 'type="hidden"' not in tag.partition(">")[0]]
    assert len(fields) >= 7
    assert [field for field in fields if 'type="password"' not in field] == []
    assert [field for field in fields if 'autocomplete="off"' in field or "onpaste" in field] == []
