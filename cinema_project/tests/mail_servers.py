"""Mail servers of tests: one that takes what it is told to take, one that hangs up."""

import asyncio
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from booking.tests.reading import parsed
from cinema_project.tests.processes import HOST, free_port

OK = "250 OK"


@dataclass(frozen=True)
class Received:
    """A mail that a server took."""

    recipients: list[str]
    letter: EmailMessage
    was_safe: bool


@dataclass
class Sink:
    """Takes mails, or answers otherwise; it may take its time."""

    answer: str = OK
    unknown: set[str] = field(default_factory=set)
    stalls: float = 0.0
    taken: list[Received] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    begun: int = 0
    port: int = 0

    def people(self) -> list[str]:
        """Return whom the mails went to, without the house's domain."""
        return [address.split("@")[0] for received in self.taken for address in received.recipients]

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        self.asked.append(address)
        if address in self.unknown:
            return "550 No such user here"
        envelope.rcpt_tos.append(address)
        return OK

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.begun += 1
        await asyncio.sleep(self.stalls)
        if self.answer == OK:
            self.taken.append(Received(envelope.rcpt_tos, parsed(envelope.content), session.ssl is not None))
        return self.answer


@contextmanager
def running(
    sink: Sink,
    *,
    port: int = 0,
    tls: ssl.SSLContext | None = None,
    tls_only: ssl.SSLContext | None = None,
    user: tuple[str, str] | None = None,
) -> Iterator[Sink]:
    """Let the sink answer on a port, until the end of the block.

    :param tls: offered after STARTTLS, and demanded
    :param tls_only: spoken from the first word
    :param user: name and password that must be told
    """
    sink.port = port or free_port()
    rules: dict[str, Any] = {"tls_context": tls, "require_starttls": tls is not None}
    if user:
        rules |= {"authenticator": _knows(user), "auth_required": True}
    controller = Controller(sink, hostname=HOST, port=sink.port, ssl_context=tls_only, **rules)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()


def _knows(user: tuple[str, str]) -> Any:
    def check(server: Any, session: Any, envelope: Any, mechanism: str, told: LoginPassword) -> AuthResult:
        known = (told.login.decode(), told.password.decode()) == user
        return AuthResult(success=known, handled=False)

    return check


class HangsUp:
    """Listens to one mail, in the midst of it or after all of it hangs up without a word."""

    def __init__(self, *, after_all: bool) -> None:
        self.after_all, self.heard = after_all, []
        self.listener = socket.create_server((HOST, 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "HangsUp":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.close()
        self.thread.join(5)

    def _serve(self) -> None:
        caller, _ = self.listener.accept()
        with caller, caller.makefile("rb") as lines:
            caller.sendall(b"220 hello\r\n")
            for line in lines:
                if line.upper().startswith(b"DATA"):
                    break
                caller.sendall(b"250 fine\r\n")
            caller.sendall(b"354 go on\r\n")
            mail = b""
            for line in lines:
                mail += line
                if line == (b".\r\n" if self.after_all else b"\r\n"):
                    break
            self.heard.append(mail.decode())


@dataclass(frozen=True)
class Certificate:
    path: Path
    context: ssl.SSLContext


def certificate_for(address: str, folder: Path) -> Certificate:
    """Make a certificate that is its own authority, for a server at this address."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path, key_path = folder / "certificate.pem", folder / "key.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key_path)
    return Certificate(path, context)
