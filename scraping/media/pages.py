"""What stands in TikTok's pages and answers. Whatever is missing or of another kind there is left out here."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

MOST_TAGS = 60
LARGEST_COUNT = 2**63 - 1
SCRIPT = re.compile(rb'<script[^>]+\bid="__UNIVERSAL_DATA_FOR_REHYDRATION__"[^>]*>(.*?)</script>', re.DOTALL)


def rehydrated(page: bytes) -> Mapping[str, Any]:
    """Return the data that a page carries for its scripts, by the name of its part."""
    found = SCRIPT.search(page)
    try:
        scope = orjson.loads(found[1])["__DEFAULT_SCOPE__"] if found else {}
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return {}
    return scope if isinstance(scope, dict) else {}


def web_item(item: Any) -> dict[str, Any]:
    """Read an item of the web pages: ``itemStruct`` and ``itemList`` alike."""
    stats, video = _part(item, "stats"), _part(item, "video")
    author, music = _part(item, "author"), _part(item, "music")
    challenges = [_text(one, "title", 150) for one in _list(item, "challenges")]
    extra = [_text(one, "hashtagName", 150) for one in _list(item, "textExtra")]
    return _shaped(
        item,
        author=(_text(author, "uniqueId", 100), _text(author, "nickname", 200)),
        counts=[_count(stats, name) for name in ("playCount", "diggCount", "commentCount", "shareCount")],
        made=_moment(_get(item, "createTime")),
        tags=challenges or extra,
        music=(_text(music, "title", 300), _text(music, "authorName", 300)),
        duration=_number(_get(video, "duration")),
        cover=_address(video, ("cover", "originCover", "dynamicCover")),
        number=_get(item, "id"),
    )


def app_item(item: Any) -> dict[str, Any]:
    """Read an item of the app's answers: other names, durations in milliseconds."""
    stats, video = _part(item, "statistics"), _part(item, "video")
    author, music = _part(item, "author"), _part(item, "music")
    milliseconds = _number(_get(video, "duration"))
    covers = _list(_part(video, "cover"), "url_list")
    return _shaped(
        item,
        author=(_text(author, "unique_id", 100), _text(author, "nickname", 200)),
        counts=[_count(stats, name) for name in ("play_count", "digg_count", "comment_count", "share_count")],
        made=_moment(_get(item, "create_time")),
        tags=[_text(one, "hashtag_name", 150) for one in _list(item, "text_extra")],
        music=(_text(music, "title", 300), _text(music, "author", 300)),
        duration=None if milliseconds is None else milliseconds / 1000,
        cover=next((one for one in covers if isinstance(one, str) and one.startswith("http")), ""),
        number=_get(item, "aweme_id"),
    )


def _shaped(
    item: Any,
    *,
    author: tuple[str, str],
    counts: list[int],
    made: datetime | None,
    tags: Iterable[str],
    music: tuple[str, str],
    duration: float | None,
    cover: str,
    number: Any,
) -> dict[str, Any]:
    identity = str(number) if isinstance(number, str | int) else ""
    return {
        "id": identity if identity.isascii() and identity.isdigit() and len(identity) <= 40 else "",
        "author_username": author[0],
        "author_nickname": author[1],
        "desc": _text(item, "desc", 5000),
        **dict(zip(("views", "likes", "comments", "shares"), counts, strict=True)),
        "created_at": made,
        "hashtags": tuple(dict.fromkeys(tag for tag in tags if tag))[:MOST_TAGS],
        "music_title": music[0],
        "music_author": music[1],
        "duration": duration,
        "cover_url": cover[:1000],
    }


def _get(item: Any, name: str) -> Any:
    return item.get(name) if isinstance(item, dict) else None


def _part(item: Any, name: str) -> dict[str, Any]:
    found = _get(item, name)
    return found if isinstance(found, dict) else {}


def _list(item: Any, name: str) -> list[Any]:
    found = _get(item, name)
    return found if isinstance(found, list) else []


def _text(item: Any, name: str, longest: int) -> str:
    found = _get(item, name)
    return found.replace("\0", "")[:longest] if isinstance(found, str) else ""


def _count(item: Any, name: str) -> int:
    found = _number(_get(item, name))
    return min(LARGEST_COUNT, max(0, int(found or 0)))


def _number(value: Any) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if 0 <= found < float(LARGEST_COUNT) else None


def _moment(value: Any) -> datetime | None:
    seconds = _number(value)
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (OverflowError, OSError, ValueError):
        return None


def _address(item: Any, names: Iterable[str]) -> str:
    found = (_text(item, name, 1000) for name in names)
    return next((one for one in found if one.startswith(("http://", "https://"))), "")
