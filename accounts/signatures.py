"""What our tokens look like: three kinds, their claims, and their signature.

Signatures say who; whether a token still counts is asked of the database, on its clock. The process's own clock is
never consulted.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import Token

from cinema_project.common.errors import Unauthenticated

LONGEST_TOKEN = 2048
REMEMBERED_TOKENS = 8192


class BadToken(Unauthenticated):
    """Not one of ours, not of the kind wanted, or of nobody active."""

    code = "invalid_token"

    def __init__(self) -> None:
        super().__init__("Could not validate credentials")


class TokenExpired(Unauthenticated):
    code = "token_expired"

    def __init__(self) -> None:
        super().__init__("Token has expired")


class TokenRevoked(Unauthenticated):
    code = "token_revoked"

    def __init__(self) -> None:
        super().__init__("Token has been revoked")


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a genuine access token says. Its family tells whether it still counts."""

    family: str
    user_id: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class RefreshClaims:
    """What a genuine refresh token says. Its family's row tells whether it is the one that counts."""

    family: str
    jti: str


@dataclass(frozen=True, slots=True)
class PageClaims:
    """What a genuine page token says; without a user it belongs to an anonymous watcher."""

    user_id: int | None
    epoch: int
    expires_at: int


class _Timeless(TokenBackend):
    """Checks the signature and leaves the time to the database's clock."""

    def get_leeway(self) -> timedelta:
        return timedelta(days=36_500)


_backend = _Timeless(str(api_settings.ALGORITHM), str(api_settings.SIGNING_KEY))


class _OurToken(Token):
    lifetime = timedelta(0)

    def get_token_backend(self) -> TokenBackend:
        return _backend


class AccessToken(_OurToken):
    token_type = "access"


class RefreshToken(_OurToken):
    token_type = "refresh"


class PageToken(_OurToken):
    token_type = "page"


def signed(kind: type[_OurToken], jti: str, expires_at: datetime, claims: dict[str, Any]) -> str:
    """Return a token of this kind as text."""
    token = kind()
    token.payload = {**claims, "type": kind.token_type, "jti": jti, "exp": int(expires_at.timestamp())}
    return str(token)


def read_access(raw: str) -> AccessClaims:
    """Check the signature and the kind. The time and the family are the reader's business, see ``callers``.

    :raises BadToken: if it is not an access token of ours
    """
    return _access_claims(_plausible(raw))


def read_refresh(raw: str) -> RefreshClaims:
    """Check the signature and the kind of a refresh token.

    :raises BadToken: if it is not a refresh token of ours
    """
    claims = _verified(RefreshToken, _plausible(raw))
    return RefreshClaims(family=claims["family"], jti=claims["jti"])


def read_page(raw: str) -> PageClaims:
    """Check the signature and the kind of a page token; the time is the reader's business, see ``socket_auth``.

    :raises BadToken: if it is not a page token of ours
    """
    return _page_claims(_plausible(raw))


def _plausible(raw: str) -> str:
    if len(raw) > LONGEST_TOKEN or not raw.isascii():
        raise BadToken
    return raw


def _verified(kind: type[_OurToken], raw: str) -> dict[str, Any]:
    try:
        return kind(cast("Any", raw)).payload  # annotated as a Token, meant is its text
    except TokenError:
        raise BadToken from None


# A token is read on every request and costs 20 us to verify; what was verified once stays verified.
@lru_cache(maxsize=REMEMBERED_TOKENS)
def _access_claims(raw: str) -> AccessClaims:
    claims = _verified(AccessToken, raw)
    return AccessClaims(family=claims["family"], user_id=claims["user_id"], expires_at=claims["exp"])


@lru_cache(maxsize=REMEMBERED_TOKENS)
def _page_claims(raw: str) -> PageClaims:
    claims = _verified(PageToken, raw)
    return PageClaims(user_id=claims.get("user_id"), epoch=claims.get("epoch", 0), expires_at=claims["exp"])
