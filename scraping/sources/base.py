"""What a source is: a site we read. It fetches and parses; it never touches the database.

    class Demo:
        name = "demo-movies"
        version = 1
        trusted = [settings.DEMO_URL]
        rules = Rules(per_second=2, least={"movie": 10})
        schemas = {"movie": MovieSchema}

        def whole(self, options):
            return {"movie"}

        def plan(self, options):
            yield Unit("list:1", {"page": 1})

        def fetch(self, unit, client):
            return client.get(f"{settings.DEMO_URL}/movies", params={"page": unit.args["page"]})

        def parse(self, unit, payload):
            document = payload.json()
            for place, film in enumerate(document["films"]):
                yield Record("movie", film["id"], film, path=f"$.films[{place}]")
            if document["has_next"]:
                yield Unit(f"list:{unit.args['page'] + 1}", {"page": unit.args["page"] + 1})

``fetch`` is tried again after faults of the network; ``parse`` is pure, so that a payload that was kept can be parsed
again by a better parser. A record that its schema refuses goes into quarantine, alone; the others of its page are kept.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import orjson
from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing to fetch.

    :param key: names it within a run, the same in each run; planned twice, it is fetched once. At most 200 characters
    :param args: what ``fetch`` and ``parse`` need to know; JSON, small, and no secrets
    :param order: lower ones first
    """

    key: str
    args: Mapping[str, Any] = field(default_factory=dict)
    order: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that a site says.

    :param kind: what it is, such as ``movie``; one of the source's ``schemas``
    :param external_id: names it among the source's things of that kind, in each run the same. A thing found twice in
        a run must be the same both times: put into the id what makes it differ (``"JAKARTA:123"``)
    :param data: what the schema of its kind reads
    :param path: where in the payload it stood, as JSON path or selector
    """

    kind: str
    external_id: str
    data: Mapping[str, Any]
    path: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Something in a payload that is no record, and that a person should know of: the run says it in its words."""

    words: str


@dataclass(frozen=True, slots=True)
class Payload:
    """What a site answered, decoded.

    :param content_type: the kind alone, and the charset where one is named: ``text/html; charset=windows-1251``
    :param fetched_at: when the site said so; for an answer "not modified", when it was asked
    :param is_old: the site said "not modified", and this is the content that was kept
    """

    url: str
    content: bytes
    status: int = 200
    content_type: str = ""
    fetched_at: datetime | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    is_old: bool = False

    def text(self) -> str:
        """Return the content as text; bytes that are none become a sign."""
        return self.content.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """Return the JSON document.

        :raises ValueError: if it is none; the unit then goes into quarantine
        """
        return orjson.loads(self.content)


@dataclass(frozen=True, slots=True)
class Rules:
    """How a source is to be treated; staff may narrow some of it (``models.SourceState``).

    :param per_second: most requests to one host in any one second, over all processes; ``None``: no limit
    :param threads: requests under way at once in one worker
    :param attempts: how often a unit is tried before it is given up
    :param largest: bytes of an answer, decoded
    :param seconds: how long one answer may take, all of it
    :param proxy: ``http://user:password@host:port`` through which the hosts of ``trusted``, and only they, are asked
    :param conditional: ask only for what has changed (ETag, Last-Modified), where the payload is kept
    :param robots: leave alone what a host's robots.txt says is not for robots, and keep its Crawl-delay
    :param keep_payloads: keep raw answers, for lineage and replay
    :param least: by kind, how many things a whole run must find at least, or it is called suspect
    :param share_lost: how many of the things known may vanish in one run, as a part of 1; more is suspect
    """

    per_second: float | None = 1.0
    threads: int = 4
    attempts: int = 5
    largest: int = 10 * 1024 * 1024
    seconds: float = 30.0
    proxy: str = field(default="", repr=False)
    conditional: bool = True
    robots: bool = True
    keep_payloads: bool = True
    least: Mapping[str, int] = field(default_factory=dict)
    share_lost: float = 0.5


class Client(Protocol):
    """How a source fetches: politely, within limits, and only what is public. A call waits for its turn.

    A status that is not in ``expected`` raises: 429 and 503 wait as long as the site says, other 5xx and faults of
    the network are tried again later, 404 and the like give the unit up.
    """

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        expected: Iterable[int] = (200,),
    ) -> Payload: ...

    def post(
        self,
        url: str,
        *,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        expected: Iterable[int] = (200, 201),
    ) -> Payload: ...

    def admit(self, url: str) -> None:
        """Wait for leave to have a browser ask for an address: robots.txt, breaker and pace count for it, too."""
        ...

    def wait(self, seconds: float) -> None:
        """Wait, as ``time.sleep`` does, but not for a run that is called off."""
        ...


class Source(Protocol):
    """A site we read, or one part of it that is read by itself.

    :param version: of the parser: raised with each change of what ``parse`` yields
    :param schemas: by kind, what a record's data must be; what the schema dumps as JSON is what is stored
    :param trusted: addresses of the settings that it asks: their hosts may be anywhere, all others must be public
    """

    name: str
    version: int
    trusted: Collection[str]
    rules: Rules
    schemas: Mapping[str, type[BaseModel]]

    def whole(self, options: Mapping[str, Any]) -> Collection[str]:
        """Return the kinds of which a complete run with these options names all there are.

        What such a run does not name has vanished. Of a part (one city) that cannot be said: it names none. Where it is
        a part that the ids tell (one day), it is a mapping: what the ids of each kind begin with.

        :param options: those of the run, and ``at``, when it was begun
        """
        ...

    def plan(self, options: Mapping[str, Any]) -> Iterable[Unit]:
        """Yield the units to begin with.

        :param options: those of the run, as ``{"city": "JAKARTA"}``, and ``at``, when it was begun
        """
        ...

    def fetch(self, unit: Unit, client: Client) -> Payload:
        """Fetch one unit; it may take several requests, the last answer counts.

        :raises SourceDown: if nothing of this source can be fetched now
        :raises UnitGone: if this unit cannot be fetched, now or later
        """
        ...

    def parse(self, unit: Unit, payload: Payload) -> Iterable[Record | Unit | Note]:
        """Yield what a payload says, and further units to fetch. No network, no clock, no database.

        :raises ReadInPart: at the end, if there is more than was yielded
        """
        ...


class SourceDown(Exception):
    """Nothing can be fetched of this source: the run ends as failed, at once and with this sentence."""


class ReadInPart(ValueError):
    """More is there than is read: what was yielded counts, and the run is partial, with this sentence."""


class UnitGone(Exception):
    """This unit cannot be fetched and will not be tried again; the run goes on."""
