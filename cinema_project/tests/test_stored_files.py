"""Stored files over HTTP: whole, in parts, and never whole in memory when they are large."""

import tracemalloc
from random import Random

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client

from cinema_project.common.byte_ranges import OutOfReach, Part, part_of

pytestmark = pytest.mark.django_db

MEGABYTE = 1024 * 1024
VIDEO = Random("a video").randbytes(3 * MEGABYTE + 7)
PICTURE = b"RIFF....WEBP" * 10
ADDRESS = "/media/TikTok/a.mp4"


@pytest.fixture
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "TikTok").mkdir()
    (tmp_path / "TikTok" / "a.mp4").write_bytes(VIDEO)
    (tmp_path / "a.webp").write_bytes(PICTURE)
    (tmp_path / "empty.mp4").touch()
    return tmp_path


def content_of(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def get(path: str, **headers: str):
    return Client().get(path, headers=headers)


def test_large_file_is_sent_in_pieces(files):
    answer = get(ADDRESS)

    assert (answer.status_code, answer.streaming) == (200, True)
    told = {name: answer.headers[name] for name in ("Content-Type", "Content-Length", "Accept-Ranges")}
    assert told == {"Content-Type": "video/mp4", "Content-Length": str(len(VIDEO)), "Accept-Ranges": "bytes"}
    assert content_of(answer) == VIDEO


def test_large_file_is_sent_in_pieces_by_asgi_too(files):
    async def read() -> bytes:
        answer = await AsyncClient().get(ADDRESS, headers={"Range": f"bytes=5-{2 * MEGABYTE}"})
        assert (answer.status_code, answer.is_async) == (206, True)
        return b"".join([piece async for piece in answer.streaming_content])

    assert async_to_sync(read)() == VIDEO[5 : 2 * MEGABYTE + 1]


def test_large_file_is_never_whole_in_memory(files):
    with (files / "long.mp4").open("wb") as file:
        file.truncate(40 * MEGABYTE)
    content_of(get(ADDRESS))  # whatever is loaded only once
    tracemalloc.start()

    answer = get("/media/long.mp4")
    size = sum(map(len, answer.streaming_content))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size == 40 * MEGABYTE
    assert most < 4 * MEGABYTE


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("bytes=-5", len(VIDEO) - 5, len(VIDEO) - 1),
        (f"bytes={len(VIDEO) - 3}-", len(VIDEO) - 3, len(VIDEO) - 1),
        ("bytes=0-99999999999", 0, len(VIDEO) - 1),
    ],
)
def test_part_is_sent(files, asked, first, last):
    answer = get(ADDRESS, Range=asked)

    assert (answer.status_code, answer.headers["Content-Range"]) == (206, f"bytes {first}-{last}/{len(VIDEO)}")
    assert answer.headers["Content-Length"] == str(last - first + 1)
    assert content_of(answer) == VIDEO[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=-", "bytes=9-3", "rows=1-2", "bytes=a-b", ""])
def test_what_is_no_part_is_answered_by_the_whole(asked):
    assert part_of(asked, 100) is None


@pytest.mark.parametrize(("asked", "size"), [("bytes=100-", 100), ("bytes=-0", 100), ("bytes=0-", 0), ("bytes=-1", 0)])
def test_part_behind_the_end_is_refused(asked, size):
    with pytest.raises(OutOfReach):
        part_of(asked, size)
    assert part_of("bytes=-200", 100) == Part(0, 99)


def test_refusal_tells_the_size(files):
    answer = get(ADDRESS, Range="bytes=99999999-")

    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{len(VIDEO)}")


def test_part_of_an_older_file_is_not_sent(files):
    known = get(ADDRESS, Range="bytes=0-1").headers["Last-Modified"]

    same, other = (
        get(ADDRESS, Range="bytes=0-1", **{"If-Range": one}) for one in (known, "Sat, 01 Jan 2000 00:00:00 GMT")
    )

    assert (same.status_code, other.status_code) == (206, 200)
    assert content_of(other) == VIDEO
    assert get(ADDRESS, **{"If-Modified-Since": known}).status_code == 304


def test_small_file_has_an_etag(files):
    answer = get("/media/a.webp")

    assert (answer.content, answer.headers["Content-Type"]) == (PICTURE, "image/webp")
    assert get("/media/a.webp", **{"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert get("/media/empty.mp4").content == b""


def test_head_tells_of_a_file_without_reading_it(files):
    answer = Client().head(ADDRESS)

    assert (answer.status_code, answer.content, answer.headers["Content-Length"]) == (200, b"", str(len(VIDEO)))


@pytest.mark.parametrize("path", ["none.mp4", "TikTok", "../settings.py", "TikTok/../../x", "a%00b"])
def test_what_is_no_file_is_404(files, path):
    assert get(f"/media/{path}").status_code == 404
