"""Fetching from others: where an address may lead, and what an answer may cost."""

import gzip
import itertools
import socket
import ssl
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from io import BytesIO

import pytest
from PIL import Image

from cinema_project.common.errors import DomainError
from cinema_project.common.fetching import network
from cinema_project.common.fetching.bodies import AnswerBroken, AnswerTooLarge
from cinema_project.common.fetching.fetcher import Fetcher, Limits
from cinema_project.common.fetching.network import Aborted, AnswerTooSlow, NotReached, vetted
from cinema_project.common.fetching.pictures import PictureMissing, fetch_webp
from cinema_project.common.pictures import PictureRefused
from cinema_project.common.public_urls import UrlRefused
from cinema_project.tests import sites
from cinema_project.tests.product import ROOT
from cinema_project.tests.sites import Site, answer, drip

SMALL = Limits(size=100_000)
QUICK = Limits(connect=1, silence=0.3, seconds=0.6)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"


@pytest.fixture
def site(settings) -> Iterator[Site]:
    settings.FETCH_ALLOW_LOOPBACK = True
    with sites.running() as site:
        yield site


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    fetcher = Fetcher()
    yield fetcher
    fetcher.close()


def refusal(fetcher: Fetcher, url: str, limits: Limits = SMALL) -> type[DomainError]:
    with pytest.raises(DomainError) as caught:
        fetcher.fetch(url, limits=limits)
    return type(caught.value)


def test_answer_comes_with_its_headers_whatever_its_status(site, fetcher):
    site.does("/page", answer(b"here", 418, ETag='"1"', Content_Type="Text/HTML; charset=utf-8"))

    got = fetcher.fetch(f"{site.url}/page?für=1#top")

    assert (got.status, got.content, got.content_type, got.headers["etag"]) == (418, b"here", "text/html", '"1"')
    [asked] = site.asked
    assert asked.path == "/page?f%C3%BCr=1"
    assert asked.headers["user-agent"].startswith("CinemaBot/1.0 (+http")


def test_proxy_asks_hosts_of_the_settings_and_no_others(settings):
    with sites.running() as proxy:
        settings.FETCH_ALLOW_LOOPBACK = False
        proxy.does("/page", answer(b"through", 302, Location="http://elsewhere.example/"), answer(b"through"))
        through = proxy.url.replace("//", "//ann:top%20secret@")
        fetcher = Fetcher(["http://site.example"], proxy=through)

        assert refusal(fetcher, "http://site.example/page") is UrlRefused
        assert fetcher.fetch("http://site.example/page").content == b"through"
        assert refusal(fetcher, proxy.url) is UrlRefused
        fetcher.close()

    assert [asked.path for asked in proxy.asked] == ["http://site.example/page"] * 2
    assert proxy.asked[0].headers["proxy-authorization"] == "Basic YW5uOnRvcCBzZWNyZXQ="


def test_proxy_that_refuses_a_tunnel_is_told(site):
    fetcher = Fetcher(["https://site.example"], proxy=site.url)

    with pytest.raises(NotReached, match="The proxy refuses: 501"):
        fetcher.fetch("https://site.example/page")
    fetcher.close()


def test_connection_is_used_again(site, fetcher):
    site.does("/*", answer(b"x"))

    for number in range(3):
        fetcher.fetch(f"{site.url}/{number}")

    assert len({asked.client for asked in site.asked}) == 1


def test_answers_without_content_keep_the_connection(site, fetcher):
    site.does("/*", answer(b"x"), answer(status=304), answer(status=204), answer(b"x"))

    asked = [fetcher.fetch(f"{site.url}/{number}").status for number in range(3)]
    asked.append(fetcher.fetch(f"{site.url}/", method="HEAD").status)

    assert asked == [200, 304, 204, 200]
    assert len({asked.client for asked in site.asked}) == 1


def said(*lines: bytes) -> sites.Script:
    """Return a script that says these lines, whatever it was asked."""
    return lambda to: to.wfile.write(b"".join(line + b"\r\n" for line in lines))


