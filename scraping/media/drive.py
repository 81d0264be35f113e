"""Google Drive, by Google's own client over our own fetcher.

Whatever is made gets its id beforehand (``new_ids``): made twice, it is there once, and an answer that was lost does no
harm. Faults that pass are tried again a few times; who calls tries again later.
"""

import functools
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import google_auth_httplib2
import httplib2
from django.conf import settings
from google.auth.exceptions import GoogleAuthError, RefreshError
from google.oauth2 import credentials as user_credentials
from google.oauth2 import service_account
from googleapiclient import discovery_cache
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaIoBaseUpload

from cinema_project.common.errors import Upstream
from cinema_project.common.fetching.fetcher import Fetcher, Limits
from cinema_project.common.fetching.network import Aborted, NotReached
from scraping.media.credentials import Credentials, DriveRefused, credentials

SCOPES = ("https://www.googleapis.com/auth/drive",)
FOLDER = "application/vnd.google-apps.folder"
CHUNK = 1024 * 1024
"""Bytes sent at once; what is lost with a broken connection."""
TRIES, FIRST_PAUSE = 5, 0.2
LIMITS = Limits(size=10 * 1024 * 1024, seconds=120)
FULL = ("storageQuotaExceeded", "teamDriveFileLimitExceeded", "numChildrenInNonRootLimitExceeded")
HURRIED = ("rateLimitExceeded", "userRateLimitExceeded", "sharingRateLimitExceeded", "backendError")
CONFLICT, MISSING = 409, 404
Wait = Callable[[float], None]
T = TypeVar("T")


class DriveFull(Upstream):
    """Nothing more fits into this Drive."""

    code = "drive_full"


class DriveBusy(NotReached):
    """Drive does not answer, or wants us to be slower."""

    code = "drive_busy"


class DriveMisses(Upstream):
    """What was named is not in Drive (any more)."""

    code = "drive_misses"


class _AlreadyThere(Exception):
    """Something has this id: what was to be made is made."""


