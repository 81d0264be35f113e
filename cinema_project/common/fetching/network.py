"""Connections that lead out into the public internet, and that end in time.

A name is looked up once, all of its addresses must be public, and the connection goes to one of these: whoever looks
again could be given another answer. Names of servers and certificates stay those of the address asked for.
"""

import functools
import io
import select
import socket
import ssl
import threading
import time
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from weakref import WeakSet

from django.conf import settings

from cinema_project.common.errors import Upstream
from cinema_project.common.public_urls import UrlRefused, is_global
from cinema_project.common.threads import submit

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

LOOK_SECONDS = 0.1
"""How long a look-up goes on after it is of no use to anybody."""
Place = tuple[str, int]
USUAL_PORTS = {"http": 80, "https": 443}

_resolvers = ThreadPoolExecutor(max_workers=16, thread_name_prefix="resolver")


class FetchFailed(Upstream):
    """The answer is of no use; asking again now would bring the same."""

    code = "fetch_failed"


class NotReached(FetchFailed):
    """The server could not be reached, or broke off; it may work later."""

    code = "not_reached"


class AnswerTooSlow(NotReached):
    code = "answer_too_slow"


class Aborted(NotReached):
    """Whoever asked does not want to know any more."""

    code = "aborted"


@functools.lru_cache(maxsize=256)
def place_of(url: str) -> Place | None:
    """Return host and port of an address, ``None`` if it has none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or USUAL_PORTS.get(parts.scheme)
    except ValueError:
        return None
    return (host, port) if host and port else None


class Network:
    """Connections of one fetcher.

    :param trusted: hosts and ports that may be anywhere: those of the settings, never those that others give us
    """

    def __init__(self, trusted: Collection[Place] = ()) -> None:
        self.trusted = frozenset(trusted)
        self.aborted = False
        self._open: WeakSet[Stream] = WeakSet()
        self._lock = threading.Lock()
        self._thread = threading.local()

    @property
    def until(self) -> float:
        """Until when, by ``time.monotonic``, the request of this thread may take."""
        return getattr(self._thread, "until", float("inf"))

    @until.setter
    def until(self, moment: float) -> None:
        self._thread.until = moment

    def left(self, timeout: float | None) -> float:
        """Return how many seconds the next step may take.

        :raises Aborted: if nothing is wanted any more
        :raises AnswerTooSlow: if the time is up
        """
        if self.aborted:
            raise Aborted("It was called off.")
        left = self.until - time.monotonic()
        if left <= 0:
            raise AnswerTooSlow("The answer took too long.")
        return min(left, 60.0 if timeout is None else timeout)

    def abort(self) -> None:
        """End all that is under way; nothing can be fetched afterwards."""
        with self._lock:
            self.aborted = True
            streams = list(self._open)
        for stream in streams:
            stream.hang_up()

    def connect(self, host: str, port: int, seconds: float) -> "Stream":
        """Connect to a server that may be asked.

        :raises UrlRefused: if it is none of the public internet
        :raises OSError: if it does not answer
        """
        until = time.monotonic() + self.left(seconds)
        addresses = vetted(host, port, self._looked_up(host, port, until), self.trusted)
        failure = OSError(f"{host} has no address")
        for address in addresses:
            try:
                connected = socket.create_connection((address, port), self.left(max(0.01, until - time.monotonic())))
            except OSError as error:
                failure = error
                continue
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return self.keep(Stream(connected, self))
        raise failure

    def keep(self, stream: "Stream") -> "Stream":
        """Remember a connection, so that ``abort`` reaches it."""
        with self._lock:
            self._open.add(stream)
        if self.aborted:
            stream.hang_up()
        return stream

    def _looked_up(self, host: str, port: int, until: float) -> list[str]:
        """Look a name up. The system's own look-up knows no time limit, so another thread waits for it."""
        try:
            return [str(ip_address(host.strip("[]")))]
        except ValueError:
            pass
        found = submit(_resolvers, socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        while True:
            try:
                answers = found.result(timeout=LOOK_SECONDS)
                return list(dict.fromkeys(str(place[0]) for *_, place in answers))
            except TimeoutError:
                self.left(None)
                if time.monotonic() > until:
                    found.cancel()
                    raise TimeoutError(f"{host} is not found in time") from None
            except UnicodeError as error:
                raise OSError(f"{host} is not found: {error}") from None


class Stream(io.RawIOBase):
    """One connection, of which each step ends when the whole request must.

    :ivar silence: seconds in which nothing comes
    """

    def __init__(self, connected: socket.socket, network: Network, silence: float = 60.0) -> None:
        self._socket = connected
        self._network = network
        self.silence = silence

    def readable(self) -> bool:
        return True

    def readinto(self, room: "WriteableBuffer") -> int:
        try:
            self._socket.settimeout(self._network.left(self.silence))
            received = self._socket.recv_into(room)
        except OSError:
            self._network.left(None)
            raise
        if self._network.aborted:
            raise Aborted("It was called off.")
        return received

    def sendall(self, content: bytes) -> None:
        try:
            while content:
                self._socket.settimeout(self._network.left(self.silence))
                content = content[self._socket.send(content) :]
        except OSError:
            self._network.left(None)
            raise

    def secured(self, context: ssl.SSLContext, host: str, seconds: float) -> "Stream":
        """Go on in secret."""
        try:
            self._socket.settimeout(self._network.left(seconds))  # of the whole handshake
            secret = context.wrap_socket(self._socket, server_hostname=host)
        except OSError:
            self.close()
            self._network.left(None)
            raise
        return self._network.keep(Stream(secret, self._network))

    @property
    def has_something_to_say(self) -> bool:
        """Tell whether an idle connection was closed, or says what nobody asked for: it must not be used again."""
        if self._socket.fileno() < 0:
            return True
        look = select.poll()
        look.register(self._socket, select.POLLIN)
        return bool(look.poll(0))

    def hang_up(self) -> None:
        """End whatever another thread waits for here."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()
        super().close()


def vetted(host: str, port: int, addresses: list[str], trusted: Collection[Place] = ()) -> list[str]:
    """Return the addresses of a host if all of them may be asked.

    :raises UrlRefused: if one may not
    """
    if (host, port) in trusted:
        return addresses
    if not addresses or not all(_may_be_asked(address) for address in addresses):
        raise UrlRefused("The address must lead to a public host.")
    return addresses


def _may_be_asked(address: str) -> bool:
    one = ip_address(address.partition("%")[0])
    return is_global(one) or (settings.FETCH_ALLOW_LOOPBACK and one.is_loopback)
