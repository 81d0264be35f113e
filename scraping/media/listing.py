"""Which videos there are: read from the pages of TikTok by adapters, one for each mode."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote

import orjson
from yt_dlp.extractor.tiktok import TikTokUserIE

from cinema_project.common.errors import DomainError
from cinema_project.common.fetching.fetcher import Limits
from cinema_project.common.fetching.network import Aborted, FetchFailed
from scraping.fetching.retry import UnexpectedStatus
from scraping.fetching.robots import RobotsRefuse
from scraping.fetching.session import Session
from scraping.media.asking import HOME, Downloader, Undisguised, address_of
from scraping.media.listed import ListedVideo, Wanted
from scraping.media.pages import app_item, rehydrated, web_item
from scraping.sources.base import SourceDown, UnitGone

MOST_LOOKED_AT = 2000
"""Videos of one list that are looked at in search of those in range."""
PAGE = Limits(size=10 * 1024 * 1024, seconds=30)


class SourceUnavailable(SourceDown):
    """The site does not serve this list, now or to us."""


class Listing(Protocol):
    """A list of videos that the site serves, newest first."""

    def probe(self, session: Session, value: str) -> str:
        """Return why the site cannot serve this list, in plain words; nothing if it can.

        :raises NotReached: if the site cannot be reached, or is busy
        """
        ...

    def videos(self, session: Session, value: str) -> Iterator[ListedVideo]: ...


def wanted_videos(listing: Listing, session: Session, wanted: Wanted) -> list[ListedVideo]:
    """Return the videos that a job is about.

    :raises SourceUnavailable: if the site does not serve the list
    :raises NotReached: if the site does not answer now
    """
    if why := listing.probe(session, wanted.value):
        raise SourceUnavailable(why)
    found: dict[str, ListedVideo] = {}
    older = 0
    for number, video in enumerate(listing.videos(session, wanted.value)):
        if wanted.takes(video):
            found.setdefault(video.id, video)
        elif wanted.since and video.created_at and video.created_at < wanted.since:
            older += 1
        # Pinned videos stand before newer ones, so a few old ones do not yet mean that only older ones follow.
        if len(found) >= wanted.limit or older > 5 or number >= MOST_LOOKED_AT:
            break
    return list(found.values())


class ProfileListing:
    """What a user shows, by yt-dlp."""

    def probe(self, session: Session, value: str) -> str:
        opened = session.open(address_of(f"{HOME}/"), limits=PAGE)
        opened.close()
        if opened.status >= 500 or opened.status == 429:
            raise UnexpectedStatus(opened.status)
        return ""

    def videos(self, session: Session, value: str) -> Iterator[ListedVideo]:
        downloader = Downloader(session, PAGE)
        extractor = _UserPages(downloader)
        try:
            for entry in extractor.extract(f"{HOME}/@{quote(value)}")["entries"]:
                if video := extractor.listed(str(entry["id"])):
                    yield video
        except DomainError:
            raise
        except Exception as error:
            raise _meant(downloader.said(error), value) from error
        finally:
            downloader.release()


class _UserPages(Undisguised, TikTokUserIE):
    """Keeps the items as the pages have them: yt-dlp leaves out their hashtags."""

    def __init__(self, downloader: Downloader) -> None:
        super().__init__(downloader)
        self._items: dict[str, Mapping[str, Any]] = {}

    def _parse_aweme_video_web(self, aweme_detail: Any, webpage_url: str, video_id: str, **options: Any) -> Any:
        self._items[video_id] = aweme_detail
        return super()._parse_aweme_video_web(aweme_detail, webpage_url, video_id, **options)

    def listed(self, video_id: str) -> ListedVideo | None:
        return as_listed(web_item, self._items.pop(video_id, {}))

    @classmethod
    def ie_key(cls) -> str:
        return "TikTokUser"


def _meant(error: Exception, value: str) -> Exception:
    if isinstance(error, UnexpectedStatus) and not error.is_transient:
        return SourceUnavailable(f"TikTok refuses the list of @{value} with status {error.status}.")
    if isinstance(error, RobotsRefuse):
        return SourceUnavailable(str(error))
    if isinstance(error, UnitGone):
        return SourceUnavailable(f"TikTok does not show the videos of @{value}: {error}")
    return error


@dataclass
class HashtagListing:
    """What stands under a hashtag, as TikTok's app reads it. Mostly it is not served to programs: then say so."""

    _pages: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def probe(self, session: Session, value: str) -> str:
        refusal = f"TikTok does not serve the list of #{value} to programs; a profile can be listed instead."
        try:
            number = self._number(session, value)
            page = self._page(session, number, 0) if number else None
        except Aborted:
            raise
        except UnexpectedStatus as error:
            return f"{refusal} (It answers with status {error.status}.)"
        except FetchFailed as error:
            return f"{refusal} ({error})"
        if page is None:
            return refusal
        self._pages[value] = {"number": number, "first": page}
        return ""

    def videos(self, session: Session, value: str) -> Iterator[ListedVideo]:
        known = self._pages.pop(value)
        page: Mapping[str, Any] | None = known["first"]
        seen: set[str] = set()
        while page:
            listed = [video for item in page["aweme_list"] if (video := as_listed(app_item, item))]
            yield from listed
            before = len(seen)
            seen |= {video.id for video in listed}
            if not page.get("has_more") or len(seen) == before:
                return
            page = self._page(session, known["number"], int(page.get("cursor") or 0))

    def _number(self, session: Session, value: str) -> str:
        """Return the number of a hashtag, empty if its page does not tell."""
        page = _read(session, f"{HOME}/tag/{quote(value, safe='')}")
        detail = rehydrated(page).get("webapp.challenge-detail", {})
        try:
            return str(detail["challengeInfo"]["challenge"]["id"])
        except (KeyError, TypeError):
            return ""

    def _page(self, session: Session, number: str, cursor: int) -> Mapping[str, Any] | None:
        """Return one page of the list; ``None`` for what is none, such as the empty answer that programs get."""
        address = f"https://api.tiktokv.com/aweme/v1/challenge/aweme/?ch_id={number}&cursor={cursor}&count=20"
        try:
            found = orjson.loads(_read(session, address))
        except orjson.JSONDecodeError:
            return None
        return found if isinstance(found, dict) and isinstance(found.get("aweme_list"), list) else None


def _read(session: Session, url: str) -> bytes:
    opened = session.open(address_of(url), limits=PAGE)
    try:
        if opened.status >= 400:
            raise UnexpectedStatus(opened.status)
        return opened.read()
    finally:
        opened.close()


def as_listed(read: Callable[[Any], Mapping[str, Any]], item: Any) -> ListedVideo | None:
    """Return an item of a list as we have it, ``None`` if it names no video."""
    fields = read(item)
    if not fields.get("id") or not fields.get("author_username"):
        return None
    url = f"{HOME}/@{fields['author_username']}/video/{fields['id']}"
    return ListedVideo(url=url, **fields)


LISTINGS: Mapping[str, Callable[[], Listing]] = {"profile": ProfileListing, "hashtag": HashtagListing}
"""By the mode of a job."""
