"""One connection to the MQTT broker: made, used, lost, never used again.

paho would reconnect by itself and send what was not acknowledged, which may be old news by then. A connection of ours
ends with its socket; whoever wanted something of it looks at the database again.
"""

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Protocol

import paho.mqtt.client as paho
from django.utils.crypto import salted_hmac
from paho.mqtt.enums import CallbackAPIVersion

from booking.mqtt.topics import COUNTS, MARK, REQUESTS, SEATS, Retained

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 5.0
KEEPALIVE_SECONDS = 10
ACK_SECONDS = 10.0
GOODBYE_SECONDS = 1.0
QUIET_SECONDS = 0.3
"""A broker that says nothing for so long after a subscription has sent all it retains."""
MOST_UNACKNOWLEDGED = 1000
QOS = 1


class BrokerLost(Exception):
    """The broker refused us, does not answer, or has gone."""


class Broker(Protocol):
    """Where the broker is, and who we are there."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def user(self) -> str: ...
    @property
    def password(self) -> str: ...
    @property
    def tls(self) -> bool: ...


class Connection:
    """A connection that is up from the start until it is lost or closed.

    All relays share one client id and one lasting session: the broker ends the connection of the one before, so that
    nothing it still sends can overtake our news, and it keeps the requests that nobody has acknowledged.
    """

    def __init__(self, broker: Broker, on_request: Callable[["Connection", paho.MQTTMessage], None]) -> None:
        """Connect.

        :param on_request: takes each ``booking/request``, in the thread of the network
        :raises BrokerLost: if that fails
        """
        self.mark: str | None = None
        """The word that the broker knows to have followed our last news."""
        self._retained: dict[str, bytes] = {}
        self._heard_at = 0.0
        self.name = f"{broker.host}:{broker.port}"
        self._lost = threading.Event()
        self.why_lost = "it does not answer"
        self._connected, self._subscribed = threading.Event(), threading.Event()
        self._client = self._client_for(broker, on_request)
        try:
            self._client.connect(broker.host, broker.port, keepalive=KEEPALIVE_SECONDS)
            self._client.loop_start()
            self._wait_for(self._connected, CONNECT_SECONDS)
            self._ask([(MARK, 0), (REQUESTS, QOS)])
            self._client.unsubscribe(MARK)
        except (OSError, ValueError) as error:
            self.close()
            raise BrokerLost(f"{self.name}: {error}") from error
        except BrokerLost:
            self.close()
            raise

    def is_up(self) -> bool:
        return not self._lost.is_set()

    def lasts(self, seconds: float) -> bool:
        """Wait for so long at most; return at once, with false, when the connection is lost or closed."""
        return not self._lost.wait(seconds)

    def lose(self, why: str) -> None:
        """Have everybody who uses the connection give it up."""
        if self.is_up():
            self.why_lost = why
            self._lost.set()

    def publish(self, topic: str, payload: bytes | str, *, retain: bool = False) -> paho.MQTTMessageInfo:
        """Send at least once; ``wait`` tells when it has arrived."""
        return self._client.publish(topic, payload, qos=QOS, retain=retain)

    def retained(self) -> list[Retained]:
        """Return the news that the broker retains.

        :raises BrokerLost: if it does not tell
        """
        self._ask([(SEATS, 0), (COUNTS, 0)])
        self._client.unsubscribe([SEATS, COUNTS])
        found, self._retained = self._retained, {}
        return [Retained(topic, payload) for topic, payload in found.items()]

    def wait(self, sent: Iterable[paho.MQTTMessageInfo]) -> None:
        """Return once the broker has acknowledged all of these.

        :raises BrokerLost: if it does not
        """
        deadline = time.monotonic() + ACK_SECONDS
        for message in sent:
            while not self._arrived(message):
                if time.monotonic() > deadline:
                    raise BrokerLost(f"{self.name}: {self.why_lost}")

    def acknowledge(self, message: paho.MQTTMessage) -> None:
        """Tell the broker that this request needs not come again."""
        if self.is_up():
            self._client.ack(message.mid, message.qos)

    def close(self) -> None:
        """End it; what was not acknowledged comes again."""
        if self.is_up() and self._connected.is_set():
            self._client.disconnect()
            self._lost.wait(GOODBYE_SECONDS)
        connected = self._client.socket()
        if isinstance(connected, socket.socket):
            with suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)
        self._lost.set()
        self._client.loop_stop()

    def _client_for(self, broker: Broker, on_request: Callable[["Connection", paho.MQTTMessage], None]) -> paho.Client:
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id(),
            clean_session=False,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.suppress_exceptions = True  # one bad message must not end the thread
        client.connect_timeout = CONNECT_SECONDS
        client.max_inflight_messages_set(MOST_UNACKNOWLEDGED)
        if broker.user:
            client.username_pw_set(broker.user, broker.password)
        if broker.tls:
            client.tls_set()
        client.on_connect, client.on_disconnect = self._on_connect, self._on_disconnect
        client.on_subscribe = self._on_subscribe
        for topic in (MARK, SEATS, COUNTS):
            client.message_callback_add(topic, self._on_retained)
        client.on_message = lambda _client, _data, message: on_request(self, message)
        return client

    def _ask(self, topics: list[tuple[str, int]]) -> None:
        """Subscribe, and wait for what is retained."""
        self._subscribed.clear()
        self._client.subscribe(topics)
        self._wait_for(self._subscribed, ACK_SECONDS)
        while (quiet := time.monotonic() - self._heard_at) < QUIET_SECONDS:
            time.sleep(QUIET_SECONDS - quiet)

    def _arrived(self, message: paho.MQTTMessageInfo) -> bool:
        """Give it a moment, and tell whether the broker has acknowledged it."""
        try:
            message.wait_for_publish(0.1)
            if message.is_published() or self.is_up():
                return message.is_published()
        except (ValueError, RuntimeError):
            pass  # it was not even sent
        raise BrokerLost(f"{self.name}: {self.why_lost}")

    def _wait_for(self, event: threading.Event, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not event.wait(0.05):
            if not self.is_up() or time.monotonic() > deadline:
                raise BrokerLost(f"{self.name}: {self.why_lost}")

    def _on_connect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self.lose(str(reason))
            return
        self._connected.set()

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self.lose(str(reason))

    def _on_subscribe(self, _client: Any, _data: Any, _mid: int, reasons: list[Any], _properties: Any) -> None:
        if any(reason.is_failure for reason in reasons):
            logger.error("The MQTT broker does not let us read what we must; see docs/mqtt.md")
        self._heard_at = time.monotonic()
        self._subscribed.set()

    def _on_retained(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        self._heard_at = time.monotonic()
        if message.topic == MARK:
            self.mark = message.payload.decode(errors="replace")
        elif message.retain:
            self._retained[message.topic] = bytes(message.payload)


def client_id() -> str:
    """Return the name of this cinema's one client, which strangers cannot guess and so cannot throw out."""
    return f"cinema-{salted_hmac('mqtt', 'client', algorithm='sha256').hexdigest()[:16]}"
