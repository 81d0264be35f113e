"""API keys: how one looks, and whose call it signs."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import DateTimeField, Func
from django.utils.crypto import constant_time_compare, get_random_string

from accounts.models import ApiKey
from cinema_project.common.clock import NOW_SQL
from cinema_project.common.database import write
from cinema_project.common.errors import Unauthenticated

SCOPES = ("jobs:read", "jobs:write", "events:write")
PREFIX_LENGTH = len("ck_") + 8
SECRET_LENGTH = 32  # letters and digits: 190 bits
USE_NOTED_EVERY = timedelta(minutes=1)


class BadApiKey(Unauthenticated):
    """The key of the request is unknown, revoked or expired, or its creator is suspended."""

    code = "invalid_api_key"

    def __init__(self) -> None:
        super().__init__("This API key is unknown, revoked or expired.")


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """The program that signs with a key, and what it may do. Keys of the environment have no id."""

    id: int | None
    name: str
    scopes: tuple[str, ...]


def new_key() -> str:
    """Return ``ck_<8 characters to tell keys apart>_<secret>``."""
    return f"ck_{get_random_string(8)}_{get_random_string(SECRET_LENGTH)}"


def digest_of(raw: str) -> str:
    """Return what is stored of a key. It is too random to be guessed, so a fast hash will do."""
    return hashlib.sha256(raw.encode()).hexdigest()


def holder_of(raw: str) -> KeyHolder:
    """Return who signs with this key, and note that they did.

    :raises BadApiKey: if the key does not count
    """
    digest = digest_of(raw)
    return _holder_in_environment(digest) or _holder_in_database(digest)


def _holder_in_environment(digest: str) -> KeyHolder | None:
    keys = enumerate(settings.API_KEYS, start=1)
    matching = [number for number, key in keys if constant_time_compare(digest_of(key), digest)]
    return KeyHolder(None, f"API_KEYS {matching[0]}", SCOPES) if matching else None


def _holder_in_database(digest: str) -> KeyHolder:
    living = ApiKey.objects.filter(
        digest=digest, revoked_at=None, created_by__is_active=True, created_by__closed_at=None
    )
    key = living.annotate(now=Func(template=NOW_SQL, output_field=DateTimeField())).first()
    if key is None or (key.expires_at is not None and key.expires_at <= key.now):
        raise BadApiKey
    if key.last_used_at is None or key.now - key.last_used_at >= USE_NOTED_EVERY:
        _note_use(key.pk, key.now)
    return KeyHolder(key.pk, key.name, tuple(key.scopes))


@write
def _note_use(key_id: int, now: datetime) -> None:
    ApiKey.objects.filter(pk=key_id).update(last_used_at=now)
