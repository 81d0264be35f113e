"""How yt-dlp asks: through our own fetcher, within the pace and the manners of the source, and as who we are.

All hosts of TikTok are asked at the address of the settings; what its pages name elsewhere must be public.
"""

import io
import re
from collections.abc import Callable
from email.message import Message
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from urllib.request import Request as PlainRequest

from django.conf import settings
from yt_dlp import YoutubeDL
from yt_dlp.networking import Request, RequestHandler, Response
from yt_dlp.networking.exceptions import HTTPError, TransportError
from yt_dlp.utils import DownloadError, ExtractorError

from cinema_project.common.errors import DomainError
from cinema_project.common.fetching.fetcher import Limits, Opened, user_agent
from scraping.fetching.retry import BUSY, UnexpectedStatus, retry_after
from scraping.fetching.session import Session
from scraping.sources.base import UnitGone

HOME = "https://www.tiktok.com"
DOMAINS = ("tiktok.com", "tiktokv.com")
HINTS = re.compile(r"\bUse --|\bSee\s+http|\bLog into|\bIf you are able|\bConfirm you are on|; please report")
"""What yt-dlp adds for people at its command line."""


def address_of(url: str) -> str:
    """Return where something of TikTok is asked for."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if settings.TIKTOK_BASE_URL == HOME or not any(host == one or host.endswith(f".{one}") for one in DOMAINS):
        return url
    base = urlsplit(settings.TIKTOK_BASE_URL)
    return urlunsplit((base.scheme, base.netloc, f"{base.path.rstrip('/')}{parts.path}", parts.query, ""))


class Body(io.RawIOBase):
    """The content of an answer, as yt-dlp reads it. What goes wrong is kept for ``Downloader.said``."""

    def __init__(self, opened: Opened, failed: Callable[[DomainError], None], received: Callable[[int], None]) -> None:
        self._opened = opened
        self._failed = failed
        self._received = received

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        try:
            content = self._opened.read(-1 if size is None else size)
        except DomainError as error:
            self._failed(error)
            raise
        self._received(len(content))
        return content

    def close(self) -> None:
        self._opened.close()
        super().close()


class Downloader(YoutubeDL):
    """yt-dlp for one unit: quiet, without retries of its own, and asking through the session alone.

    :param limits: of one answer
    """

    def __init__(self, session: Session, limits: Limits, **params: Any) -> None:
        self.session = session
        self.limits = limits
        self.failure: Exception | None = None
        """What went wrong last, as our own fetcher has it: yt-dlp wraps it into sentences."""
        self.opened: Opened | None = None
        """The answer that is being read: yt-dlp reads one after the other, and closes few."""
        quiet = {"quiet": True, "no_warnings": True, "noprogress": True, "logger": _Silent(), "cachedir": False}
        patience = {"retries": 0, "extractor_retries": 1, "fragment_retries": 0, "file_access_retries": 0}
        super().__init__({**quiet, **patience, "http_headers": {"User-Agent": user_agent()}, **params}, auto_init=False)

    def build_request_director(self, handlers: Any, preferences: Any = None) -> Any:
        ours = type("SessionRH", (SessionRH,), {"downloader": self})
        return super().build_request_director([ours])

    def release(self) -> None:
        """Let go of the last connection."""
        if self.opened is not None:
            self.opened.close()
            self.opened = None

    def said(self, error: Exception) -> Exception:
        """Return what an exception of yt-dlp stands for: the failure beneath it, or that there is nothing to fetch."""
        if self.failure is not None:
            return self.failure
        if isinstance(error, DownloadError | ExtractorError):
            words = getattr(error, "orig_msg", "") or str(error)
            plain = HINTS.split(words.removeprefix("ERROR: "), maxsplit=1)[0].strip(" .;")
            return UnitGone(f"{plain[:300]}.")
        return error


class Undisguised:
    """For yt-dlp's extractors: they say who we are, and what asks for a proof that we are a browser gets none."""

    @staticmethod
    def _generate_blockbuster_headers(**_numbers: int) -> dict[str, str]:
        return {}

    def _solve_challenge_and_set_cookies(self, webpage: str) -> list[str]:
        raise ExtractorError("TikTok shows this to browsers alone", expected=True)


class SessionRH(RequestHandler):
    """Answers yt-dlp's requests."""

    _SUPPORTED_URL_SCHEMES = ("http", "https")
    _SUPPORTED_PROXY_SCHEMES = None
    _SUPPORTED_FEATURES = None
    downloader: Downloader

    def _check_extensions(self, extensions: dict[str, Any]) -> None:
        super()._check_extensions(extensions)
        for known in ("cookiejar", "timeout", "legacy_ssl", "keep_header_casing", "impersonate"):
            extensions.pop(known, None)

    def _send(self, request: Request) -> Response:
        jar = self._get_cookiejar(request)
        headers = {**self._get_headers(request), "User-Agent": user_agent()}
        if (cookie := jar.get_cookie_header(request.url)) and "cookie" not in {name.lower() for name in headers}:
            headers["Cookie"] = cookie
        headers.pop("Accept-Encoding", None)
        if "Range" in headers or request.headers.get("Accept-Encoding") == "identity":
            headers["Accept-Encoding"] = "identity"
        self.downloader.failure = None
        opened = self._opened(request, headers)
        answer = Response(self._body(opened), opened.url, {}, opened.status)
        for name, value in opened.pairs:
            answer.headers.add_header(name, value)
        jar.extract_cookies(_Cookies(answer.headers), PlainRequest(request.url))  # noqa: S310 - http alone comes here
        if opened.status >= HTTPStatus.BAD_REQUEST:
            self._failed(self._refusal(opened))
            raise HTTPError(answer)
        return answer

    def _opened(self, request: Request, headers: dict[str, str]) -> Opened:
        data = request.data if isinstance(request.data, bytes) else b""
        url, limits = address_of(request.url), self.downloader.limits
        self.downloader.release()
        try:
            opened = self.downloader.session.open(
                url, method=request.method, headers=headers, content=data, limits=limits
            )
        except DomainError as error:
            self._failed(error)
            raise TransportError(str(error), cause=error) from error
        self.downloader.opened = opened
        return opened

    def _body(self, opened: Opened) -> Body:
        return Body(opened, self._failed, self._received)

    def _failed(self, error: Exception) -> None:
        self.downloader.failure = error

    def _received(self, number: int) -> None:
        self.downloader.session.received += number

    def _refusal(self, opened: Opened) -> UnexpectedStatus:
        now = self.downloader.session.tools.watch.now()
        waits = retry_after(opened.headers.get("retry-after", ""), now) if opened.status in BUSY else None
        return UnexpectedStatus(opened.status, waits)


class _Cookies:
    """The one thing of an answer that a jar of cookies looks at."""

    def __init__(self, headers: Message) -> None:
        self._headers = headers

    def info(self) -> Message:
        return self._headers


class _Silent:
    """Takes what yt-dlp would print: what matters comes as an exception."""

    def debug(self, _words: str) -> None: ...

    info = warning = error = debug
