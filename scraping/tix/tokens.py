"""Tokens of TIX: what an answer gives, how long it lasts, and what to do next. Nothing here fetches or stores."""

import base64
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from cinema_project.common.errors import Invalid
from scraping.tix.reading import Node, WrongShape, opened

LIFE = timedelta(minutes=30)
LEAST_LEFT = timedelta(minutes=5)
"""A token is used while it lasts so long at least (facts 2.4)."""
LAG = timedelta(seconds=10)
"""A fresh token may be answered with 401 for so long, until TIX's own servers all know it (facts 2.1)."""
PAUSES = (0.5, 1.0, 2.0, 3.0, 4.0)
"""Seconds to wait after each such 401: together a little over the lag."""
PHONE = re.compile(r"\+[1-9]\d{7,14}")


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a login, a refresh or a guest's call gives. ``expires_at`` is None if neither token nor answer says it."""

    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    expires_at: datetime | None = None
    phone: str = ""


def parse_tokens(payload: bytes | Any, *, now: datetime) -> Tokens:
    """Read the answer of ``/v1/auth``, ``/v1/users/login`` or ``/v1/users/refresh``.

    The token's own ``exp`` counts; without one ``expires_in`` minutes from now, as guests' answers have them.

    :raises Refused, WrongShape: if there is no token in it
    """
    data = opened(payload)
    access = token_in(data.get("token"))
    minutes = data.get("expires_in")
    given = now + timedelta(minutes=minutes.number()) if minutes.there else None
    refresh = data.get("refresh_token")
    return Tokens(
        access=access,
        refresh=token_in(refresh) if refresh.there and refresh.value else "",
        expires_at=expiry_of(access) or given,
        phone=data.get("phone").optional_text(),
    )


def token_in(node: Node) -> str:
    """Return a token; browsers' storage has it in quotes.

    :raises WrongShape: if it is none. What stood there is not repeated: it may be half a secret
    """
    token = node.value.strip().strip('"') if isinstance(node.value, str) else ""
    if not re.fullmatch(r"[\w.~+/=-]{10,8192}", token, re.ASCII):
        raise WrongShape(node.where, "a token", None if node.there else node.value)
    return token


def expiry_of(token: str) -> datetime | None:
    """Return when a JWT ends by its own ``exp``; ``None`` for one without, or what is no JWT. It is not verified."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(int(claims["exp"]), UTC)
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        return None


class Step(StrEnum):
    """The ladder to a usable token: the stored one, else a refreshed one, else a new login."""

    USE = "use the stored token"
    REFRESH = "refresh it"
    LOG_IN = "log in"


def next_step(stored: Tokens | None, *, now: datetime, least_left: timedelta = LEAST_LEFT) -> Step:
    """Say how to get at a token that lasts long enough."""
    if stored is None:
        return Step.LOG_IN
    if stored.expires_at and stored.expires_at - now >= least_left:
        return Step.USE
    ends = expiry_of(stored.refresh) if stored.refresh else None
    return Step.REFRESH if stored.refresh and (ends is None or ends > now) else Step.LOG_IN


@dataclass(frozen=True, slots=True)
class Patience:
    """What to do about a 401: wait ``seconds`` and ask again with the same token, or (``None``) get another."""

    seconds: float | None
    why: str


def after_401(*, issued_at: datetime, now: datetime, refusals: int) -> Patience:
    """Tell the lag of a fresh token from a token that is over.

    :param issued_at: when TIX gave the token to us
    :param refusals: how often this token was answered with 401 in a row, this one included
    """
    age = now - issued_at
    if age > LAG:
        return Patience(None, "The token is over.")
    if refusals > len(PAUSES):
        return Patience(None, f"The token is fresh, but was refused {refusals} times.")
    return Patience(PAUSES[refusals - 1], "The token is fresh: the site may not know it everywhere yet.")


def phone_number(text: str) -> str:
    """Return a phone number as TIX wants it: ``+62812...``. A leading 0 stands for +62; nothing else is cut off.

    :raises Invalid: if it is none
    """
    digits = re.sub(r"[\s().-]", "", text)
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif digits.startswith("0"):
        digits = f"+62{digits[1:]}"
    elif digits.startswith("62"):
        digits = f"+{digits}"
    if not PHONE.fullmatch(digits):
        raise Invalid("TIX_PHONE_NUMBER is no phone number: set it to one such as +628123456789.")
    return digits


def encrypted_password(password: str, public_key: str) -> str:
    """Return the password as ``/v1/users/login`` wants it: RSA (PKCS #1 v1.5) with the site's key, in base64.

    :param public_key: PEM; line ends may be written as ``\\n``, as environment variables have them
    :raises Invalid: if the key is none
    """
    try:
        key = load_pem_public_key(public_key.replace("\\n", "\n").encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey):
        raise Invalid("TIX_RSA_PUBLIC_KEY is no RSA key: set it to the site's public key in PEM.")
    return base64.b64encode(key.encrypt(password.encode(), PKCS1v15())).decode()
