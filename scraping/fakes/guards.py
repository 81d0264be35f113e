"""Who may ask the fake TIX: its accounts, and the tokens it gives, takes, lets lapse, and forgets for a while."""

import base64
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PHONE, PASSWORD = "+6281200000001", "popcorn-and-seats"
ACCESS, REFRESH = timedelta(minutes=30), timedelta(days=91)
SECRET = "a secret of the fake site, known to nobody who should not know it"
Clock = Callable[[], datetime]


def real_clock() -> datetime:
    return datetime.now(UTC)


@lru_cache(maxsize=1024)
def signed_by_us(token: str) -> dict[str, Any]:
    """Return what a token says, nothing if it was not made here. Whether it is over is another matter."""
    try:
        return jwt.decode(token, SECRET, ["HS256"], options={"verify_exp": False, "verify_iat": False})
    except jwt.PyJWTError:
        return {}


@dataclass
class Guard:
    """The tokens of one site.

    ``lag``: seconds, in real time, for which a token from a refresh is not known everywhere yet (401).
    """

    clock: Clock = real_clock
    lag: float = 0
    accounts: dict[str, str] = field(default_factory=lambda: {PHONE: PASSWORD})
    given: int = 0
    void_before: int = 0
    fresh: dict[str, float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048), repr=False)

    @property
    def public_key(self) -> str:
        """Return the key that passwords are encrypted with, as PEM."""
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def issue(self, kind: str, phone: str = "", *, lagging: bool = False) -> str:
        now = self.clock()
        life = REFRESH if kind == "refresh" else ACCESS
        with self.lock:
            self.given += 1
            claims = {"kind": kind, "phone": phone, "number": self.given, "iat": now, "exp": now + life}
            token = jwt.encode(claims, SECRET, "HS256")
            if lagging:
                self.fresh[token] = time.monotonic()
        return token

    def admits(self, token: str, *kinds: str) -> bool:
        """Say whether a token is of one of these kinds, ours, not over, not revoked, and known everywhere already."""
        claims = self.claims(token)
        if not claims or claims["kind"] not in kinds:
            return False
        if claims["kind"] != "refresh" and int(claims["number"]) <= self.void_before:
            return False
        since = self.fresh.get(token)
        return since is None or time.monotonic() - since >= self.lag

    def claims(self, token: str) -> dict[str, Any]:
        """Return what a token of ours says, nothing if it is not, or over by the site's clock."""
        claims = signed_by_us(token)
        return claims if claims and claims["exp"] > self.clock().timestamp() else {}

    def revoke(self) -> None:
        """Let every access token given so far be over; refresh tokens go on."""
        self.void_before = self.given

    def knows(self, phone: str, password: str) -> bool:
        return bool(password) and self.accounts.get(phone) == password

    def decrypted(self, text: str) -> str:
        """Return a password from RSA in base64; nothing if it is none."""
        try:
            return self.key.decrypt(base64.b64decode(text, validate=True), padding.PKCS1v15()).decode()
        except ValueError:
            return ""