def test_hints_before_the_answer_are_passed_over(site, fetcher):
    hint, end = (b"HTTP/1.1 103 Early Hints", b"Link: </a.css>", b""), (b"HTTP/1.1 200 OK", b"Content-Length: 0", b"")
    site.does("/few", said(*hint * 3, *end))
    site.does("/endless", said(*hint * 99))

    assert fetcher.fetch(f"{site.url}/few").status == 200
    assert refusal(fetcher, f"{site.url}/endless") is NotReached


def test_answer_sent_in_another_way_than_asked_for_is_none(site, fetcher):
    site.does("/", said(b"HTTP/1.1 200 OK", b"Transfer-Encoding: gzip, chunked", b"", b"0", b""))

    assert refusal(fetcher, site.url + "/") is NotReached


@pytest.mark.parametrize("value", ["a\r\nHost: other", "a\nb", "\u20ac"])
def test_header_that_cannot_be_sent_is_refused(site, fetcher, value):
    with pytest.raises(AnswerBroken):
        fetcher.fetch(site.url, headers={"x-note": value})

    assert site.asked == []


@pytest.mark.parametrize(
    ("script", "refused"),
    [(sites.cut_off, NotReached), (sites.no_answer, NotReached), (lambda to: time.sleep(0.5), AnswerTooSlow)],
)
def test_connection_that_broke_is_used_no_more(site, fetcher, script, refused):
    site.does("/broken", script)
    site.does("/whole", answer(b"x"))

    assert fetcher.fetch(f"{site.url}/whole").content == b"x"
    assert refusal(fetcher, f"{site.url}/broken", QUICK) is refused
    assert fetcher.fetch(f"{site.url}/whole").content == b"x"

    clients = [asked.client for asked in site.asked]
    assert (clients[0] == clients[1], clients[1] == clients[2]) == (True, False)


def test_no_more_connections_than_wanted_are_open_at_once(site):
    under_way, most, lock = 0, 0, threading.Lock()

    def slow(to) -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.05)
        with lock:
            under_way -= 1
        answer(b"x")(to)

    site.does("/*", slow)
    with closing(Fetcher(connections=2)) as fetcher, ThreadPoolExecutor(6) as pool:
        assert [got.content for got in pool.map(fetcher.fetch, [f"{site.url}/{n}" for n in range(12)])] == [b"x"] * 12

    assert (most, len({asked.client for asked in site.asked})) == (2, 2)


def test_connection_makes_room_for_one_to_another_host(site):
    site.does("/", answer(b"x"))
    with sites.running() as other, closing(Fetcher(connections=1)) as fetcher:
        other.does("/", answer(b"y"))

        assert [fetcher.fetch(f"{one.url}/").content for one in (site, other, site)] == [b"x", b"y", b"x"]

    assert len({asked.client for asked in site.asked}) == 2


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://100.64.0.1/",
        "http://192.168.1.1/",
        "http://[fd00::1]/",
        "http://[2002:7f00:1::]/",
        "http://0.0.0.0/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "http://user:word@example.org/",
        "http://example.org:22/",
        "http://example.org\\@127.0.0.1/",
        "http://example.org@127.0.0.1/",
        "http://intranet/",
        "//example.org/",
    ],
)
def test_addresses_that_lead_inside_are_refused(fetcher, settings, url):
    settings.FETCH_ALLOW_LOOPBACK = False

    assert refusal(fetcher, url) is UrlRefused


def test_loopback_that_is_allowed_is_all_that_is(fetcher, settings):
    settings.FETCH_ALLOW_LOOPBACK = True

    assert [refusal(fetcher, f"http://{host}/") for host in ("10.0.0.1", "169.254.169.254")] == [UrlRefused] * 2


@pytest.mark.parametrize("inside", ["127.0.0.1", "10.1.2.3", "100.64.0.9", "::1", "fe80::1%eth0", "::ffff:10.0.0.1"])
def test_name_with_one_address_inside_is_refused(settings, inside):
    settings.FETCH_ALLOW_LOOPBACK = False

    with pytest.raises(UrlRefused):
        vetted("rebound.example", 80, ["93.184.215.14", inside])


