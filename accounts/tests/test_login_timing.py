"""How long a refusal takes tells nobody whether an address has an account. Argon2 as in the product, but lighter."""

from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from accounts.models import User
from accounts.services import resets
from accounts.tests import make

pytestmark = pytest.mark.django_db

AUTH = "/api/v1/auth"
PEOPLE, ROUNDS = 20, 10  # ten failures of a pair are allowed, and ten mails to a mailbox


class LightArgon2(Argon2PasswordHasher):
    """Takes a few hundredths of a second, which still is most of a sign-in."""

    time_cost = 1
    memory_cost = 16_384
    parallelism = 1


@pytest.fixture(autouse=True)
def argon2(settings, fast_passwords) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.LightArgon2"]


@pytest.fixture
def known() -> list[str]:
    people = [make.user(password=None) for _ in range(PEOPLE)]
    people[0].set_password(make.PASSWORD)
    User.objects.update(password=people[0].password)
    return [person.email for person in people]


def asks(known: list[str]) -> Iterator[tuple[int, bool, str]]:
    """Name the round, whether the address is known, and the address; the two kinds take turns in going first."""
    for round_ in range(ROUNDS):
        for number, email in enumerate(known):
            pair = [(round_, True, email), (round_, False, f"nobody{number}@cinema.test")]
            yield from pair if (round_ + number) % 2 else reversed(pair)


def medians(known: list[str], ask: Callable[[str, int], None]) -> tuple[float, float]:
    """Return how many seconds the answer takes for the known addresses, and for the unknown."""
    ask("warm@cinema.test", ROUNDS)
    took: dict[bool, list[float]] = {True: [], False: []}
    for round_, is_known, email in asks(known):
        began = perf_counter()
        ask(email, round_)
        took[is_known].append(perf_counter() - began)
    assert [len(each) for each in took.values()] == [PEOPLE * ROUNDS] * 2
    return median(took[True]), median(took[False])


def login_times(client, known):
    def ask(email, round_):
        body = {"email": email, "password": "wrong-password"}
        assert client.post(f"{AUTH}/login", body, content_type="application/json").status_code == 401

    return medians(known, ask)


def forgot_times(client, known):
    def ask(email, round_):
        where = f"198.51.100.{round_}"
        answer = client.post(
            f"{AUTH}/forgot-password", {"email": email}, content_type="application/json", REMOTE_ADDR=where
        )
        assert answer.status_code == 200

    return medians(known, ask)


def differ(times):
    return abs(times[0] - times[1]) / max(times) >= 0.1


def test_sign_in_takes_as_long_for_an_unknown_address(client, known):
    assert not differ(login_times(client, known))


def test_measurement_notices_a_missing_hash(client, known, monkeypatch):
    monkeypatch.setattr(User, "set_password", lambda user, password: None)

    assert differ(login_times(client, known))


def test_forgotten_password_takes_as_long_for_an_unknown_address(client, known):
    with_account, without = forgot_times(client, known)

    assert abs(with_account - without) < 0.002


def test_measurement_notices_work_for_the_known_alone(client, known, monkeypatch):
    request = resets.request_password_reset

    def hash_for_the_known(*, email):
        if user := User.objects.filter(email=email).first():
            user.set_password("something")
        request(email=email)

    monkeypatch.setattr("accounts.api.views.auth.request_password_reset", hash_for_the_known)

    with_account, without = forgot_times(client, known)

    assert abs(with_account - without) >= 0.002
