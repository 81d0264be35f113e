"""Typed reading of environment variables; a wrong value stops the start with one sentence."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import environ

T = TypeVar("T")

source = environ.Env()


class SettingsError(SystemExit):
    """The environment asks for something impossible; the message says what to set."""


def text(name: str, default: str = "") -> str:
    """Read a word; an empty variable is one that is not set."""
    return str(source.str(name, default="")).strip() or default


def words(name: str, default: str = "") -> list[str]:
    """Read a comma list, without empty entries."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def flag(name: str, default: bool) -> bool:
    return _read(name, default, _as_flag, "1, 0, true or false")


def whole(name: str, default: int, *, least: int = 0) -> int:
    return _read(name, default, lambda value: _at_least(int(value), least), f"a whole number from {least}")


def number(name: str, default: float, *, least: float = 0) -> float:
    return _read(name, default, lambda value: _at_least(float(value), least), f"a number from {least:g}")


def one_of(name: str, default: str, allowed: tuple[str, ...]) -> str:
    return _read(name, default, lambda value: allowed[allowed.index(value)], " or ".join(allowed))


def address(name: str, default: str, schemes: tuple[str, ...]) -> str:
    """Read a URL. A wrong one is not repeated in the message: it may hold a password."""
    value = text(name, default)
    if value and not value.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        raise SettingsError(f"{name} cannot be used: set it to an address that starts with {schemes[0]}://.")
    return value


def web_addresses(name: str) -> list[str]:
    """Read a comma list of addresses on the web. A wrong one is not repeated: it may hold a password."""
    found = words(name)
    for number, url in enumerate(found, 1):
        if not url.startswith(("http://", "https://")):
            raise SettingsError(f"{name} cannot be used, entry {number} does not start with http:// or https://.")
    return found


def proxy(name: str) -> str:
    """Read ``http://user:password@host:3128``, empty for none. It is never repeated."""
    url = address(name, "", ("http", "https"))
    try:
        parts = urlsplit(url)
        if not url or (parts.hostname and parts.port):
            return url
    except ValueError:
        pass
    raise SettingsError(f"{name} cannot be used: set it to an address like http://user:password@proxy.example:3128.")


@dataclass(frozen=True, slots=True)
class Mail:
    """How mail leaves the house: Django's backend and what it needs to know."""

    backend: str
    folder: str = ""
    host: str = ""
    port: int = 25
    user: str = ""
    password: str = field(default="", repr=False)
    ssl: bool = False
    starttls: bool = False


def mail(name: str, default: str) -> Mail:
    """Read ``smtp://user:pw@host:25`` (``?starttls=1``), ``smtps://``, ``file://folder`` or ``console://``."""
    url = address(name, default, ("smtp", "smtps", "file", "console"))
    try:
        return _as_mail(urlsplit(url))
    except (ValueError, KeyError):
        raise SettingsError(f"{name} cannot be used: set it to an address like smtp://user:password@host:25.") from None


def _as_mail(url: SplitResult) -> Mail:
    backends = "django.core.mail.backends"
    if url.scheme == "console":
        return Mail(f"{backends}.console.EmailBackend")
    if url.scheme == "file":
        if not (folder := unquote(url.netloc + url.path)):
            raise ValueError
        return Mail(f"{backends}.filebased.EmailBackend", folder=folder)
    if not url.hostname:
        raise ValueError
    secure = url.scheme == "smtps"
    return Mail(
        f"{backends}.smtp.EmailBackend",
        host=url.hostname,
        port=url.port or (465 if secure else 25),
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        ssl=secure,
        starttls=_as_flag(parse_qs(url.query).get("starttls", ["0"])[0]),
    )


@dataclass(frozen=True, slots=True)
class FileStore:
    """Where uploaded and fetched files lie: in a folder, or in a bucket of S3.

    :param public: where browsers find the files of a bucket; empty: through us
    """

    folder: str = ""
    bucket: str = ""
    endpoint: str = ""
    region: str = ""
    public: str = ""
    key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)


