"""Whose call a key signs, and making and revoking keys."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.api_keys import SCOPES, BadApiKey, KeyHolder, digest_of, holder_of
from accounts.models import ApiKey
from accounts.services.api_keys import ApiKeyNotFound, ApiKeyRefused, create_key, revoke_key
from accounts.tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def last_use():
    return ApiKey.objects.get().last_used_at


def test_key_counts_for_its_name_and_scopes():
    made = make.api_key(name="Robot", scopes=["jobs:write", "jobs:read"])

    assert holder_of(made.raw) == KeyHolder(made.key.pk, "Robot", ("jobs:write", "jobs:read"))


@pytest.mark.parametrize("raw", ["", "ck_unknown", "ü", "x" * 10_000])
def test_unknown_key_does_not_count(raw):
    make.api_key()

    with pytest.raises(BadApiKey):
        holder_of(raw)


def test_key_counts_until_it_expires(clock):
    clock.at(NOON)
    made = make.api_key(expires_at=NOON + MINUTE)

    clock.travel(59)
    assert holder_of(made.raw).id == made.key.pk
    clock.travel(1)
    with pytest.raises(BadApiKey):
        holder_of(made.raw)


def test_revoked_key_does_not_count():
    made = make.api_key()

    revoke_key(key_id=made.key.pk, by=made.key.created_by)

    with pytest.raises(BadApiKey):
        holder_of(made.raw)


@pytest.mark.parametrize("change", [{"is_active": False}, {"closed_at": NOON}])
def test_key_of_somebody_suspended_or_gone_does_not_count(change):
    person, bystander = make.user(), make.api_key()
    made = make.api_key(by=person)
    for name, value in change.items():
        setattr(person, name, value)
    person.save()

    with pytest.raises(BadApiKey):
        holder_of(made.raw)
    assert holder_of(bystander.raw).id == bystander.key.pk


def test_use_is_noted_once_a_minute(clock, django_assert_num_queries):
    clock.at(NOON)
    raw = make.api_key().raw

    assert last_use() is None
    holder_of(raw)
    assert last_use() == NOON
    clock.travel(59)
    with django_assert_num_queries(1):
        holder_of(raw)
    assert last_use() == NOON
    clock.travel(1)
    holder_of(raw)
    assert last_use() == NOON + MINUTE


def test_keys_of_the_environment_may_do_everything(settings, django_assert_num_queries):
    settings.API_KEYS = ["0123456789abcdef", "fedcba9876543210"]

    with django_assert_num_queries(0):
        assert holder_of("fedcba9876543210") == KeyHolder(None, "API_KEYS 2", SCOPES)
    with pytest.raises(BadApiKey):
        holder_of("fedcba987654321")


def test_new_key_is_stored_as_its_digest_alone(clock):
    clock.at(NOON)
    person = make.user()

    made = create_key(by=person, name=" Robot ", scopes=["jobs:read"], expires_at=NOON + MINUTE)

    start, prefix, secret = made.raw.split("_")
    assert (start, len(prefix), len(secret)) == ("ck", 8, 32)
    assert ApiKey.objects.values().get() == {
        "id": made.key.pk,
        "name": "Robot",
        "prefix": f"ck_{prefix}",
        "digest": digest_of(made.raw),
        "scopes": ["jobs:read"],
        "created_by_id": person.pk,
        "created_at": NOON,
        "expires_at": NOON + MINUTE,
        "last_used_at": None,
        "revoked_at": None,
    }


SOME = "Name at least one of jobs:read, jobs:write, events:write."
ONE_OF = "A scope is one of jobs:read, jobs:write, events:write."


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"name": " "}, [{"pointer": "/name", "detail": "The name is empty."}]),
        ({"scopes": []}, [{"pointer": "/scopes", "detail": SOME}]),
        ({"scopes": ["jobs:read", "jobs"]}, [{"pointer": "/scopes/1", "detail": ONE_OF}]),
        ({"scopes": ["jobs:read"] * 2}, [{"pointer": "/scopes/1", "detail": "jobs:read is named twice."}]),
        ({"expires_at": NOON}, [{"pointer": "/expires_at", "detail": "This moment is in the past."}]),
        (
            {"name": "", "scopes": []},
            [{"pointer": "/name", "detail": "The name is empty."}, {"pointer": "/scopes", "detail": SOME}],
        ),
    ],
)
def test_key_that_makes_no_sense_is_refused(clock, change, errors):
    clock.at(NOON)

    with pytest.raises(ApiKeyRefused) as refused:
        make.api_key(**change)

    assert refused.value.errors == errors
    assert not ApiKey.objects.exists()


def test_revoking_again_changes_nothing(clock):
    clock.at(NOON)
    key = make.api_key().key

    for _ in range(2):
        revoke_key(key_id=key.pk, by=key.created_by)
        clock.travel(60)

    assert ApiKey.objects.get().revoked_at == NOON


def test_unknown_key_cannot_be_revoked():
    with pytest.raises(ApiKeyNotFound):
        revoke_key(key_id=1, by=make.user())
