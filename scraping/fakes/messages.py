"""What goes to a fake site and comes back."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def bearer(self) -> str:
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token if kind == "Bearer" else ""

    def json(self) -> dict[str, Any]:
        """Return the object in the body; nothing or nonsense is an empty one."""
        try:
            found = orjson.loads(self.body or b"{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. ``misbehave`` writes to the connection itself; its event ends all waiting."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    misbehave: Callable[[BaseHTTPRequestHandler, threading.Event], None] | None = None


def json_reply(body: Any, status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, orjson.dumps(body), {"Content-Type": "application/json"} | named)


def refusal(code: str, sentence: str = "", status: int = 200) -> Reply:
    return json_reply({"success": False, "error": {"code": code, "message": sentence or code.title()}}, status)
