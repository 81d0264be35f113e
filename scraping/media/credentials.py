"""Google's credentials file: whose Drive it is, and where its tokens come from. Nothing of it is ever shown."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from cinema_project.common.errors import Upstream

KINDS = {
    "service_account": ("client_email", "private_key"),
    "authorized_user": ("client_id", "client_secret", "refresh_token"),
}
TOKEN_ADDRESS = "https://oauth2.googleapis.com/token"


class DriveRefused(Upstream):
    """Google Drive does not let us in, or not there."""

    code = "drive_refused"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the file says.

    :param kind: ``service_account`` or ``authorized_user``
    """

    kind: str
    token_address: str
    content: dict[str, Any] = field(repr=False)


def is_configured() -> bool:
    """Tell whether files go to Google Drive at all."""
    return bool(settings.GOOGLE_DRIVE_CREDENTIALS)


def credentials() -> Credentials:
    """Read the credentials file.

    :raises DriveRefused: if it is none
    """
    try:
        content = json.loads(Path(settings.GOOGLE_DRIVE_CREDENTIALS).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DriveRefused(
            f"GOOGLE_DRIVE_CREDENTIALS cannot be read ({type(error).__name__}): name a credentials file of Google's."
        ) from None
    content = content if isinstance(content, dict) else {}
    kind = str(content.get("type"))
    missing = [name for name in KINDS[kind] if not content.get(name)] if kind in KINDS else ["a type that we know"]
    if missing:
        raise DriveRefused(
            f"GOOGLE_DRIVE_CREDENTIALS names a file without {missing[0]}: it must be one of a service account"
            " or of an authorized user."
        )
    address = str(content.get("token_uri") or TOKEN_ADDRESS)
    if urlsplit(address).scheme not in ("http", "https"):
        raise DriveRefused("The token_uri in the file of GOOGLE_DRIVE_CREDENTIALS is no address.")
    return Credentials(kind, address, content)


def drive_addresses() -> tuple[str, ...]:
    """Return the addresses that are asked for Drive's sake."""
    if not is_configured():
        return ()
    try:
        return settings.GOOGLE_DRIVE_BASE_URL, credentials().token_address
    except DriveRefused:
        return (settings.GOOGLE_DRIVE_BASE_URL,)


def is_usable() -> bool:
    """Tell whether there is a credentials file that can be read."""
    try:
        return is_configured() and bool(credentials())
    except DriveRefused:
        return False
