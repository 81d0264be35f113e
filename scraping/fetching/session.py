"""How sources fetch: each request waits for its turn, minds the breaker, and asks only for what has changed."""

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson

from cinema_project.common.database import query
from cinema_project.common.fetching.fetcher import MOST_REDIRECTS, Answer, Fetcher, Limits, Opened, with_query
from cinema_project.common.fetching.network import Aborted, NotReached, place_of
from scraping.fetching.breaker import Breaker
from scraping.fetching.pace import Pace
from scraping.fetching.retry import BUSY, UnexpectedStatus, retry_after
from scraping.fetching.robots import Robots
from scraping.fetching.watch import Watch
from scraping.models import RawPayload
from scraping.sources.base import Payload, Rules

Known = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Validators:
    """What an answer said of its version, to be stored with the payload."""

    page: str
    etag: str
    last_modified: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A payload from an earlier time."""

    content: bytes
    content_type: str


@dataclass
class Tools:
    """What the sessions of a worker share.

    :param knows_pages: the site has said of some pages which version it sent, so it is worth asking for changes
    :param robots: minds what hosts ask of robots; ``None``: does not
    """

    source: str
    rules: Rules
    fetcher: Fetcher
    pace: Pace
    breaker: Breaker
    watch: Watch
    knows_pages: bool
    robots: Robots | None = None


@dataclass
class Session:
    """The requests of one unit (``sources.base.Client``), and what they cost."""

    tools: Tools
    requests: int = 0
    received: int = 0
    status: int | None = None
    validators: dict[int, Validators] = field(default_factory=dict)
    """By ``id`` of the payload."""

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        expected: Iterable[int] = (200,),
    ) -> Payload:
        """Fetch a page. See ``sources.base.Client``."""
        whole = with_query(url, params)
        page = page_key(self.tools.source, whole)
        known = self._known(page)
        answer = self._ask(whole, "GET", {**conditions(known), **(headers or {})})
        if answer.status == HTTPStatus.NOT_MODIFIED and known is not None:
            kept = kept_payload(known[2])
            if kept is not None:
                return Payload(whole, kept.content, 200, known[3], self.tools.watch.now(), answer.headers, is_old=True)
            answer = self._ask(whole, "GET", headers or {})  # it was forgotten between the look and now
        payload = self._checked(answer, expected)
        if self.tools.rules.conditional and answer.status == HTTPStatus.OK:
            self._remember(page, answer, payload)
        return payload

    def post(
        self,
        url: str,
        *,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        expected: Iterable[int] = (200, 201),
    ) -> Payload:
        """Send something. See ``sources.base.Client``."""
        sent = {"content-type": "application/json", **(headers or {})}
        return self._checked(self._ask(url, "POST", sent, b"" if json is None else orjson.dumps(json)), expected)

    def open(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
        limits: Limits | None = None,
        redirects: int = MOST_REDIRECTS,
        minds_robots: bool = True,
    ) -> Opened:
        """Ask as ``get`` does, and return the answer, whatever its status, with its content unread."""
        host = host_of(url)
        self._before(host, self._delay(url) if minds_robots else 0.0)
        limits = limits or Limits(size=self.tools.rules.largest, seconds=self.tools.rules.seconds)
        with self._counted(host):
            opened = self.tools.fetcher.open(
                url, method=method, headers=headers, content=content, limits=limits, redirects=redirects
            )
        self.status = opened.status
        self._note(host, opened.status, opened.headers)
        return opened

    def admit(self, url: str) -> None:
        """Wait for the turn of a request that a browser makes. See ``sources.base.Client``."""
        self._before(host_of(url), self._delay(url))

    def wait(self, seconds: float) -> None:
        """Wait; a run that is called off does not. See ``sources.base.Client``."""
        self.tools.pace.wait(seconds)

    def _ask(self, url: str, method: str, headers: Mapping[str, str], content: bytes = b"") -> Answer:
        return self._send(url, method, headers, content, self._delay(url))

    def _delay(self, url: str) -> float:
        """Return how many seconds the host wants between two requests, if it lets robots read this at all."""
        robots = self.tools.robots
        return robots.mind(url, host_of(url), lambda about: self._send(about, "GET", {})) if robots else 0.0

    def _send(
        self, url: str, method: str, headers: Mapping[str, str], content: bytes = b"", delay: float = 0.0
    ) -> Answer:
        tools, host = self.tools, host_of(url)
        self._before(host, delay)
        limits = Limits(size=tools.rules.largest, seconds=tools.rules.seconds)
        with self._counted(host):
            answer = tools.fetcher.fetch(url, method=method, headers=headers, content=content, limits=limits)
        self.status = answer.status
        self.received += len(answer.content)
        self._note(host, answer.status, answer.headers)
        return answer

    def _before(self, host: str, delay: float) -> None:
        """Wait for the turn, if the host may be asked at all."""
        self.tools.breaker.check(host)
        self.tools.pace.turn(host, delay)
        self.requests += 1

    @contextmanager
    def _counted(self, host: str) -> Iterator[None]:
        """Note of a host that it could not be reached."""
        try:
            yield
        except Aborted:
            raise
        except NotReached as error:
            self.tools.breaker.failed(host, str(error))
            raise

    def _note(self, host: str, status: int, headers: Mapping[str, str]) -> None:
        if status in BUSY and (seconds := retry_after(headers.get("retry-after", ""), self.tools.watch.now())):
            self.tools.pace.pause(host, seconds)
        elif status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self.tools.breaker.failed(host, f"status {status}")
            return
        self.tools.breaker.succeeded(host)

    def _checked(self, answer: Answer, expected: Iterable[int]) -> Payload:
        if answer.status not in expected:
            raise UnexpectedStatus(answer.status, self._told_to_wait(answer) if answer.status in BUSY else None)
        moment = self.tools.watch.now()
        return Payload(answer.url, answer.content, answer.status, _content_type(answer), moment, answer.headers)

    def _told_to_wait(self, answer: Answer) -> float | None:
        return retry_after(answer.headers.get("retry-after", ""), self.tools.watch.now())

    def _known(self, page: str) -> Known | None:
        if not self.tools.knows_pages:
            return None
        found = query(
            "SELECT page.etag, page.last_modified, page.payload, page.content_type FROM scraping_page page"
            " JOIN scraping_rawpayload payload ON payload.hash = page.payload WHERE page.key = %s",
            [page],
        )
        return (found[0][0], found[0][1], found[0][2], found[0][3]) if found else None

    def _remember(self, page: str, answer: Answer, payload: Payload) -> None:
        etag, modified = answer.headers.get("etag", ""), answer.headers.get("last-modified", "")
        if (etag or modified) and len(etag) <= 200 and len(modified) <= 60:
            self.validators[id(payload)] = Validators(page, etag, modified, payload.content_type[:100])


def _content_type(answer: Answer) -> str:
    return f"{answer.content_type}; charset={answer.charset}" if answer.charset else answer.content_type


def page_key(source: str, url: str) -> str:
    """Return what names a page of a source."""
    return hashlib.sha256(f"{source} {url}".encode()).hexdigest()


def conditions(known: Known | None) -> dict[str, str]:
    """Return the headers that ask only for what has changed."""
    if known is None:
        return {}
    etag, modified = known[:2]
    return ({"if-none-match": etag} if etag else {}) | ({"if-modified-since": modified} if modified else {})


def kept_payload(name: str) -> Kept | None:
    """Return a payload that was kept, ``None`` if it was forgotten."""
    row = RawPayload.objects.filter(pk=name).first()
    return None if row is None else Kept(zlib.decompress(bytes(row.content)), row.content_type)


def host_of(url: str) -> str:
    """Return host and port as they are counted."""
    place = place_of(url)
    return f"{place[0]}:{place[1]}"[:260] if place else "?"
