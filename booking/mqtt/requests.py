"""``booking/request``: somebody with a valid token buys by MQTT, through the same service as everywhere (R59)."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

import orjson
from django.db import InterfaceError, OperationalError, close_old_connections
from django.http import HttpResponse
from django.utils.crypto import salted_hmac
from paho.mqtt.client import MQTTMessage

from accounts.callers import Caller, caller_with
from booking.api.serializers.seats import ticket_json
from booking.mqtt.connection import BrokerLost, Connection
from booking.mqtt.topics import response_topic
from booking.selectors.tickets import sold_tickets
from booking.services.tickets import book_seats
from cinema_project.common.database import CommitUnknown
from cinema_project.common.errors import DomainError, Unauthenticated, Unavailable
from cinema_project.common.idempotency import once_for
from cinema_project.common.json_api import answer, whole_of
from cinema_project.common.rates import Rate, spend

logger = logging.getLogger(__name__)

LARGEST = 16 * 1024
LONGEST_TOKEN = 4096
AT_ONCE, MOST_WAITING = 4, 200
OUTAGE_PAUSE_SECONDS = 1.0
REQUESTS = Rate("mqtt-bookings", 60)
"""For each person."""


@dataclass(frozen=True, slots=True)
class Answer:
    topic: str
    body: bytes


class Desk:
    """Works off the requests of one connection, a few at a time; each is acknowledged when it is answered."""

    def __init__(self) -> None:
        self._workers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="mqtt-request")
        self._waiting: set[Future[None]] = set()
        self._closed = False

    def take(self, connection: Connection, message: MQTTMessage) -> None:
        """Queue a request. Those sent with QoS 0 are dropped in a flood; of the others the broker keeps the rest."""
        if message.qos == 0 and len(self._waiting) >= MOST_WAITING:
            return
        with suppress(RuntimeError):  # closed: it comes again
            request = self._workers.submit(self._serve, connection, message)
            self._waiting.add(request)
            request.add_done_callback(self._waiting.discard)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Finish what was begun; the rest comes again."""
        self._closed = True
        self._workers.shutdown(cancel_futures=True)

    def _serve(self, connection: Connection, message: MQTTMessage) -> None:
        try:
            # A retained message would be carried out again with every connection.
            reply = None if message.retain else self._patiently(connection, bytes(message.payload))
            if reply is not None:
                connection.wait([connection.publish(reply.topic, reply.body)])
            connection.acknowledge(message)
        except BrokerLost:
            logger.info("A request by MQTT was not answered; it comes again")
        except Exception:  # a fault of ours: the same request would run into it again, and the others must not wait
            logger.exception("A request by MQTT failed")
            connection.acknowledge(message)
        finally:
            close_old_connections()

    def _patiently(self, connection: Connection, payload: bytes) -> Answer | None:
        """Answer; wait out an outage of the database."""
        while connection.is_up() and not self._closed:
            try:
                return answer_to(payload)
            except (OperationalError, InterfaceError, Unavailable) as error:
                logger.warning("A request by MQTT waits for the database: %s", error)
                close_old_connections()
                connection.lasts(OUTAGE_PAUSE_SECONDS)
        raise BrokerLost


def answer_to(payload: bytes) -> Answer | None:
    """Carry a request out; ``None``: there is nobody to answer.

    :raises OperationalError: or the like, if the database does not work; nothing was done, or a repeat will find it
    """
    body = _read(payload)
    token = body.get("token")
    if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
        return None
    try:
        caller = caller_with(token)
    except Unauthenticated:
        return None
    return Answer(response_topic(caller.uuid), _outcome(caller, body, payload))


def _read(payload: bytes) -> dict[str, Any]:
    if len(payload) > LARGEST:
        return {}
    try:
        body = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def _outcome(caller: Caller, body: dict[str, Any], payload: bytes) -> bytes:
    try:
        spend(REQUESTS, str(caller.id))
        return _sold(caller, body, payload)
    except (OperationalError, InterfaceError, CommitUnknown):
        raise
    except DomainError as refusal:
        if type(refusal) is Unavailable:  # the database again; others, such as a payment provider, have their say
            raise
        return _told(success=False, message=refusal.detail)
    except Exception:  # a fault of ours; the next request must not suffer
        logger.exception("A request by MQTT failed")
        return _told(success=False, message="Something went wrong on our side. Please try again.")


def _sold(caller: Caller, body: dict[str, Any], payload: bytes) -> bytes:
    showing_id, payment_id = whole_of(body, "showing_id"), body.get("payment_id")

    def work() -> HttpResponse:
        return answer(_sale(caller, showing_id, body.get("seat_ids"), payment_id))

    if payment_id is not None:
        return work().content  # its payment makes it safe to repeat (R23)
    # The same words of the same person are the same request, as if they were its Idempotency-Key.
    words = salted_hmac("mqtt.request", payload, algorithm="sha256").hexdigest()
    return once_for(caller.id, f"mqtt:{words}", words, work).content


def _sale(caller: Caller, showing_id: int, seat_ids: Any, payment_id: Any) -> dict[str, Any]:
    booked = book_seats(buyer=caller, screening_id=showing_id, seat_ids=seat_ids, payment_id=payment_id)
    tickets = sold_tickets(
        booked.tickets, booked.layout, payment_id=booked.payment_id, booking_number=booked.booking_number
    )
    return _answer(True, "Booking successful", booked.booking_number, [ticket_json(ticket) for ticket in tickets])


def _told(*, success: bool, message: str) -> bytes:
    return orjson.dumps(_answer(success, message))


def _answer(success: bool, message: str, number: str | None = None, tickets: Any = None) -> dict[str, Any]:
    return {"success": success, "message": message, "booking_number": number, "tickets": tickets}
