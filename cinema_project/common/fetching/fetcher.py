"""Door out: the one way to fetch what somebody else serves.

Addresses lead to public hosts alone, also after a redirect (``network.py``); answers end in time and within their size,
unpacked (``bodies.py``). Pictures are decoded with ``common/pictures.py``.
"""

import functools
import re
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException, InvalidURL
from urllib.parse import quote, urldefrag, urlencode, urljoin, urlsplit

from django.conf import settings

from cinema_project.common.fetching.bodies import AnswerBroken, unpacked
from cinema_project.common.fetching.lines import Lines, Response
from cinema_project.common.fetching.network import AnswerTooSlow, Network, NotReached, place_of
from cinema_project.common.public_urls import UrlRefused, check_fetchable_url

MEGABYTE = 1024 * 1024
MOST_REDIRECTS = 3
MOVED = (301, 302, 303, 307, 308)
SEE_OTHER = 303
KEEPS_METHOD = (307, 308)
PRIVATE_HEADERS = ("authorization", "cookie", "x-api-key")
UNQUOTED = "%/:?#[]@!$&'()*+,;=~"
Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Limits:
    """What an answer may cost.

    :param size: bytes, unpacked
    :param connect: seconds until the connection stands
    :param silence: seconds in which nothing comes
    :param seconds: all of it, with redirects
    """

    size: int = 10 * MEGABYTE
    connect: float = 5.0
    silence: float = 15.0
    seconds: float = 30.0


PAGE = Limits()
CHARSET = re.compile(r""";\s*charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    :param url: where it came from in the end
    :param headers: names in small letters; of several of one name the last
    """

    status: int
    url: str
    headers: Headers = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        """Return the charset that the header names, in small letters; empty if it names none."""
        said = CHARSET.search(self.headers.get("content-type", ""))
        return said[1].lower() if said else ""


class Opened:
    """An answer whose content is read piece by piece, by the thread that opened it; ``close`` it in the end.

    :raises NotReached, AnswerTooLarge, AnswerBroken: while reading, as ``Fetcher.fetch`` does
    """

    def __init__(self, url: str, context: AbstractContextManager[Response], network: Network, size: int) -> None:
        self.url = url
        self._context = context
        self._network = network
        self._response = context.__enter__()
        pairs = self._response.headers.items()
        self.status: int = self._response.status
        self.pairs = pairs
        """All headers, also several of one name."""
        self.headers: Headers = {name.lower(): value for name, value in pairs}
        encoding = self.headers.get("content-encoding", "")
        self._pieces = unpacked(self._response.pieces(), encoding, size)
        self._rest = bytearray()

    def read(self, most: int = -1) -> bytes:
        """Return the next bytes, at most so many; none at the end."""
        with _as_refusals(self._network):
            while most < 0 or len(self._rest) < most:
                piece = next(self._pieces, b"")
                if not piece:
                    break
                self._rest += piece
        most = len(self._rest) if most < 0 else most
        found = bytes(self._rest[:most])
        del self._rest[:most]
        return found

    def close(self) -> None:
        """Let go of the connection; one that was not read to its end is closed."""
        self._context.__exit__(None, None, None)


@contextmanager
def _as_refusals(network: Network) -> Iterator[None]:
    """Turn what the network raises into refusals of ours."""
    try:
        yield
    except TimeoutError:
        raise AnswerTooSlow("The answer took too long.") from None
    except InvalidURL:
        raise AnswerBroken("The address cannot be asked: it is not well formed.") from None
    except HTTPException:
        network.left(None)
        raise NotReached("The server broke off, or answered something else than HTTP.") from None
    except OSError as error:
        network.left(None)
        raise NotReached(f"The server could not be reached: {type(error).__name__}.") from None
    except ValueError as error:
        raise AnswerBroken(f"The address cannot be asked: {type(error).__name__}.") from None


class Fetcher:
    """Fetches, for any number of threads; keeps connections open between requests.

    :param trusted: addresses of our own settings: their hosts may be anywhere
    :param connections: at once
    :param proxy: ``http://user:password@host:port`` through which all is asked. It looks up names, not we, so only
        hosts of ``trusted`` are asked through it
    """

    def __init__(self, trusted: Collection[str] = (), connections: int = 16, proxy: str = "") -> None:
        self._trusted = {place for url in trusted if (place := place_of(url))}
        self._proxied = bool(proxy)
        through = place_of(proxy)
        self._network = Network({*self._trusted, through} if through else self._trusted)
        self._lines = Lines(self._network, connections, proxy)

    def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Headers | None = None,
        content: bytes = b"",
        limits: Limits = PAGE,
        redirects: int = MOST_REDIRECTS,
    ) -> Answer:
        """Ask for something, and return the answer whatever its status.

        :param redirects: how many to follow; at 0 the redirect itself is the answer
        :raises UrlRefused: if the address, or one it redirects to, is none of a public host
        :raises NotReached: if there is no answer, or none in time; ``Aborted``, ``AnswerTooSlow`` are kinds of it
        :raises AnswerTooLarge, AnswerBroken: if it is of no use
        """
        opened = self.open(url, method=method, headers=headers, content=content, limits=limits, redirects=redirects)
        try:
            empty = method == "HEAD" or opened.status in (204, 304)
            return Answer(opened.status, opened.url, opened.headers, b"" if empty else opened.read())
        finally:
            opened.close()

    def open(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Headers | None = None,
        content: bytes = b"",
        limits: Limits = PAGE,
        redirects: int = MOST_REDIRECTS,
    ) -> Opened:
        """Do the same, and return the answer with its content unread: a large one need not be in memory."""
        self._network.until = time.monotonic() + limits.seconds
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        for left in range(redirects, -1, -1):
            answer = self._one(url, method, sent, content, limits)
            target = answer.headers.get("location")
            if answer.status not in MOVED or target is None or not redirects:
                return answer
            answer.close()
            if not left:
                break
            following = urljoin(url, target)
            if origin_of(following) != origin_of(url):
                sent = {name: value for name, value in sent.items() if name not in PRIVATE_HEADERS}
            if answer.status not in KEEPS_METHOD and method != "HEAD":
                method, content = "GET", b""
            url = following
        raise AnswerBroken(f"The address leads on and on: more than {redirects} redirects.")

    def abort(self) -> None:
        """End what other threads wait for, within a moment; nothing is fetched afterwards."""
        self._network.abort()

    def close(self) -> None:
        self._lines.close()

    def _one(self, url: str, method: str, headers: Headers, content: bytes, limits: Limits) -> Opened:
        self._check(url)
        self._network.left(None)
        with _as_refusals(self._network):
            context = self._stream(method, url, _with_ours(url, headers, content), content, limits)
            return Opened(url, context, self._network, limits.size)

    @contextmanager
    def _stream(
        self, method: str, url: str, headers: list[tuple[str, str]], content: bytes, limits: Limits
    ) -> Iterator[Response]:
        with self._lines.one_to(origin_of(url), limits.seconds, limits.connect) as line:
            yield line.ask(method, _as_sent(url), headers, content, limits.silence)

    def _check(self, url: str) -> None:
        if place_of(url) in self._trusted:
            return
        if self._proxied:
            raise UrlRefused("Through a proxy only addresses of the settings are asked.")
        check_fetchable_url(url, loopback=settings.FETCH_ALLOW_LOOPBACK)


