"""Giving programs a key, and taking it back."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.api_keys import PREFIX_LENGTH, SCOPES, digest_of, new_key
from accounts.models import ApiKey, User
from cinema_project.common import clock
from cinema_project.common.database import write
from cinema_project.common.errors import Invalid, NotFound

logger = logging.getLogger(__name__)


class ApiKeyNotFound(NotFound):
    code = "api_key_not_found"

    def __init__(self, key_id: int) -> None:
        super().__init__(f"API key with id {key_id} not found")


class ApiKeyRefused(Invalid):
    """A key with this name, these scopes or this end cannot be made."""

    code = "api_key_refused"

    def __init__(self, errors: Sequence[dict[str, str]]) -> None:
        super().__init__(" ".join(error["detail"] for error in errors), errors=errors)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made; ``raw`` is shown once and can never be read again."""

    key: ApiKey
    raw: str


@write
def create_key(*, by: User, name: str, scopes: Sequence[str], expires_at: datetime | None = None) -> NewKey:
    """Make a key that counts from now on, until it expires or is revoked.

    :raises ApiKeyRefused: if the name is empty, a scope unknown or named twice, none named, or the end in the past
    """
    now = clock.now()
    if errors := list(_errors(name, scopes, expires_at, now)):
        raise ApiKeyRefused(errors)
    raw = new_key()
    key = ApiKey.objects.create(
        name=name.strip(),
        prefix=raw[:PREFIX_LENGTH],
        digest=digest_of(raw),
        scopes=list(scopes),
        created_by=by,
        created_at=now,
        expires_at=expires_at,
    )
    logger.info("API key %s created by user %s", key.prefix, by.pk)
    return NewKey(key, raw)


@write
def revoke_key(*, key_id: int, by: User) -> None:
    """Let a key count no longer. Safe to repeat.

    :raises ApiKeyNotFound: if there never was one with this id
    """
    keys = ApiKey.objects.filter(pk=key_id)
    if keys.filter(revoked_at=None).update(revoked_at=clock.now()):
        logger.info("API key %s revoked by user %s", key_id, by.pk)
    elif not keys.exists():
        raise ApiKeyNotFound(key_id)


def _errors(name: str, scopes: Sequence[str], expires_at: datetime | None, now: datetime) -> Iterator[dict[str, str]]:
    if not name.strip():
        yield {"pointer": "/name", "detail": "The name is empty."}
    if not scopes:
        yield {"pointer": "/scopes", "detail": f"Name at least one of {', '.join(SCOPES)}."}
    for index, scope in enumerate(scopes):
        if scope not in SCOPES:
            yield {"pointer": f"/scopes/{index}", "detail": f"A scope is one of {', '.join(SCOPES)}."}
        elif scope in scopes[:index]:
            yield {"pointer": f"/scopes/{index}", "detail": f"{scope} is named twice."}
    if expires_at is not None and expires_at <= now:
        yield {"pointer": "/expires_at", "detail": "This moment is in the past."}
