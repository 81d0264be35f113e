import asyncio
import gzip

import pytest

from cinema_project.demo.compression import Gzip

PAGE = b"<p>Row E, seat 7</p>" * 100


def answer(*bodies, accepts=b"gzip, br", status=200, **headers):
    """Return the headers and the body that a client gets from an application that sends these bodies."""
    sent = []

    async def application(scope, receive, send):
        named = {"content-type": "text/html; charset=utf-8", "content-length": str(sum(map(len, bodies)))} | headers
        pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in named.items()]
        await send({"type": "http.response.start", "status": status, "headers": pairs})
        for number, body in enumerate(bodies, start=1):
            await send({"type": "http.response.body", "body": body, "more_body": number < len(bodies)})

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "headers": [(b"accept-encoding", accepts)]}
    asyncio.run(Gzip(application)(scope, None, send))
    return dict(sent[0]["headers"]), b"".join(message["body"] for message in sent[1:])


def test_text_is_compressed():
    headers, body = answer(PAGE)

    assert headers == {
        b"content-type": b"text/html; charset=utf-8",
        b"content-encoding": b"gzip",
        b"vary": b"Accept-Encoding",
    }
    assert len(body) < len(PAGE) / 5
    assert gzip.decompress(body) == PAGE


def test_streamed_text_is_compressed_piece_by_piece():
    _, body = answer(b"first ", b"second", b"")

    assert gzip.decompress(body) == b"first second"


def test_etag_of_compressed_text_is_weak():
    headers, _ = answer(PAGE, etag='"7"')

    assert headers[b"etag"] == b'W/"7"'


@pytest.mark.parametrize(
    ("body", "how"),
    [
        (b"short", {}),
        (PAGE, {"accepts": b"br"}),
        (PAGE, {"status": 206}),
        (PAGE, {"content_type": "image/webp"}),
        (PAGE, {"content_encoding": "br"}),
    ],
)
def test_what_would_not_profit_passes_untouched(body, how):
    headers, received = answer(body, **how)

    assert received == body
    assert headers[b"content-length"] == str(len(body)).encode()