def with_query(url: str, params: Mapping[str, str | int] | None) -> str:
    """Return the address with these parameters behind those it has."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(params)}" if params else url


def origin_of(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port.

    :raises UrlRefused: if the address has none
    """
    place = place_of(url)
    if place is None:
        raise UrlRefused("The address is not well formed.")
    return urlsplit(url).scheme, *place


def _as_sent(url: str) -> str:
    """Return the address as requests carry it: without its fragment, all else in ASCII."""
    return quote(urldefrag(url).url, safe=UNQUOTED)


def _with_ours(url: str, headers: Headers, content: bytes) -> list[tuple[str, str]]:
    parts = urlsplit(url)
    ours = {"host": parts.netloc, "user-agent": user_agent(), "accept": "*/*", "accept-encoding": "gzip, deflate"}
    if content:
        ours["content-length"] = str(len(content))
    return [(name.title(), value) for name, value in {**ours, **headers}.items()]


@functools.cache
def user_agent() -> str:
    """Return who we are, and where to reach us."""
    return f"CinemaBot/1.0 (+{settings.SITE_URL}; {settings.DEFAULT_FROM_EMAIL})"


_shared: dict[tuple[str, ...], Fetcher] = {}


def shared(*trusted: str) -> Fetcher:
    """Return the fetcher of this process for these addresses of the settings."""
    return _shared.setdefault(trusted, Fetcher(trusted))


def close_shared() -> None:
    """End the connections that this process keeps open."""
    while _shared:
        _shared.popitem()[1].close()
