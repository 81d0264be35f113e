"""A TikTok of our own: users, their videos, the pages that show them, and the files (shapes: observed by yt-dlp)."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from io import BytesIO
from random import Random
from typing import Any

from PIL import Image

from scraping.fakes.messages import Reply, Request, json_reply

NEWEST = datetime(2026, 11, 20, 12, tzinfo=UTC)
PER_PAGE = 15
MARK = b"watermark"
UNKNOWN = Reply(HTTPStatus.NOT_FOUND, b"<h1>404</h1>", {"Content-Type": "text/html"})
WORDS = ("nosferatu", "metropolis", "trailer", "premiere", "popcorn", "behind the scenes", "the director", "tonight")
TAGS = ("nosferatu", "metropolis", "cinema", "trailer", "filmtok", "horror")


@dataclass(frozen=True, slots=True)
class FakeVideo:
    """``watermark_only``: the page offers the file for download alone."""

    id: str
    user: str
    made_at: datetime
    size: int
    tags: tuple[str, ...] = ()
    watermark_only: bool = False

    @property
    def content(self) -> bytes:
        """The file without a watermark; the same whenever it is asked for."""
        return Random(f"video {self.id}").randbytes(self.size)

    @property
    def counts(self) -> dict[str, int]:
        dice = Random(f"counts {self.id}")
        views = dice.randint(1_000, 5_000_000)
        shares = {"digg": views // 20, "comment": views // 1000, "share": views // 200}
        return {"playCount": views} | {f"{name}Count": number for name, number in shares.items()}


def videos_of(user: str, number: int, *, size: int = 200_000, newest: datetime = NEWEST) -> list[FakeVideo]:
    """Make up the videos of a user, the newest first, three days between two."""
    first = int.from_bytes(hashlib.sha256(user.encode()).digest()[:6])
    found = []
    for place in range(number):
        dice = Random(f"{user} {place}")
        tags = tuple(dice.sample(TAGS, 2))
        made_at = newest - timedelta(days=3 * place)
        found.append(
            FakeVideo(str(7 * 10**18 + first * 1000 + place), user, made_at, size + dice.randint(0, 5000), tags)
        )
    return found


@dataclass
class FakeTikTok:
    """Served by ``serving.serving``. ``serves_tags``: programs get the lists of hashtags, which is rare."""

    users: dict[str, list[FakeVideo]] = field(default_factory=dict)
    serves_tags: bool = False
    private: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    """Files that are refused with 404."""

    @property
    def videos(self) -> dict[str, FakeVideo]:
        return {video.id: video for listed in self.users.values() for video in listed}

    def answer(self, request: Request) -> Reply:
        ways: list[tuple[str, Callable[..., Reply]]] = [
            (r"/", lambda _: _page({})),
            (r"/@([\w.-]+)/video/(\d+)", self.video_page),
            (r"/@([\w.-]+)", self.user_page),
            (r"/api/creator/item_list", self.item_list),
            (r"/tag/([^/]+)", self.tag_page),
            (r"/aweme/v1/challenge/aweme", self.tag_list),
            (r"/media/(\d+)\.mp4", self.file),
            (r"/cover/(\d+)\.jpg", self.cover),
        ]
        for pattern, way in ways:
            if found := re.fullmatch(pattern + "/?", request.path):
                return way(request, *found.groups())
        return UNKNOWN

    def user_page(self, _: Request, name: str) -> Reply:
        if name not in self.users:
            return _page({"webapp.user-detail": {"statusCode": 10221}})
        if name in self.private:
            return _page({"webapp.user-detail": {"statusCode": 10222, "userInfo": {"stats": {}}}})
        stats = {"videoCount": len(self.users[name])}
        user = {"uniqueId": name, "secUid": _sec_uid(name)}
        return _page({"webapp.user-detail": {"statusCode": 0, "userInfo": {"user": user, "stats": stats}}})

    def item_list(self, request: Request) -> Reply:
        name = next((name for name in self.users if _sec_uid(name) == request.query.get("secUid")), "")
        cursor = int(request.query.get("cursor", "0")) / 1000
        older = [video for video in self.users.get(name, []) if video.made_at.timestamp() < cursor]
        shown = [self.item(video, request) for video in older[:PER_PAGE]]
        return json_reply({"itemList": shown, "hasMorePrevious": len(older) > PER_PAGE})

    def video_page(self, request: Request, _name: str, number: str) -> Reply:
        video = self.videos.get(number)
        if video is None:
            return _page({"webapp.video-detail": {"statusCode": 10204}})
        return _page({"webapp.video-detail": {"statusCode": 0, "itemInfo": {"itemStruct": self.item(video, request)}}})

    def item(self, video: FakeVideo, request: Request) -> dict[str, Any]:
        host = f"http://{request.headers.get('host', '')}"
        address = f"{host}/media/{video.id}.mp4"
        play = {} if video.watermark_only else {"playAddr": f"{address}?watermark=0"}
        dice = Random(f"words {video.id}")
        return {
            "id": video.id,
            "desc": " ".join([*dice.sample(WORDS, 3), *(f"#{tag}" for tag in video.tags)]),
            "createTime": int(video.made_at.timestamp()),
            "author": {"uniqueId": video.user, "nickname": video.user.title(), "secUid": _sec_uid(video.user)},
            "stats": video.counts,
            "challenges": [{"title": tag} for tag in video.tags],
            "music": {"title": "Original Sound", "authorName": video.user.title(), "duration": 15},
            "video": {
                "duration": 15,
                "width": 576,
                "height": 1024,
                "cover": f"{host}/cover/{video.id}.jpg",
                "downloadAddr": f"{address}?watermark=1",
                **play,
            },
        }

    def tag_page(self, _: Request, tag: str) -> Reply:
        challenge = {"id": str(_tag_number(tag)), "title": tag}
        return _page({"webapp.challenge-detail": {"challengeInfo": {"challenge": challenge}}})

    def tag_list(self, request: Request) -> Reply:
        if not self.serves_tags:
            return Reply()  # with 200 and nothing in it, as programs get it
        number, start = request.query.get("ch_id"), int(request.query.get("cursor", "0"))
        tagged = [one for one in self.videos.values() if number in {str(_tag_number(tag)) for tag in one.tags}]
        tagged.sort(key=lambda one: one.made_at, reverse=True)
        shown = [self.app_item(one, request) for one in tagged[start : start + 20]]
        return json_reply({"aweme_list": shown, "has_more": int(start + 20 < len(tagged)), "cursor": start + 20})

    def app_item(self, video: FakeVideo, request: Request) -> dict[str, Any]:
        web = self.item(video, request)
        counts = {"play_count": "playCount", "digg_count": "diggCount", "comment_count": "commentCount"}
        counts |= {"share_count": "shareCount"}
        return {
            "aweme_id": video.id,
            "desc": web["desc"],
            "create_time": web["createTime"],
            "author": {"unique_id": video.user, "nickname": video.user.title()},
            "statistics": {ours: web["stats"][theirs] for ours, theirs in counts.items()},
            "text_extra": [{"hashtag_name": tag} for tag in video.tags],
            "music": {"title": "Original Sound", "author": video.user.title()},
            "video": {"duration": 15_000, "cover": {"url_list": [web["video"]["cover"]]}},
        }

    def file(self, request: Request, number: str) -> Reply:
        video = self.videos.get(number)
        if video is None or number in self.gone:
            return UNKNOWN
        content = video.content + (MARK if request.query.get("watermark") == "1" else b"")
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", ""))
        headers = {"Content-Type": "video/mp4", "Accept-Ranges": "bytes"}
        if not wanted:
            return Reply(body=content, headers=headers)
        first, last = int(wanted[1]), min(int(wanted[2] or len(content)), len(content) - 1)
        if first >= len(content):
            return Reply(
                HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers={"Content-Range": f"bytes */{len(content)}"}
            )
        headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
        return Reply(HTTPStatus.PARTIAL_CONTENT, content[first : last + 1], headers)

    def cover(self, _: Request, number: str) -> Reply:
        dice = Random(f"cover {number}")
        colour = dice.randrange(256), dice.randrange(256), dice.randrange(256)
        picture = BytesIO()
        Image.new("RGB", (270, 480), colour).save(picture, "JPEG")
        return Reply(body=picture.getvalue(), headers={"Content-Type": "image/jpeg"})


def _page(scope: dict[str, Any]) -> Reply:
    data = json.dumps({"__DEFAULT_SCOPE__": scope})
    script = f'<script id="__UNIVERSAL_DATA_FOR_REHYDRATION__" type="application/json">{data}</script>'
    body = f"<!DOCTYPE html><html><head>{script}</head><body></body></html>"
    return Reply(body=body.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def _sec_uid(name: str) -> str:
    return "MS4wLjABAAAA" + hashlib.sha256(name.encode()).hexdigest()


def _tag_number(tag: str) -> int:
    return 10**9 + int.from_bytes(hashlib.sha256(tag.lower().encode()).digest()[:5])