def test_name_is_looked_up_once_and_that_address_is_asked(site, fetcher, monkeypatch):
    """A name that means something else a moment later (DNS rebinding) is not asked again what it means."""
    port = int(site.url.rpartition(":")[2])
    site.does("/", answer(b"vetted"))
    answers = iter([[(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]])
    monkeypatch.setattr(network.socket, "getaddrinfo", lambda *_asked, **_named: next(answers))

    found = network.Network()._looked_up("localhost", port, time.monotonic() + 1)
    monkeypatch.undo()

    assert vetted("localhost", port, found) == ["127.0.0.1"]


def test_no_connection_is_made_when_the_name_leads_inside(settings, fetcher, monkeypatch):
    settings.FETCH_ALLOW_LOOPBACK = False
    with socket.create_server(("127.0.0.1", 0)) as inside:
        port = inside.getsockname()[1]
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        monkeypatch.setattr(network.socket, "getaddrinfo", lambda *_asked, **_named: found)
        inside.settimeout(0.3)

        assert refusal(fetcher, "http://rebound.example/") is UrlRefused
        with pytest.raises(TimeoutError):
            inside.accept()


def test_hosts_of_our_settings_may_be_anywhere_and_nobody_else(site, settings):
    settings.FETCH_ALLOW_LOOPBACK = False
    site.does("/", answer(b"ours"))
    site.does("/away", answer(status=302, Location="http://127.0.0.1:1/"))
    with closing(Fetcher(trusted=[site.url])) as fetcher:
        assert fetcher.fetch(site.url + "/").content == b"ours"
        assert refusal(fetcher, f"{site.url}/away") is UrlRefused


@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/", "http://10.0.0.1/", "file:///etc/passwd", "gopher://example.org/"],
)
def test_redirect_that_leads_inside_is_refused(site, fetcher, target):
    site.does("/", answer(status=302, Location=target))

    assert refusal(fetcher, f"{site.url}/") is UrlRefused
    assert len(site.asked) == 1


def test_three_redirects_are_followed_and_no_fourth(site, fetcher):
    for number in range(5):
        site.does(f"/{number}", answer(status=302, Location=f"/{number + 1}"))
    site.does("/3b", answer(status=301, Location="/2b"))
    site.does("/2b", answer(status=307, Location="/1b"))
    site.does("/1b", answer(status=308, Location="/end"))
    site.does("/end", answer(b"end"))

    assert fetcher.fetch(f"{site.url}/3b").content == b"end"
    assert refusal(fetcher, f"{site.url}/0") is AnswerBroken


def test_keys_are_not_sent_on_to_another_host(site, fetcher):
    with sites.running() as other:
        other.does("/", answer(b"x"))
        site.does("/", answer(status=302, Location=f"{other.url}/"))

        fetcher.fetch(f"{site.url}/", headers={"Authorization": "Bearer secret", "Accept": "text/html"})

    assert site.asked[0].headers["authorization"] == "Bearer secret"
    assert "authorization" not in other.asked[0].headers
    assert other.asked[0].headers["accept"] == "text/html"


def test_answer_to_a_form_is_read_not_sent_again(site, fetcher):
    site.does("/form", answer(status=303, Location="/done"))
    site.does("/done", answer(b"done"))

    fetcher.fetch(f"{site.url}/form", method="POST", content=b"a=1")

    assert [(asked.method, asked.body) for asked in site.asked] == [("POST", b"a=1"), ("GET", b"")]


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("gzip", lambda text: gzip.compress(text[:3]) + gzip.compress(text[3:])),
        ("deflate", zlib.compress),
        ("deflate", lambda text: zlib.compress(text)[2:-4]),
        ("identity", lambda text: text),
    ],
)
def test_packed_answers_are_unpacked(site, fetcher, encoding, pack):
    text = b"what is on " * 500
    site.does("/", answer(pack(text), Content_Encoding=encoding))

    assert fetcher.fetch(f"{site.url}/").content == text


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "gzip"])
def test_answers_packed_otherwise_are_refused(site, fetcher, encoding):
    site.does("/", answer(b"no such thing", Content_Encoding=encoding))

    assert refusal(fetcher, f"{site.url}/") is AnswerBroken


