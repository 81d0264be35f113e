"""Door out: the one way to fetch what somebody else serves.

Addresses lead to public hosts alone, also after a redirect (``network.py``); answers end in time and within their size,
unpacked (``bodies.py``). Pictures are decoded with ``common/pictures.py``.
"""

import functools
import ssl
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urldefrag, urlencode, urljoin, urlsplit

import httpcore
import httpx
from django.conf import settings

from cinema_project.common.fetching.bodies import AnswerBroken, unpacked, whole
from cinema_project.common.fetching.network import AnswerTooSlow, Network, NotReached, Place
from cinema_project.common.public_urls import UrlRefused, check_fetchable_url

MEGABYTE = 1024 * 1024
MOST_REDIRECTS = 3
MOVED = (301, 302, 303, 307, 308)
SEE_OTHER = 303
KEEPS_METHOD = (307, 308)
PRIVATE_HEADERS = ("authorization", "cookie", "x-api-key")
USUAL_PORTS = {"http": 80, "https": 443}
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
        self._pool = httpcore.ConnectionPool(
            ssl_context=authorities(),
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=20,
            network_backend=self._network,
            proxy=_proxy(proxy) if proxy else None,
        )

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
        self._network.until = time.monotonic() + limits.seconds
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        for left in range(redirects, -1, -1):
            answer = self._one(url, method, sent, content, limits)
            target = answer.headers.get("location")
            if answer.status not in MOVED or target is None or not redirects:
                return answer
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
        self._pool.close()

    def _one(self, url: str, method: str, headers: Headers, content: bytes, limits: Limits) -> Answer:
        self._check(url)
        self._network.left(None)
        timeout = {"connect": limits.connect, "read": limits.silence, "write": limits.silence, "pool": limits.seconds}
        try:
            with self._pool.stream(
                method, _as_sent(url), headers=_with_ours(url, headers, content), content=content or None,
                extensions={"timeout": timeout},
            ) as response:  # fmt: skip
                return _read(url, method, response, limits)
        except (httpcore.TimeoutException, TimeoutError):
            raise AnswerTooSlow("The answer took too long.") from None
        except httpcore.ProxyError as error:
            raise NotReached(f"The proxy refuses: {error}.") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ConnectionNotAvailable, OSError) as error:
            self._network.left(None)
            raise NotReached(f"The server could not be reached: {type(error).__name__}.") from None
        except (httpcore.UnsupportedProtocol, UnicodeError, ValueError) as error:
            raise AnswerBroken(f"The address cannot be asked: {type(error).__name__}.") from None

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


def place_of(url: str) -> Place | None:
    """Return host and port of an address, ``None`` if it has none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or USUAL_PORTS.get(parts.scheme)
    except ValueError:
        return None
    return (host, port) if host and port else None


def _read(url: str, method: str, response: httpcore.Response, limits: Limits) -> Answer:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
    if method == "HEAD" or response.status in (204, 304):
        return Answer(response.status, url, headers, b"")
    body = unpacked(_pieces(response), headers.get("content-encoding", ""), limits.size)
    return Answer(response.status, url, headers, whole(body))


def _pieces(response: httpcore.Response) -> Iterator[bytes]:
    yield from response.iter_stream()


def _as_sent(url: str) -> str:
    """Return the address as requests carry it: without its fragment, all else in ASCII."""
    return quote(urldefrag(url).url, safe=UNQUOTED)


def _with_ours(url: str, headers: Headers, content: bytes) -> list[tuple[bytes, bytes]]:
    parts = urlsplit(url)
    ours = {"host": parts.netloc, "user-agent": user_agent(), "accept": "*/*", "accept-encoding": "gzip, deflate"}
    if content:
        ours["content-length"] = str(len(content))
    return [(name.title().encode("ascii"), value.encode("latin-1")) for name, value in {**ours, **headers}.items()]


def _proxy(url: str) -> httpcore.Proxy:
    parts = urlsplit(url)
    who = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    secure = authorities() if parts.scheme == "https" else None
    return httpcore.Proxy(f"{parts.scheme}://{parts.hostname}:{parts.port}", auth=who, ssl_context=secure)


@functools.cache
def user_agent() -> str:
    """Return who we are, and where to reach us."""
    return f"CinemaBot/1.0 (+{settings.SITE_URL}; {settings.DEFAULT_FROM_EMAIL})"


@functools.cache
def authorities() -> ssl.SSLContext:
    """Return the authorities we trust; to read them takes longer than to ask."""
    return httpx.create_ssl_context()


_shared: dict[tuple[str, ...], Fetcher] = {}


def shared(*trusted: str) -> Fetcher:
    """Return the fetcher of this process for these addresses of the settings."""
    return _shared.setdefault(trusted, Fetcher(trusted))


def close_shared() -> None:
    """End the connections that this process keeps open."""
    while _shared:
        _shared.popitem()[1].close()
