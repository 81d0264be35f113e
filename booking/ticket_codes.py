"""What the QR code of a ticket says: its secret, and a signature that a scanner can check without the database."""

import hashlib
import hmac

from django.conf import settings

SIGNATURE_CHARACTERS = 16  # of hexadecimal: 64 bits on top of the 130 random ones
SHORT_CODE_CHARACTERS = 8


def code_of(secret: str) -> str:
    """Return the QR payload ``<26 random characters>.<16 hexadecimal digits of HMAC-SHA256>``."""
    return f"{secret}.{_signature(secret)}"


def secret_of(code: str) -> str | None:
    """Return the secret in a QR payload, or ``None`` if it is not one of ours."""
    secret, _, signature = code.strip().partition(".")
    return secret if hmac.compare_digest(_signature(secret).encode(), signature.encode()) else None


def short_code_of(secret: str) -> str:
    """Return the start of the secret, which a person can type where the camera fails."""
    return secret[:SHORT_CODE_CHARACTERS]


def _signature(secret: str) -> str:
    key = hashlib.sha256(f"ticket:{settings.SECRET_KEY}".encode()).digest()
    return hmac.new(key, secret.encode(), hashlib.sha256).hexdigest()[:SIGNATURE_CHARACTERS]