def test_answer_cut_off_is_none(site, fetcher):
    site.does("/cut", sites.cut_off)
    site.does("/nothing", sites.no_answer)
    site.does("/packed", answer(gzip.compress(b"what is on " * 500)[:-20], Content_Encoding="gzip"))

    assert refusal(fetcher, f"{site.url}/cut") is NotReached
    assert refusal(fetcher, f"{site.url}/nothing") is NotReached
    assert refusal(fetcher, f"{site.url}/packed") is AnswerBroken


def test_size_is_that_of_the_unpacked_answer(site, fetcher):
    site.does("/plain", answer(b"x" * 100_001))
    site.does("/packed", answer(gzip.compress(bytes(range(256)) * 400), Content_Encoding="gzip"))
    site.does("/enough", answer(b"x" * 100_000))

    assert refusal(fetcher, f"{site.url}/plain") is AnswerTooLarge
    assert refusal(fetcher, f"{site.url}/packed") is AnswerTooLarge
    assert len(fetcher.fetch(f"{site.url}/enough", limits=SMALL).content) == 100_000


def endless(piece: bytes) -> Iterator[bytes]:
    return itertools.chain([HEAD], itertools.repeat(piece, 100))


@pytest.mark.parametrize(
    "script",
    [
        drip(itertools.repeat(b"HTTP/1.1 200 OK\r\nX: ", 1), 3),
        drip(itertools.chain([b"HTTP/1.1 200 OK\r\n"], itertools.repeat(b"X: y\r\n", 100)), 0.05),
        drip(endless(b"x"), 0.05),
        drip(endless(b"x"), 3),
    ],
    ids=["silent head", "slow head", "slow body", "silent body"],
)
def test_answer_that_comes_drop_by_drop_ends_in_time(site, fetcher, script):
    site.does("/", script)
    before = time.monotonic()

    assert refusal(fetcher, f"{site.url}/", QUICK) is AnswerTooSlow
    assert time.monotonic() - before < 1


def test_redirects_share_one_time_limit(site, fetcher):
    for number in range(3):
        site.does(f"/{number}", lambda to: (time.sleep(0.25), answer(status=302, Location="/2")(to)))
    before = time.monotonic()

    assert refusal(fetcher, f"{site.url}/0", QUICK) is AnswerTooSlow
    assert time.monotonic() - before < 1


def test_silent_handshake_ends_in_time(settings, fetcher):
    settings.FETCH_ALLOW_LOOPBACK = True
    with socket.create_server(("127.0.0.1", 0)) as silent:
        before = time.monotonic()

        assert refusal(fetcher, f"https://127.0.0.1:{silent.getsockname()[1]}/", QUICK) in (AnswerTooSlow, NotReached)
        assert time.monotonic() - before < 1.5


def test_certificate_must_be_good(settings, fetcher, tmp_path):
    settings.FETCH_ALLOW_LOOPBACK = True
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "key", "-out",
         tmp_path / "cert", "-days", "1", "-subj", "/CN=localhost"], check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    with context.wrap_socket(socket.create_server(("127.0.0.1", 0)), server_side=True) as server:
        threading.Thread(target=lambda: suppressed(server.accept), daemon=True).start()

        assert refusal(fetcher, f"https://localhost:{server.getsockname()[1]}/") is NotReached


def suppressed(call) -> None:
    with suppress(OSError):
        call()


def test_unreachable_server_is_told_apart(settings, fetcher):
    settings.FETCH_ALLOW_LOOPBACK = True

    assert refusal(fetcher, "http://127.0.0.1:1/") is NotReached


