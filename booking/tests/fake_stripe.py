"""A Stripe of our own, over real HTTP: payment intents, hosted pages, refunds, idempotency keys, signed messages.

It behaves as https://docs.stripe.com/api says, as far as we use it; told otherwise, it misbehaves.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from stripe import WebhookSignature

KEY, SECRET = "sk_test_51cinema", "whsec_cinema"

Json = dict[str, Any]
Reply = tuple[int, Json]


def nested(pairs: list[tuple[str, str]]) -> Json:
    """Read ``metadata[payment_id]=x`` and ``line_items[0][quantity]=1`` as Stripe does."""
    found: Json = {}
    for name, value in pairs:
        *path, last = name.replace("]", "").split("[")
        place = found
        for step in path:
            place = place.setdefault(step, {})
        place[last] = value
    return found


def error(status: int, kind: str, message: str, **more: Any) -> Reply:
    return status, {"error": {"type": kind, "message": message, **more}}


def missing(name: str) -> Reply:
    return error(404, "invalid_request_error", f"No such object: '{name}'", code="resource_missing")


@dataclass
class FakeStripe:
    """Its books, what it was asked (``"POST /v1/refunds"``), and the moods it answers in next."""

    url: str = ""
    intents: dict[str, Json] = field(default_factory=dict)
    sessions: dict[str, Json] = field(default_factory=dict)
    refunds: dict[str, Json] = field(default_factory=dict)
    answered: dict[str, tuple[Json, Reply]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    moods: list[Reply | None] = field(default_factory=list)
    refund_status: str = "succeeded"
    lock: threading.Lock = field(default_factory=threading.Lock)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def reset(self) -> None:
        for books in (self.intents, self.sessions, self.refunds, self.answered, self.asked, self.moods):
            books.clear()
        self.refund_status = "succeeded"

    # --- What people and banks do -----------------------------------------------------------------------------------
    def pay(self, reference: str) -> Json:
        """Pay an intent, or on a hosted page; return the message about it."""
        if reference in self.sessions:
            session = self.sessions[reference]
            intent = self._new_intent(session["amount_total"], session["currency"], session["_intent_metadata"])
            self._succeed(intent)
            session.update(status="complete", payment_status="paid", payment_intent=intent["id"])
            return self.event("checkout.session.completed", session)
        intent = self.intents[reference]
        self._succeed(intent)
        return self.event("payment_intent.succeeded", intent)

    def event(self, kind: str, about: Json) -> Json:
        shown = {name: value for name, value in about.items() if not name.startswith("_")}
        return {"id": f"evt_{next(self.numbers)}", "object": "event", "type": kind, "data": {"object": shown}}

    # --- What it answers --------------------------------------------------------------------------------------------
    def answer(self, method: str, path: str, given: Json, headers: Json) -> Reply:
        with self.lock:
            self.asked.append(f"{method} {path}")
            if headers.get("Authorization") != f"Bearer {KEY}":
                return error(401, "invalid_request_error", "Invalid API Key provided")
            if self.moods and (mood := self.moods.pop(0)) is not None:
                return mood
            key = headers.get("Idempotency-Key") if method == "POST" else None
            if key in self.answered:
                first, reply = self.answered[key]
                wrong = error(400, "idempotency_error", "Keys can only be used with the same parameters")
                return reply if first == given else wrong
            reply = self._do(method, path.removeprefix("/v1/").split("/"), given)
            if key is not None and reply[0] < 500:
                self.answered[key] = (given, reply)
            return reply

    def _do(self, method: str, path: list[str], given: Json) -> Reply:
        match method, path:
            case "POST", ["payment_intents"]:
                return 200, self._new_intent(int(given["amount"]), given["currency"], given["metadata"])
            case _, ["payment_intents", name, *verb]:
                return self._intent(name, verb, given) if name in self.intents else missing(name)
            case "POST", ["checkout", "sessions"]:
                return 200, self._new_session(given)
            case _, ["checkout", "sessions", name, *verb]:
                return self._session(name, verb, given) if name in self.sessions else missing(name)
            case "POST", ["refunds"]:
                return self._refund(given)
            case "GET", ["refunds"]:
                mine = [one for one in self.refunds.values() if one["payment_intent"] == given["payment_intent"]]
                return 200, {"object": "list", "data": mine, "has_more": False, "url": "/v1/refunds"}
        return missing("/".join(path))

    def _new_intent(self, amount: int, currency: str, metadata: Json) -> Json:
        name = f"pi_{next(self.numbers)}"
        self.intents[name] = {
            "id": name,
            "object": "payment_intent",
            "amount": amount,
            "amount_received": 0,
            "currency": currency,
            "metadata": metadata,
            "client_secret": f"{name}_secret_x",
            "status": "requires_payment_method",
        }
        return self.intents[name]

    def _intent(self, name: str, verb: list[str], given: Json) -> Reply:
        intent = self.intents[name]
        if verb and intent["status"] in ("processing", "succeeded", "canceled"):
            return error(400, "invalid_request_error", "Not now.", code="payment_intent_unexpected_state")
        if verb == ["cancel"]:
            intent["status"] = "canceled"
        if verb == ["confirm"]:
            if given["payment_method"] == "pm_declined":
                return error(402, "card_error", "Your card was declined.", code="card_declined")
            if not given["payment_method"].startswith("pm_"):
                return error(400, "invalid_request_error", "No such PaymentMethod", code="resource_missing")
            self._succeed(intent)
        return 200, intent

    def _succeed(self, intent: Json) -> None:
        intent.update(status="succeeded", amount_received=intent["amount"])

    def _new_session(self, given: Json) -> Json:
        name, item = f"cs_test_{next(self.numbers)}", given["line_items"]["0"]
        self.sessions[name] = {
            "id": name,
            "object": "checkout.session",
            "url": f"{self.url}/pay/{name}",
            "amount_total": int(item["price_data"]["unit_amount"]) * int(item["quantity"]),
            "currency": item["price_data"]["currency"],
            "metadata": given["metadata"],
            "payment_intent": None,
            "payment_status": "unpaid",
            "status": "open",
            "_intent_metadata": given["payment_intent_data"]["metadata"],
            "_success_url": given["success_url"],
        }
        return self.sessions[name]

    def _session(self, name: str, verb: list[str], given: Json) -> Reply:
        session = self.sessions[name]
        if verb == ["expire"]:
            if session["status"] != "open":
                return error(400, "invalid_request_error", "Only open sessions can be expired.")
            session["status"] = "expired"
        shown = {key: value for key, value in session.items() if not key.startswith("_")}
        if "payment_intent" in given.get("expand", {}).values() and session["payment_intent"]:
            shown["payment_intent"] = self.intents[session["payment_intent"]]
        return 200, shown

    def _refund(self, given: Json) -> Reply:
        intent, amount = self.intents[given["payment_intent"]], int(given["amount"])
        if amount < 1:
            return error(400, "invalid_request_error", "This value must be greater than or equal to 1.")
        others = sum(
            one["amount"]
            for one in self.refunds.values()
            if one["payment_intent"] == intent["id"] and one["status"] not in ("failed", "canceled")
        )
        if others + amount > intent["amount_received"]:
            return error(400, "invalid_request_error", "Refund amount is greater than unrefunded amount on charge")
        name = f"re_{next(self.numbers)}"
        self.refunds[name] = {
            "id": name,
            "object": "refund",
            "amount": amount,
            "currency": intent["currency"],
            "payment_intent": intent["id"],
            "metadata": given["metadata"],
            "status": self.refund_status,
            "failure_reason": "expired_or_canceled_card" if self.refund_status == "failed" else None,
        }
        return 200, dict(self.refunds[name])


def signed(event: Json, *, secret: str = SECRET, at: int | None = None) -> tuple[str, str]:
    """Return the body of a message, and its signature as Stripe's own library makes it."""
    body = json.dumps(event)
    return body, WebhookSignature.generate_signature_header(body, secret, at)


@contextmanager
def running() -> Iterator[FakeStripe]:
    fake = FakeStripe()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve(urlsplit(self.path).query)

        def do_POST(self) -> None:
            self._serve(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

        def _serve(self, given: str) -> None:
            path = urlsplit(self.path).path
            if path.startswith("/pay/"):
                self._send(200, b"The page where one pays.", "text/html")
                return
            status, body = fake.answer(self.command, path, nested(parse_qsl(given)), dict(self.headers))
            self._send(status, json.dumps(body).encode(), "application/json")

        def _send(self, status: int, content: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_words: Any) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True  # the library keeps its connections open
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