def file_store(name: str, default: str) -> FileStore:
    """Read ``file://folder`` or ``s3://key:secret@bucket?endpoint=http://host&region=eu-1&public=https://cdn``."""
    url = address(name, default, ("file", "s3"))
    try:
        return _as_file_store(urlsplit(url))
    except ValueError:
        wanted = "an address like file://folder or s3://key:secret@bucket?endpoint=https://s3.example"
        raise SettingsError(f"{name} cannot be used: set it to {wanted}.") from None


def _as_file_store(url: SplitResult) -> FileStore:
    if url.scheme == "file":
        if not (folder := unquote(url.netloc + url.path)):
            raise ValueError
        return FileStore(folder=folder)
    said = {option: values[-1] for option, values in parse_qs(url.query, strict_parsing=bool(url.query)).items()}
    addresses = [said[option] for option in ("endpoint", "public") if option in said]
    if not url.hostname or url.path.strip("/") or {*said} - {"endpoint", "region", "public"}:
        raise ValueError
    if not all(one.startswith(("http://", "https://")) for one in addresses):
        raise ValueError
    bucket = url.netloc.rpartition("@")[2]  # not `hostname`: that is in small letters
    key, secret = unquote(url.username or ""), unquote(url.password or "")
    return FileStore(bucket=bucket, key=key, secret=secret, **said)


@dataclass(frozen=True, slots=True)
class Mqtt:
    """Where the MQTT broker is, and who we are there."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False


def mqtt(name: str) -> Mqtt | None:
    """Read ``mqtt://user:pw@host:1883`` or ``mqtts://``; ``None`` if there is no broker."""
    url = address(name, "", ("mqtt", "mqtts"))
    try:
        return _as_mqtt(urlsplit(url)) if url else None
    except ValueError:
        wanted = "an address like mqtt://user:password@host:1883"
        raise SettingsError(f"{name} cannot be used: set it to {wanted}.") from None


def _as_mqtt(url: SplitResult) -> Mqtt:
    if not url.hostname or url.path.strip("/") or url.query:
        raise ValueError
    secure = url.scheme == "mqtts"
    port = url.port or (8883 if secure else 1883)
    return Mqtt(url.hostname, port, unquote(url.username or ""), unquote(url.password or ""), secure)


def zone(name: str, default: str) -> str:
    """Read the name of a time zone."""
    return _read(name, default, lambda value: ZoneInfo(value).key, "a time zone such as Europe/Berlin")


def currency(name: str, default: str) -> str:
    """Read a currency of ISO 4217."""
    return _read(name, default, _as_currency, "three capital letters of ISO 4217, such as EUR")


def sealing_keys(name: str, secret: str) -> list[str]:
    """Read a comma list of Fernet keys; without one, the key that follows from a secret. None is ever repeated."""
    if not (keys := words(name)):
        return [base64.urlsafe_b64encode(hashlib.sha256(f"fields:{secret}".encode()).digest()).decode()]
    for number, key in enumerate(keys, 1):
        if not _is_fernet_key(key):
            wanted = "a comma list of Fernet keys (32 random bytes each, in URL-safe base64)"
            raise SettingsError(f"{name} cannot be used, entry {number} is no key: set it to {wanted}.")
    return keys


def _is_fernet_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, altchars=b"-_", validate=True)) == 32
    except ValueError:
        return False


def is_set(name: str) -> bool:
    return name in source.ENVIRON


def _read(name: str, default: T, cast: Callable[[str], T], wanted: str) -> T:
    value = text(name)
    if not value:
        return default
    try:
        return cast(value)
    except (ValueError, KeyError):
        raise SettingsError(f"{name}={value} cannot be used: set it to {wanted}.") from None


def _as_flag(value: str) -> bool:
    return {"1": True, "true": True, "0": False, "false": False}[value.lower()]


def _as_currency(value: str) -> str:
    if len(value) != 3 or not value.isascii() or not value.isupper() or not value.isalpha():
        raise ValueError
    return value


def _at_least(value: T, least: float) -> T:
    if not value >= least:  # type: ignore[operator]
        raise ValueError
    return value
