"""A Mosquitto of the test's own, which it may kill, and people who talk to it."""

import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from booking.mqtt import service
from booking.tests.sale import World, client
from cinema_project.tests.processes import HOST, Process, free_port, port_is_open, spawn
from cinema_project.tests.product import ROOT, Server
from cinema_project.tests.services import MQTT_PASSWORD, MQTT_USER, binary_named, mosquitto_binary

PASSWORD = "peanuts"
EAR = "ear"
"""Hears everything, as nobody may in earnest."""
MARK = "mark/of/the/ear"
Said = dict[str, Any]


@dataclass
class Mosquitto:
    """A broker with passwords and the rights of ``deploy/mosquitto.acl``. It forgets what it retained when killed."""

    folder: Path
    port: int = field(default_factory=free_port)
    settings: tuple[str, ...] = ()
    process: Process | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        rights = (ROOT / "deploy/mosquitto.acl").read_text()
        (self.folder / "acl").write_text(f"{rights}\nuser {EAR}\ntopic read #\ntopic write {MARK}\n")
        self.admit(MQTT_USER, MQTT_PASSWORD)
        self.admit(EAR)
        lines = [
            *(f"listener {self.port} {HOST}", "allow_anonymous false", "user root", "max_queued_messages 100000"),
            *(f"password_file {self.folder}/passwords", f"acl_file {self.folder}/acl", *self.settings),
        ]
        (self.folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")

    @property
    def url(self) -> str:
        return f"mqtt://{MQTT_USER}:{MQTT_PASSWORD}@{HOST}:{self.port}"

    def admit(self, user: str, password: str = PASSWORD) -> None:
        """Give somebody a password; known after the next start."""
        known = self.folder / "passwords"
        create = [] if known.exists() else ["-c"]
        command = [binary_named("mosquitto_passwd"), "-b", *create, str(known), user, password]
        subprocess.run(command, check=True, capture_output=True)

    def start(self) -> None:
        self.process = spawn([mosquitto_binary(), "-c", self.folder / "mosquitto.conf"], log=self.folder / "log")
        self.process.wait_until(lambda: port_is_open(self.port))

    def kill(self) -> None:
        if self.process:
            self.process.kill()

    def pause(self) -> None:
        """Have it neither answer nor hang up."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def save(self) -> None:
        """Have it write what it retains to its file, if it has one; it does not when it is killed."""
        self._signal(signal.SIGUSR1)

    def _signal(self, number: signal.Signals) -> None:
        assert self.process
        self.process.child.send_signal(number)

    def log(self) -> str:
        return (self.folder / "log").read_text()


class Relay(threading.Thread):
    """What talks to the broker for the cinema, in a thread of this process."""

    def __init__(self) -> None:
        super().__init__()
        self.stopped = threading.Event()
        self.start()

    def run(self) -> None:
        service.run(self.stopped)

    def stop(self) -> None:
        self.stopped.set()
        self.join()


class Listener:
    """Somebody at the broker who keeps the last word of each topic, and all words in their order."""

    def __init__(self, port: int, user: str = MQTT_USER, password: str = MQTT_PASSWORD) -> None:
        self.words: list[tuple[str, bytes]] = []
        self.granted: list[bool] = []
        self.refused = ""
        self._news = threading.Condition()
        self.client = paho.Client(CallbackAPIVersion.VERSION2, reconnect_on_failure=False)
        if user:
            self.client.username_pw_set(user, password)
        connected = threading.Event()

        def on_connect(client, data, flags, reason, properties):
            self.refused = str(reason) if reason.is_failure else ""
            connected.set()

        self.client.on_connect = on_connect
        self.client.on_message = self._on_message
        self.client.on_subscribe = lambda *said: self._hear(lambda: self.granted.append(not said[3][0].is_failure))
        self.client.connect(HOST, port)
        self.client.loop_start()
        assert connected.wait(5)

    def _on_message(self, client, data, message) -> None:
        self._hear(lambda: self.words.append((message.topic, message.payload)))

    def _hear(self, keep: Callable[[], None]) -> None:
        with self._news:
            keep()
            self._news.notify_all()

    def subscribe(self, topic: str, qos: int = 1) -> None:
        """Listen to a topic; returns once the broker has said yes or no."""
        expected = len(self.granted) + 1
        self.client.subscribe(topic, qos)
        self.wait(lambda: len(self.granted) >= expected)

    def say(self, topic: str, said: object, *, qos: int = 1, retain: bool = False) -> None:
        """Publish, and wait until the broker has it."""
        payload = said if isinstance(said, bytes | str) else json.dumps(said)
        self.client.publish(topic, payload, qos, retain).wait_for_publish(5)

    def wait(self, wanted: Callable[[], bool], seconds: float = 10) -> bool:
        """Wait until something is so; tell whether it became so."""
        deadline = time.monotonic() + seconds
        with self._news:
            while not wanted():
                if time.monotonic() > deadline:
                    return False
                self._news.wait(0.05)
        return True

    def last(self) -> dict[str, bytes]:
        """Return the last word of each topic, without those taken back."""
        with self._news:
            return {topic: payload for topic, payload in dict(self.words).items() if payload}

    def heard(self, topic: str) -> list[Said]:
        """Return everything said there."""
        with self._news:
            return [json.loads(payload) for at, payload in self.words if at == topic]

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@contextmanager
def listening(broker: Mosquitto, *topics: str, **who: str) -> Iterator[Listener]:
    listener = Listener(broker.port, **who)
    try:
        for topic in topics:
            listener.subscribe(topic)
        yield listener
    finally:
        listener.close()


@dataclass
class Board:
    """What a broker retains of seats: ``{screening: {seat: status}}`` and ``{screening: (available, capacity)}``."""

    seats: dict[int, dict[int, str]]
    counts: dict[int, tuple[int, int]]


def board(broker: Mosquitto) -> Board:
    """Ask a broker for what it retains, as somebody who comes now.

    What it retains goes out as it subscribes us, so all of it arrives before the mark that we make afterwards.
    """
    with listening(broker, MARK, "seats/#", "screenings/#", user=EAR, password=PASSWORD) as listener:
        listener.say(MARK, "the end")
        assert listener.wait(lambda: MARK in listener.last())
        last = listener.last()
        del last[MARK]
        return board_of(last)


def board_of(last: dict[str, bytes]) -> Board:
    found = Board({}, {})
    for topic, payload in last.items():
        said, words = json.loads(payload), topic.split("/")
        if words[0] == "seats":
            assert said.keys() == {"seat_id", "status", "seq"}
            assert said["seat_id"] == int(words[3])
            found.seats.setdefault(int(words[2]), {})[said["seat_id"]] = said["status"]
        else:
            assert said.keys() == {"screening_id", "available_tickets", "total_capacity"}
            assert said["screening_id"] == int(words[1])
            found.counts[said["screening_id"]] = (said["available_tickets"], said["total_capacity"])
    return found


def truth(web: Server, world: World) -> Board:
    """Return the same as the API tells it."""
    found = Board({}, {})
    with client(web) as tab:
        for screening in world.screenings:
            seats = tab.get(f"/api/v1/seat-reservations/screening/{screening}/availability").json()
            left = tab.get(f"/api/v1/showings/{screening}/tickets").json()
            found.seats[screening] = {entry["seat"]["id"]: entry["status"] for entry in seats}
            found.counts[screening] = (left["available_tickets"], left["total_capacity"])
    return found


def until(what: Callable[[], bool], seconds: float = 15) -> None:
    """Wait for something to become so."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it never became so"
        time.sleep(0.05)