class Drive:
    """One Drive, for the work on one unit.

    :param fetcher: asks
    :param wait: waits so many seconds, but not for a run that is called off
    :raises DriveRefused: if the credentials are none
    """

    def __init__(self, fetcher: Fetcher, wait: Wait) -> None:
        self._wait = wait
        http = google_auth_httplib2.AuthorizedHttp(_signer(credentials()), http=_Http(fetcher))
        self._files = build_from_document(_document(settings.GOOGLE_DRIVE_BASE_URL), http=http).files()

    def new_ids(self, count: int) -> list[str]:
        """Return ids for things yet to be made."""
        found = self._patiently(self._files.generateIds(count=count, space="drive").execute)
        return [str(one) for one in found["ids"]]

    def find_folder(self, parent: str, name: str) -> str | None:
        """Return the oldest folder of this name, if there is one."""
        named = name.replace("\\", "\\\\").replace("'", "\\'")
        query = f"name = '{named}' and mimeType = '{FOLDER}' and '{parent}' in parents and trashed = false"
        asked = self._files.list(
            q=query, fields="files(id,name)", orderBy="createdTime", pageSize=1, supportsAllDrives=True,
            includeItemsFromAllDrives=True,
        )  # fmt: skip
        files = self._patiently(asked.execute).get("files", [])
        return str(files[0]["id"]) if files else None

    def make_folder(self, *, folder_id: str, parent: str, name: str) -> None:
        """Make a folder, unless there is one with this id."""
        body = {"id": folder_id, "name": name, "mimeType": FOLDER, "parents": [parent]}
        try:
            self._patiently(self._files.create(body=body, fields="id", supportsAllDrives=True).execute)
        except _AlreadyThere:
            return

    def upload(self, *, file_id: str, parent: str, name: str, content: Path | bytes, kind: str, md5: str) -> None:
        """Store a file under an id, piece by piece; one that is there already is checked.

        :param kind: its media type
        :param md5: what Drive must have; empty for what may be an older edition of the same
        :raises DriveMisses: if there is no such folder
        """
        body = {"id": file_id, "name": name, "parents": [parent]}
        with content.open("rb") if isinstance(content, Path) else io.BytesIO(content) as source:
            media = MediaIoBaseUpload(source, kind, chunksize=CHUNK, resumable=True)
            asked = self._files.create(body=body, media_body=media, fields="id,md5Checksum", supportsAllDrives=True)
            try:
                stored = self._sent(asked)
            except _AlreadyThere:
                stored = self._patiently(
                    self._files.get(fileId=file_id, fields="id,md5Checksum,trashed", supportsAllDrives=True).execute
                )
        if md5 and stored.get("md5Checksum", md5) != md5:
            raise DriveRefused(f"Google Drive has another file under the id of {name}.")

    def _sent(self, request: Any) -> Mapping[str, Any]:
        """Send all pieces; after a fault ask how many arrived, and begin anew where nobody knows."""
        failures = 0
        while True:
            try:
                _, stored = self._translated(request.next_chunk)
            except DriveMisses:
                if request.resumable_uri is None or failures >= TRIES:
                    raise
                request.resumable_uri, request.resumable_progress = None, 0
                failures += 1
            except (DriveBusy, NotReached) as error:
                failures += 1
                if isinstance(error, Aborted) or failures >= TRIES:
                    raise
                self._wait(FIRST_PAUSE * 2 ** (failures - 1))
            else:
                if stored is not None:
                    return dict(stored)

    def _patiently(self, ask: Callable[[], T]) -> T:
        for failures in range(TRIES - 1):
            try:
                return self._translated(ask)
            except NotReached as error:
                if isinstance(error, Aborted):
                    raise
                self._wait(FIRST_PAUSE * 2**failures)
        return self._translated(ask)

    def _translated(self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except HttpError as error:
            raise _meant(error) from error
        except RefreshError as error:
            if error.retryable:
                raise DriveBusy("Google gives no token now.") from error
            raise DriveRefused("Google does not accept the credentials of GOOGLE_DRIVE_CREDENTIALS: renew them.") from (
                error
            )
        except (GoogleAuthError, ValueError) as error:
            raise DriveRefused("The credentials of GOOGLE_DRIVE_CREDENTIALS cannot be used: renew them.") from error


def _meant(error: HttpError) -> Exception:
    status, reason = int(error.resp.status), _reason(error)
    if status == CONFLICT:
        return _AlreadyThere()
    if status == MISSING:
        return DriveMisses(
            "Google Drive does not have this folder or file: see drive_folder_id, and who may write there."
        )
    if reason in FULL:
        return DriveFull("Google Drive is full: make room, or name a folder of a shared drive.")
    if status in (401, 403) and reason not in HURRIED:
        return DriveRefused(f"Google Drive does not let us write there ({reason or status}): see its sharing.")
    if status in (403, 408, 429) or status >= 500:
        return DriveBusy(f"Google Drive answers with status {status}.")
    return DriveRefused(f"Google Drive refuses with status {status} ({reason or 'no reason'}).")


def _reason(error: HttpError) -> str:
    try:
        told = json.loads(error.content)["error"]
        reasons: Sequence[Mapping[str, str]] = told.get("errors") or [{}]
        return str(reasons[0].get("reason", ""))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return ""


class _Http:
    """What Google's libraries take for ``httplib2.Http``."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    def request(
        self, uri: str, method: str = "GET", body: Any = None, headers: Any = None, **_options: Any
    ) -> tuple[httplib2.Response, bytes]:
        content = body.read() if hasattr(body, "read") else body.encode() if isinstance(body, str) else body or b""
        sent = {str(name): str(value) for name, value in (headers or {}).items()}
        if not content and method in ("POST", "PUT", "PATCH"):
            sent["content-length"] = "0"
        # A redirect is never followed: 308 says here how much of a file has arrived.
        answer = self._fetcher.fetch(uri, method=method, headers=sent, content=content, limits=LIMITS, redirects=0)
        response = httplib2.Response({**answer.headers, "status": str(answer.status)})
        response.status = answer.status
        return response, answer.content

    def close(self) -> None:
        """Nothing: the fetcher is not ours."""


@functools.cache
def _document(base: str) -> dict[str, Any]:
    """Return Google's description of Drive, for another address."""
    document: dict[str, Any] = json.loads(discovery_cache.get_static_doc("drive", "v3"))
    return document | {"rootUrl": f"{base}/", "mtlsRootUrl": f"{base}/"}


_signers: dict[str, Any] = {}
"""What signs our calls, with the token it got; by the content of the credentials file."""


def _signer(known: Credentials) -> Any:
    key = json.dumps(known.content, sort_keys=True)
    if key not in _signers:
        try:
            made = _make_signer(known)
        except (ValueError, GoogleAuthError) as error:
            raise DriveRefused("The key in the file of GOOGLE_DRIVE_CREDENTIALS cannot be used: renew it.") from error
        _signers.clear()
        _signers[key] = made
    return _signers[key]


def _make_signer(known: Credentials) -> Any:
    told = known.content
    if known.kind == "service_account":
        info = {**told, "token_uri": known.token_address}
        return service_account.Credentials.from_service_account_info(info, scopes=SCOPES)
    return user_credentials.Credentials(
        None,
        refresh_token=told["refresh_token"],
        token_uri=known.token_address,
        client_id=told["client_id"],
        client_secret=told["client_secret"],
        scopes=told.get("scopes") or SCOPES,
    )
