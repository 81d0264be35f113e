"""Secrets of others that we must be able to give back, such as tokens: encrypted, with keys that can be changed.

``settings.FIELD_KEYS``: the first encrypts, all of them decrypt.
"""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from cinema_project.common.errors import Unavailable


class Unreadable(Unavailable):
    """It was encrypted with a key that is not among ours any more."""

    code = "secret_unreadable"


def seal(secret: str) -> str:
    """Return a secret, encrypted with the first key, as text."""
    return _keys().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Return the secret.

    :raises Unreadable: if none of the keys fits
    """
    try:
        return _keys().decrypt(sealed).decode()
    except InvalidToken:
        raise Unreadable("It was encrypted with a key that FIELD_KEYS does not have (any more).") from None


def resealed(sealed: str) -> str:
    """Return the same secret, encrypted with the first key of today.

    :raises Unreadable: if none of the keys fits
    """
    try:
        return _keys().rotate(sealed).decode()
    except InvalidToken:
        raise Unreadable("It was encrypted with a key that FIELD_KEYS does not have (any more).") from None


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])
