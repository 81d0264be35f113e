"""The cinema's end of MQTT, as a thread of the relay. Of several relays one has the turn, the others stand by."""

import logging
import threading
import uuid

from django.conf import settings
from django.db import close_old_connections, connection

from booking import realtime
from booking.mqtt.connection import Broker, BrokerLost, Connection
from booking.mqtt.publishing import compare, publish_due
from booking.mqtt.requests import Desk
from booking.realtime import Payload
from booking.services.broadcasts import TurnLost, end_turn, take_turn

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
GATHER_SECONDS = 0.05
"""Between two rounds of news: in a rush one round tells of many changes."""
RENEW_SECONDS = 1.0
OUTAGE_PAUSE_SECONDS = 1.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.25, 5.0


def run(stop: threading.Event) -> None:
    """Talk to the broker of the settings until told to stop."""
    assert settings.MQTT is not None
    relay = Relay(settings.MQTT, stop)
    realtime.local_receivers.append(relay.hurry)
    while not stop.is_set():
        stop.wait(relay.work())
    realtime.local_receivers.remove(relay.hurry)
    connection.close()


class Relay:
    """One of the relays of this cinema."""

    def __init__(self, broker: Broker, stop: threading.Event) -> None:
        self._broker, self._stop = broker, stop
        self._holder = uuid.uuid4().hex
        self._wake = threading.Event()
        self._pause = FIRST_PAUSE_SECONDS
        self._said = ""

    def hurry(self, _payload: Payload) -> None:
        """Look for news now: this process has seen some."""
        self._wake.set()

    def work(self) -> float:
        """Take the turn if it is free, and talk to the broker as long as that goes; return how long to wait then."""
        try:
            close_old_connections()
            mark = take_turn(self._holder)
            if mark is None:
                self._say("Another relay talks to the MQTT broker; this one stands by.")
                return RENEW_SECONDS
            self._talk(mark)
            return 0.0
        except BrokerLost as error:
            return self._next_pause(error)
        except TurnLost:
            return RENEW_SECONDS
        except Exception:  # an outage, mostly of the database: this thread outlives them all
            logger.exception("News for the MQTT broker must wait; the relay tries again")
            connection.close()
            return OUTAGE_PAUSE_SECONDS

    def _talk(self, mark: str) -> None:
        with Desk() as desk:
            try:
                link = Connection(self._broker, desk.take)
                keeper = threading.Thread(target=self._keep_turn, args=[link], name="mqtt-turn", daemon=True)
                keeper.start()
                try:
                    self._tell(link, mark)
                    desk.close()  # what was begun is answered before we go
                finally:
                    link.close()
                    keeper.join()
            finally:
                end_turn(self._holder)  # perhaps another relay reaches the broker

    def _tell(self, link: Connection, mark: str) -> None:
        if not compare(link, self._holder, mark):
            logger.info("The MQTT broker does not know our last news: comparing all it retains.")
        self._say(f"Publishing seats to MQTT at {link.name}.")
        self._pause = FIRST_PAUSE_SECONDS
        while link.is_up() and not self._stop.is_set():
            close_old_connections()
            if publish_due(link, self._holder):
                self._stop.wait(GATHER_SECONDS)
            else:
                self._wake.wait(LOOK_SECONDS)
            self._wake.clear()
        if not link.is_up():
            raise BrokerLost(link.why_lost)

    def _keep_turn(self, link: Connection) -> None:
        """Keep the turn while the connection lasts, however long a round takes."""
        try:
            while link.lasts(RENEW_SECONDS):
                if take_turn(self._holder) is None:
                    link.lose("another relay has taken over")
        except Exception as error:  # noqa: BLE001 - without a turn no news, whatever the reason
            link.lose(f"the turn could not be kept: {error}")
        finally:
            connection.close()

    def _next_pause(self, error: BrokerLost) -> float:
        pause, self._pause = self._pause, min(2 * self._pause, LONGEST_PAUSE_SECONDS)
        if pause == FIRST_PAUSE_SECONDS:
            logger.warning("The MQTT broker is away; it will be told everything when it returns: %s", error)
        self._said = ""
        return pause

    def _say(self, what: str) -> None:
        """Tell the operator, once."""
        if what != self._said:
            logger.info(what)
            self._said = what
