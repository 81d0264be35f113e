"""A Google Drive of our own, version 3: tokens, folders, and uploads piece by piece, with its known whims."""

import hashlib
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from random import Random
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from scraping.fakes.messages import Reply, Request, json_reply

FOLDER = "application/vnd.google-apps.folder"
TOKEN = "ya29.a-token-of-the-fake-drive"
QUERY = re.compile(r"name = '((?:[^'\\]|\\.)*)' and mimeType = '([^']+)' and '([^']+)' in parents and trashed = false")
RESUME = HTTPStatus.PERMANENT_REDIRECT  # 308, which here means: go on


@dataclass
class Stored:
    """A file or folder."""

    id: str
    name: str
    parent: str
    kind: str
    number: int
    content: bytes = b""

    def told(self) -> dict[str, Any]:
        told = {"kind": "drive#file", "id": self.id, "name": self.name, "mimeType": self.kind, "trashed": False}
        if self.kind != FOLDER:
            told |= {"size": str(len(self.content)), "md5Checksum": _md5(self.content)}
        return told


@dataclass
class Session:
    """An upload under way."""

    id: str
    name: str
    parent: str
    kind: str
    size: int
    content: bytearray = field(default_factory=bytearray)


@dataclass
class FakeDrive:
    """Served by ``serving.serving``.

    ``unreliable``: the share of calls that answer 500, half of them after having done what was asked. ``refusal``: the
    reason with which everything is refused, such as ``storageQuotaExceeded``.
    """

    unreliable: float = 0.0
    refusal: str = ""
    token_refused: bool = False
    files: dict[str, Stored] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    calls: int = 0
    dice: Random = field(default_factory=lambda: Random(7))
    lock: threading.RLock = field(default_factory=threading.RLock)

    def answer(self, request: Request) -> Reply:
        if request.path == "/token":
            return self.token()
        if request.bearer != TOKEN:
            return _refused(HTTPStatus.UNAUTHORIZED, "authError")
        with self.lock:
            self.calls += 1
            fate = self.dice.random()
        if fate < self.unreliable / 2:
            return _refused(HTTPStatus.INTERNAL_SERVER_ERROR, "internalError")
        reply = self._reply(request)
        if fate < self.unreliable:
            return _refused(HTTPStatus.INTERNAL_SERVER_ERROR, "internalError")
        return reply

    def _reply(self, request: Request) -> Reply:
        path = request.path.removeprefix("/resumable")
        ways: dict[tuple[str, str], Callable[[Request], Reply]] = {
            ("GET", "/drive/v3/files/generateIds"): self.new_ids,
            ("GET", "/drive/v3/files"): self.find,
            ("POST", "/drive/v3/files"): self.make,
            ("POST", "/upload/drive/v3/files"): self.begin,
            ("PUT", "/upload/drive/v3/files"): self.go_on,
        }
        if self.refusal:
            return _refused(HTTPStatus.FORBIDDEN, self.refusal)
        if way := ways.get((request.method, path)):
            with self.lock:
                return way(request)
        found = self.files.get(path.rpartition("/")[2])
        if request.method == "GET" and path.startswith("/drive/v3/files/") and found:
            return json_reply(found.told())
        return _refused(HTTPStatus.NOT_FOUND, "notFound")

    def token(self) -> Reply:
        if self.token_refused:
            return json_reply({"error": "invalid_grant", "error_description": "Token has been revoked."}, 400)
        return json_reply({"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"})

    def new_ids(self, request: Request) -> Reply:
        ids = [f"1{self.dice.getrandbits(128):032x}" for _ in range(int(request.query.get("count", "10")))]
        return json_reply({"kind": "drive#generatedIds", "space": "drive", "ids": ids})

    def find(self, request: Request) -> Reply:
        asked = QUERY.fullmatch(request.query.get("q", ""))
        if not asked:
            return _refused(HTTPStatus.BAD_REQUEST, "invalid")
        name, kind, parent = re.sub(r"\\(.)", r"\1", asked[1]), asked[2], asked[3]
        found = [one for one in self.files.values() if (one.name, one.kind, one.parent) == (name, kind, parent)]
        return json_reply({"files": [one.told() for one in sorted(found, key=lambda one: one.number)]})

    def make(self, request: Request) -> Reply:
        told = request.json()
        if refused := self._unfit(told):
            return refused
        made = self._store(told["id"], told["name"], told["parents"][0], told.get("mimeType", ""), b"")
        return json_reply(made.told())

    def begin(self, request: Request) -> Reply:
        told = request.json()
        if refused := self._unfit(told):
            return refused
        name = f"session-{self.dice.getrandbits(64):x}"
        size, kind = (request.headers.get(f"x-upload-content-{what}", "0") for what in ("length", "type"))
        self.sessions[name] = Session(told["id"], told["name"], told["parents"][0], kind, int(size))
        address = f"http://{request.headers.get('host', '')}{request.path}?uploadType=resumable&upload_id={name}"
        return Reply(headers={"Location": address})

    def go_on(self, request: Request) -> Reply:
        session = self.sessions.get(request.query.get("upload_id", ""))
        if session is None:
            return _refused(HTTPStatus.NOT_FOUND, "notFound")
        asked = re.fullmatch(r"bytes (?:(\d+)-(\d+)|\*)/(\d+)", request.headers.get("content-range", ""))
        if not asked:
            return _refused(HTTPStatus.BAD_REQUEST, "invalid")
        if asked[1] and int(asked[1]) == len(session.content):
            session.content += request.body
        if len(session.content) < session.size:
            known = {"Range": f"bytes=0-{len(session.content) - 1}"} if session.content else {}
            return Reply(RESUME, headers=known)
        if session.id not in self.files:
            self._store(session.id, session.name, session.parent, session.kind, bytes(session.content))
        return json_reply(self.files[session.id].told())

    def _unfit(self, told: dict[str, Any]) -> Reply | None:
        parent = (told.get("parents") or ["root"])[0]
        if parent != "root" and parent not in self.files:
            return _refused(HTTPStatus.NOT_FOUND, "notFound")
        return _refused(HTTPStatus.CONFLICT, "fileIdInUse") if told.get("id") in self.files else None

    def _store(self, id_: str, name: str, parent: str, kind: str, content: bytes) -> Stored:
        self.files[id_] = Stored(id_, name, parent, kind, len(self.files), content)
        return self.files[id_]

    def path_of(self, one: Stored) -> str:
        """Return where something is, from the root on."""
        above = self.files.get(one.parent)
        return f"{self.path_of(above)}/{one.name}" if above else one.name

    def tree(self) -> dict[str, list[str]]:
        """Return by path what there is; of two things in one place both."""
        found: dict[str, list[str]] = {}
        for one in list(self.files.values()):
            found.setdefault(self.path_of(one), []).append(one.id)
        return found


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _refused(status: int, reason: str) -> Reply:
    error = {"code": int(status), "message": reason, "errors": [{"domain": "global", "reason": reason}]}
    return json_reply({"error": error}, int(status))


def credentials_file(url: str) -> str:
    """Return a service account's credentials file for the fake that is served there."""
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    name = f"cinema@{urlsplit(url).hostname}.example"
    return json.dumps(
        {
            "type": "service_account",
            "project_id": "cinema",
            "private_key_id": "1",
            "private_key": pem,
            "client_email": name,
            "token_uri": f"{url}/token",
        }
    )
