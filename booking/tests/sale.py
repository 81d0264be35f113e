"""A sale in the running product: a world built inside it, and people who talk to it over HTTP and sockets."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
from websockets.sync.client import ClientConnection, connect

from accounts.tokens import issue_tokens
from booking.tests import make
from catalog.tests import make as catalog
from cinema_project.tests.product import Product, Server

Json = dict[str, Any]
RESERVE = "/api/v1/seat-reservations/reserve"
BOOK = "/api/v1/tickets/book"
BOOK_FROM_RESERVATION = "/api/v1/tickets/book-from-reservation"


@dataclass(frozen=True)
class Person:
    id: int
    token: str


@dataclass
class World:
    """What ``build`` made: screenings of one room, people who are signed in, and one of the staff."""

    screenings: list[int]
    seats: list[int]
    people: list[Person]
    staff: Person


def build(*, people: int, seats: int, screenings: int) -> None:
    """Make a world and print it; runs inside the product, by ``manage.py shell``."""
    room = catalog.room(seats=(1, seats))
    film = catalog.movie()
    made = [catalog.screening(room=room, movie=film).pk for _ in range(screenings)]
    buyers = [_signed_in() for _ in range(people)]
    seat_ids = make.seats_of(room.screenings.get(pk=made[0]))
    print(json.dumps({"screenings": made, "seats": seat_ids, "people": buyers, "staff": _signed_in(is_superuser=True)}))


def _signed_in(**fields: Any) -> Json:
    person = make.user(**fields)
    return {"id": person.pk, "token": issue_tokens(user=person).access_token}


def open_sale(product: Product, *, people: int = 2, seats: int = 10, screenings: int = 1) -> World:
    """Build a world in the product. Sign-ins last a day, as tests may move the clock."""
    product.settings.setdefault("ACCESS_TOKEN_SECONDS", "86400")
    told = run_inside(product, f"from booking.tests.sale import build; build({people=}, {seats=}, {screenings=})")
    made = json.loads(told.splitlines()[-1])
    staff = Person(**made.pop("staff"))
    return World(**made | {"people": [Person(**one) for one in made["people"]], "staff": staff})


def run_inside(product: Product, code: str) -> str:
    """Run Python in a ``manage.py`` process of the product, and return what it printed."""
    done = product.manage("shell", "-v", "0", "-c", code)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def client(server: Server, person: Person | None = None) -> httpx.Client:
    """Return an HTTP client, signed in as that person."""
    headers = {"authorization": f"Bearer {person.token}"} if person else {}
    return httpx.Client(base_url=server.url, headers=headers, timeout=20)


def watch(server: Server, screening: int, person: Person, **options: Any) -> AbstractContextManager[ClientConnection]:
    """Open the socket of a seat map."""
    return connect(f"{server.ws_url}/ws/screenings/{screening}?token={person.token}", compression=None, **options)


def told(socket: ClientConnection, *, seconds: float = 5) -> Json:
    """Wait for the next message that is not a heartbeat."""
    while (message := json.loads(socket.recv(timeout=seconds)))["type"] == "heartbeat":
        pass
    return message


def statuses_in(message: Json) -> dict[int, str]:
    """Return ``{seat: status}`` of a ``seat_update`` or a ``bulk_seat_update``."""
    return {entry["seat_id"]: entry["status"] for entry in message.get("updates", [message])}


@dataclass
class Answer:
    """What one request of a crowd got."""

    person: Person
    asked: Json
    status: int
    headers: dict[str, str]
    body: Any


@dataclass
class Visitor:
    """One person of a crowd: a connection of their own, kept open, and as little work for it as possible."""

    person: Person
    url: str
    reader: asyncio.StreamReader = field(init=False)
    writer: asyncio.StreamWriter = field(init=False)

    async def arrive(self) -> None:
        address = urlsplit(self.url)
        self.reader, self.writer = await asyncio.open_connection(address.hostname, address.port)

    async def post(self, path: str, asked: Json) -> Answer:
        body = json.dumps(asked)
        self.writer.write(
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.person.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        first, *lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
        if "content-length" not in headers:  # a fault of the server, which hangs up after it
            self.writer.close()
            await self.arrive()
            return Answer(self.person, asked, int(first.split()[1]), headers, {"code": first})
        content = await self.reader.readexactly(int(headers["content-length"]))
        return Answer(self.person, asked, int(first.split()[1]), headers, json.loads(content))


class Crowd:
    """Many people at once, each with a connection of their own, spread over the servers."""

    def __init__(self, people: Sequence[Person], servers: Sequence[Server]) -> None:
        urls = [server.url for server in servers]
        self.visitors = [Visitor(person, urls[number % len(urls)]) for number, person in enumerate(people)]
        self.loop = asyncio.Runner()

    def __enter__(self) -> "Crowd":
        self.loop.run(self._all([visitor.arrive() for visitor in self.visitors]))
        return self

    def __exit__(self, *_: object) -> None:
        for visitor in self.visitors:
            visitor.writer.close()
        self.loop.close()

    def post(self, path: str, asked: Sequence[Json]) -> list[Answer]:
        """Let everybody ask at the same moment."""
        return self.loop.run(self._all([v.post(path, body) for v, body in zip(self.visitors, asked, strict=True)]))

    async def _all(self, doings: list[Any]) -> list[Any]:
        return await asyncio.gather(*doings)