def test_called_off_ends_what_is_under_way_and_all_that_follows(site, fetcher):
    site.does("/", site.hang)
    threading.Timer(0.2, fetcher.abort).start()
    before = time.monotonic()

    assert refusal(fetcher, f"{site.url}/", Limits()) is Aborted
    assert time.monotonic() - before < 1
    assert refusal(fetcher, f"{site.url}/", Limits()) is Aborted
    assert len(site.asked) == 1


# The high-water mark of the process's own memory: ru_maxrss would begin at that of the process that started it.
BOMB = """
import pathlib, sys, time, django
django.setup()
from django.conf import settings
from cinema_project.common.fetching.fetcher import Fetcher, Limits
from cinema_project.common.errors import DomainError
settings.FETCH_ALLOW_LOOPBACK = True
fetcher = Fetcher()

def peak():
    status = pathlib.Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])

def outcome(path, limits=Limits(seconds=2)):
    try:
        return len(fetcher.fetch(sys.argv[1] + path, limits=limits).content)
    except DomainError as refused:
        return refused.code

outcome("/small")
for path in sys.argv[2:]:
    before, began = peak(), time.monotonic()
    print(path, outcome(path), peak() - before, time.monotonic() - began)
"""
REFUSALS = {
    "/drops": "answer_too_slow",
    "/inside": "url_refused",
    "/zeros": "answer_too_large",
    "/plain": "answer_too_large",
    "/head": "not_reached",
}


def bomb(megabytes: int) -> bytes:
    machine, zeros = zlib.compressobj(9, wbits=31), bytes(1024 * 1024)
    return b"".join(machine.compress(zeros) for _ in range(megabytes)) + machine.flush()


def test_refusals_cost_little_memory_and_time(site):
    site.does("/small", answer(gzip.compress(b"x"), Content_Encoding="gzip"))
    site.does("/zeros", answer(bomb(200), Content_Encoding="gzip"))
    site.does("/plain", answer(bytes(40 * 1024 * 1024)))
    site.does("/head", drip(itertools.chain([b"HTTP/1.1 200 OK\r\nX: "], [b"x" * 65536] * 400), 0))
    site.does("/drops", drip(endless(b"x"), 0.05))
    site.does("/inside", answer(status=302, Location="http://169.254.169.254/"))

    child = [sys.executable, "-c", BOMB, site.url, *REFUSALS]
    env = {"DJANGO_SETTINGS_MODULE": "cinema_project.settings", "PATH": "/usr/bin", "VAR_DIR": "/tmp"}
    done = subprocess.run(child, cwd=ROOT, env=env, capture_output=True, text=True, timeout=30, check=False)

    told = [line.split() for line in done.stdout.splitlines()]
    assert ({path: code for path, code, *_ in told}, done.stderr) == (REFUSALS, "")
    assert max(int(kilobytes) for _, _, kilobytes, _ in told) < 40 * 1024
    assert max(float(seconds) for *_, seconds in told) < 3


def png(side: int) -> bytes:
    content = BytesIO()
    Image.new("1", (side, side)).save(content, "PNG")
    return content.getvalue()


def test_picture_is_made_into_our_own(site, fetcher):
    site.does("/poster", answer(png(300), Content_Type="text/html"))

    made = fetch_webp(f"{site.url}/poster", fetcher, lambda image: image.resize((20, 20)), shorter_side=20)

    assert Image.open(BytesIO(made)).size == (20, 20)


@pytest.mark.parametrize(
    ("script", "refused"),
    [
        (answer(png(12_000)), PictureRefused),
        (answer(b"<svg xmlns='http://www.w3.org/2000/svg'/>", Content_Type="image/png"), PictureRefused),
        (answer(b"\x89PNG\r\n\x1a\n"), PictureRefused),
        (answer(bytes(5 * 1024 * 1024 + 1)), AnswerTooLarge),
        (answer(status=404), PictureMissing),
    ],
    ids=["bomb", "svg", "stump", "large", "missing"],
)
def test_what_is_no_fit_picture_is_refused(site, fetcher, script, refused):
    site.does("/poster", script)

    with pytest.raises(refused):
        fetch_webp(f"{site.url}/poster", fetcher, lambda image: image, shorter_side=20)
