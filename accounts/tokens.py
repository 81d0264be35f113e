"""Families of tokens: each begins with a sign-in through the API, and its tokens live and die together.

Tokens are not stored. A pair is a pure function of its family's row, so the pair that a second tab receives within the
grace is computed again.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils.crypto import salted_hmac

from accounts.models import TokenFamily, User
from accounts.selectors import role_of
from accounts.signatures import (
    AccessToken,
    BadToken,
    PageToken,
    RefreshToken,
    TokenExpired,
    TokenRevoked,
    read_access,
    read_refresh,
    signed,
)
from cinema_project.common import clock
from cinema_project.common.database import write

GRACE = timedelta(seconds=1)
"""Two tabs of one browser may send the same refresh token; the second receives the pair of the first."""
LONGEST_SIGN_IN = timedelta(days=180)
"""However often its tokens are refreshed, a sign-in ends then."""
PAGE_TOKEN_SECONDS = 900


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a sign-in hands out."""

    user: User
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    token_type: str = "bearer"


@write
def issue_tokens(*, user: User) -> TokenPair:
    """Begin a new family: one sign-in through the API.

    :raises BadToken: if the password was changed, or all sign-ins were ended, since the user was read
    """
    unchanged = User.objects.filter(
        pk=user.pk, password=user.password, session_epoch=user.session_epoch, is_active=True
    )
    if not unchanged.select_for_update(no_key=True).exists():
        raise BadToken
    now = clock.now()
    return _pair(
        TokenFamily.objects.create(
            user=user,
            refresh_jti=uuid.uuid4().hex,
            created_at=now,
            rotated_at=now,
            expires_at=_refresh_expiry(now, since=now),
        )
    )


def rotate(raw: str) -> TokenPair:
    """Spend a refresh token and return its successors; the second use of a spent one ends the family.

    :raises BadToken: if it is not a refresh token of ours, or of nobody active
    :raises TokenExpired: if the family has not been used for too long
    :raises TokenRevoked: if the family has ended, or ends now because the token was spent before
    """
    claims = read_refresh(raw)
    pair = _rotate(claims.family, claims.jti)
    if pair is None:
        raise TokenRevoked
    return pair


def renew(raw: str) -> TokenPair:
    """Return a new access token for one that still counts, beside the family's present refresh token.

    :raises BadToken: if it is not an access token of ours, or of nobody active
    :raises TokenExpired: if it is too old
    :raises TokenRevoked: if its family has ended
    """
    claims = read_access(raw)
    now = clock.now()
    if claims.expires_at <= now.timestamp():
        raise TokenExpired
    family = _still_living(TokenFamily.objects.select_related("user").filter(pk=claims.family).first(), now)
    return _pair(family, access_jti=uuid.uuid4().hex, access_from=now)


@write
def revoke_family(family: str | uuid.UUID) -> None:
    """End one sign-in: its refresh token, its access tokens and its sockets."""
    TokenFamily.objects.filter(pk=family, revoked_at=None).update(revoked_at=clock.now())


def page_token(user: User | AnonymousUser | None) -> str:
    """Sign a token for the socket of a page, good for a quarter of an hour and for nothing but sockets."""
    claims: dict[str, Any] = {}
    if isinstance(user, User):
        claims = {"sub": str(user.uuid), "user_id": user.pk, "epoch": user.page_epoch}
    return signed(PageToken, uuid.uuid4().hex, clock.now() + timedelta(seconds=PAGE_TOKEN_SECONDS), claims)


@write
def _rotate(family_id: str, jti: str) -> TokenPair | None:
    """Return ``None`` for a spent token: the end of its family is to be committed, not rolled back."""
    families = TokenFamily.objects.select_for_update(of=("self",)).select_related("user")
    family = families.filter(pk=family_id).first()
    now = clock.now()
    family = _still_living(family, now)
    if family.refresh_jti == jti:
        family.refresh_jti, family.rotated_at = _successor(jti), now
        family.expires_at = _refresh_expiry(now, since=family.created_at)
        family.save(update_fields=["refresh_jti", "rotated_at", "expires_at"])
    elif family.refresh_jti != _successor(jti) or now - family.rotated_at > GRACE:
        revoke_family(family.pk)
        return None
    return _pair(family)


def _still_living(family: TokenFamily | None, now: datetime) -> TokenFamily:
    if family is None or not family.user.is_active:
        raise BadToken
    if family.revoked_at is not None:
        raise TokenRevoked
    if family.expires_at <= now:
        raise TokenExpired
    return family


def _pair(family: TokenFamily, *, access_jti: str = "", access_from: datetime | None = None) -> TokenPair:
    user, seconds = family.user, settings.ACCESS_TOKEN_SECONDS
    claims = {"sub": str(user.uuid), "user_id": user.pk, "role": role_of(user), "family": str(family.pk)}
    access_until = (access_from or family.rotated_at) + timedelta(seconds=seconds)
    return TokenPair(
        user=user,
        access_token=signed(AccessToken, access_jti or _derived("access", family.refresh_jti), access_until, claims),
        refresh_token=signed(RefreshToken, family.refresh_jti, family.expires_at, claims),
        expires_in=seconds,
    )


def _refresh_expiry(now: datetime, *, since: datetime) -> datetime:
    unused_until = now + timedelta(seconds=settings.REFRESH_TOKEN_SECONDS)
    return min(unused_until, since + LONGEST_SIGN_IN).replace(microsecond=0)


def _successor(jti: str) -> str:
    return _derived("refresh", jti)


def _derived(purpose: str, jti: str) -> str:
    return salted_hmac(f"accounts.tokens.{purpose}", jti, algorithm="sha256").hexdigest()[:32]
