"""S8: 10,000 events come in, in batches of 250 that all show one picture of our own; their list is read from the cache;
and 200 pictures of another site are fetched and made into WebP while others go on reading."""

import threading
import uuid
from collections.abc import Iterator
from hashlib import blake2b
from io import BytesIO
from random import Random
from statistics import median

from PIL import Image

from bench.load import Flow, drive, request
from bench.report import Report
from bench.stage import Stage
from cinema_project.tests import sites
from cinema_project.tests.product import Server
from cinema_project.tests.sites import answer

EVENTS, BATCH, FEW = 10_000, 250, 100
PICTURES, SIZE = 200, (500, 750)
LOOKS = 200
PATH = "/scraperCatalog/upload/batch"
MAKE_KEY = """
from accounts.models import User
from accounts.services.api_keys import create_key
print(create_key(by=User.objects.order_by("pk")[0], name="Bench", scopes=["events:write"]).raw)
"""
CLEAR = ["DELETE FROM catalog_eventdate", "DELETE FROM catalog_event"]


def measure(stage: Stage, report: Report) -> None:
    key = stage.product.manage("shell", "--verbosity", "0", "-c", MAKE_KEY).stdout.split()[-1]
    rates, used = [], []
    for _ in range(2 if stage.quick else 3):
        stage.product.execute(CLEAR)
        before = stage.cpu()["http"]
        rates.append(_upload(stage, key))
        used.append((stage.cpu()["http"] - before) / EVENTS * 1_000_000)
    remark = f"one after the other; server CPU {median(used):.0f} µs an event"
    report.add("S8 10,000 events in batches of 250: events/s", median(rates), must=2000, aim=4000, remark=remark)
    _read(stage, report)
    _pictures(stage, report, key)


def _upload(stage: Stage, key: str) -> float:
    """Return how many events a second come in."""
    picture = f"http://127.0.0.1:{stage.port}/static/img/events/concert.webp"
    batches = [_bodies(at, picture) for at in range(0, EVENTS, BATCH)]
    run = drive(stage.port, (_send(body, key, BATCH) for body in batches), clients=1, seconds=600)
    return EVENTS / run.seconds


def _bodies(at: int, picture: str) -> dict:
    return {"events": [_body(number, picture) for number in range(at, at + BATCH)]}


def _body(number: int, picture: str) -> dict:
    day = 1 + number % 28
    return {
        "uuid": str(uuid.uuid4()),
        "type": "quest" if number < FEW else "concert",
        "id": str(number),
        "title": f"Event {number} of the town",
        "description": "What happens there, told in a sentence or two, as such sites do. " * 4,
        "price": number % 100,
        "date_preview": f"2035-01-{day:02}T19:00:00Z",
        "date_list": [f"2035-{month:02}-{day:02}T19:00:00Z" for month in (1, 2, 3)],
        "place": f"Hall {number % 50}",
        "genre": "rock",
        "image_url": picture,
        "url": f"https://town.example/{number}",
    }


def _send(body: dict, key: str, wanted: int) -> Flow:
    got = yield _with(request("POST", PATH, body=body), f"X-API-Key: {key}")
    if got.status != 201 or got.body.count(b'"uuid"') != wanted or b'"skipped":[]' not in got.body:
        raise AssertionError(got.body[:500])


def _with(message: bytes, header: str) -> bytes:
    """Return the request with one more header."""
    line, _, rest = message.partition(b"\r\n")
    return b"\r\n".join([line, header.encode(), rest])


def _read(stage: Stage, report: Report) -> None:
    """Measure the list of a hundred, and of ten thousand that is known already."""
    etags: dict[str, str] = {}
    drive(stage.port, iter([_look("/catalog/events", etags), _look("/catalog/events?type=quest", etags)]), clients=1)
    few, known = _cpu_of(stage, "/catalog/events?type=quest", ""), _cpu_of(stage, "/catalog/events", etags["etag"])
    report.add("S8 list of 100 events from the cache: server CPU", few, must=2, aim=1, unit=" ms", upward=False)
    report.add("S8 list of 10,000, unchanged (304): server CPU", known, must=2, aim=1, unit=" ms", upward=False)


def _look(path: str, etags: dict[str, str]) -> Flow:
    got = yield request("GET", path)
    if got.status != 200:
        raise AssertionError(got.body[:500])
    etags.setdefault("etag", _etag_of(got.body))


def _etag_of(body: bytes) -> str:
    """Return the ETag that the product gives this list: a hash of what it sends."""
    return f'"{blake2b(body, digest_size=12).hexdigest()}"'


def _cpu_of(stage: Stage, path: str, etag: str) -> float:
    """Return the milliseconds of server CPU that one request takes."""
    before = stage.cpu()["http"]
    run = drive(stage.port, _asks(path, etag), clients=4, seconds=stage.slice_seconds)
    return (stage.cpu()["http"] - before) / run.flows * 1000


def _asks(path: str, etag: str) -> Iterator[Flow]:
    while True:
        yield _ask(path, etag)


def _ask(path: str, etag: str) -> Flow:
    message = request("GET", path)
    got = yield _with(message, f"If-None-Match: {etag}") if etag else message
    if got.status != (304 if etag else 200):
        raise AssertionError((got.status, got.body[:300]))


def _pictures(stage: Stage, report: Report, key: str) -> None:
    """Measure pictures a second, and how long others wait meanwhile. Only a server that is tried out asks loopback."""
    server = stage.product.start("http", DEBUG="true", FETCH_ALLOW_LOOPBACK="true")
    with sites.running() as site:
        for number in range(PICTURES):
            site.does(f"/{number}.jpg", answer(_jpeg(number)))
        alone = _latency(server, threading.Event(), LOOKS)
        done, beside = threading.Event(), []
        reader = threading.Thread(target=lambda: beside.append(_latency(server, done, 0)))
        reader.start()
        body = {"events": [_body(number, f"{site.url}/{number}.jpg") for number in range(PICTURES)]}
        run = drive(server.port, iter([_send(body, key, PICTURES)]), clients=1, seconds=600)
        done.set()
        reader.join()
    server.stop()
    remark = f"p95 of others' reads meanwhile {beside[0] * 1000:.0f} ms, in peace {alone * 1000:.0f} ms"
    report.add("S8 200 pictures of 500 x 750: pictures/s", PICTURES / run.seconds, must=15, aim=25, remark=remark)


def _latency(server: Server, done: threading.Event, looks: int) -> float:
    """Return the 95th percentile of reads, in seconds: of so many, or of all until it is done."""
    latencies: list[float] = []
    while len(latencies) < looks or (not looks and not done.is_set()):
        run = drive(server.port, iter([_ask("/catalog/events?type=quest", "")]), clients=1)
        latencies += run.latencies
        done.wait(0.02)
    return sorted(latencies)[int(len(latencies) * 0.95)]


def _jpeg(number: int) -> bytes:
    dice, content = Random(number), BytesIO()
    noise = Image.frombytes("RGB", (50, 75), dice.randbytes(50 * 75 * 3))
    noise.resize(SIZE, Image.Resampling.BICUBIC).save(content, "JPEG", quality=88)
    return content.getvalue()
