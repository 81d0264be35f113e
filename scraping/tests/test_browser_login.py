"""The login through the page, in a real Chromium."""

import shutil
import socket
import subprocess
import sys
import time
from base64 import b64encode
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from cinema_project.common.errors import Invalid
from cinema_project.common.fetching.fetcher import place_of
from cinema_project.tests import sites
from cinema_project.tests.product import ROOT
from cinema_project.tests.sites import answer
from scraping import browser
from scraping.browser import BrowserFailed, BrowserMissing, open_browser
from scraping.browser_proxy import passing_on
from scraping.fakes.guards import PASSWORD, PHONE
from scraping.fakes.serving import serving
from scraping.fakes.tix import FakeTix
from scraping.fakes.world import World
from scraping.tix import requests
from scraping.tix.browser_login import LoginPageChanged, LoginRefused, browser_login


@pytest.fixture(scope="module")
def site():
    return FakeTix(World(theatres=83))


@pytest.fixture(scope="module")
def served(site):
    with serving(site) as served:
        yield served


def test_login_in_chromium_gives_tokens_that_the_site_takes(site, served):
    tokens = browser_login(served.url, "0812 0000 0001", PASSWORD)

    assert tokens.phone == PHONE
    assert tokens.expires_at
    assert site.guard.admits(tokens.access, "user")
    assert site.guard.admits(tokens.refresh, "refresh")
    assert requests.refresh().headers(tokens.refresh)["platform"] == "web"


def test_refusal_of_the_page_is_told_without_the_password(served):
    with pytest.raises(LoginRefused, match=r"Phone number or password is wrong\.") as refused:
        browser_login(served.url, PHONE, "not-the-password")

    assert "not-the-password" not in refused.value.detail


def test_page_without_a_form_is_told_as_changed(served):
    with pytest.raises(LoginPageChanged, match="no field for a phone number"):
        browser_login(f"{served.url}/elsewhere", PHONE, PASSWORD, patience=0.5)


def test_nothing_is_opened_for_what_is_no_phone_number(served):
    asked = len(served.asked)

    with pytest.raises(Invalid, match="TIX_PHONE_NUMBER"):
        browser_login(served.url, "sari", PASSWORD)
    assert len(served.asked) == asked


HOLDS_ONE = """
import time
from scraping.browser import open_browser
with open_browser() as browser:
    print(browser.service.process.pid, browser.capabilities["chrome"]["userDataDir"], flush=True)
    time.sleep(60)
"""


def test_browser_ends_with_a_worker_that_is_killed(monkeypatch):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "cinema_project.settings")
    with subprocess.Popen([sys.executable, "-c", HOLDS_ONE], cwd=ROOT, stdout=subprocess.PIPE, text=True) as worker:
        driver, profile = worker.stdout.readline().split()
        assert len(at_work(driver, profile)) > 1
        worker.kill()

    deadline = time.monotonic() + 10
    while (left := at_work(driver, profile)) and time.monotonic() < deadline:
        time.sleep(0.05)
    shutil.rmtree(Path(profile).parent, ignore_errors=True)
    assert left == []


def at_work(driver: str, profile: str) -> list[str]:
    """Return the numbers of the driver and the browser's processes, as far as they run."""
    found = []
    for words in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if (words.parent.name == driver and words.read_bytes()) or profile.encode() in words.read_bytes():
                found.append(words.parent.name)
    return found


def test_browser_that_is_to_be_seen_has_a_window_and_needs_a_screen(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(BrowserFailed, match="Without a screen, leave --visible away"), open_browser(visible=True):
        pass
    with open_browser() as hidden:
        assert "Headless" in hidden.execute_script("return navigator.userAgent")


@pytest.mark.parametrize(
    ("there", "absent"), [(set(), "Chromium"), ({"chromium"}, "Chromium's driver"), ({"chromedriver"}, "Chromium")]
)
def test_missing_browser_is_told_with_what_to_install(monkeypatch, there, absent):
    monkeypatch.setattr(shutil, "which", lambda name, path=None: f"/opt/{name}" if name in there else None)

    with pytest.raises(BrowserMissing, match=f"^{absent} is missing .*apt-get install chromium chromium-driver"):
        browser.programs()


@pytest.fixture
def proxy(served):
    """Ask for a password, and serve the site for whatever host is asked for."""

    def pass_on(to) -> None:
        if to.headers.get("Proxy-Authorization") != "Basic " + b64encode(b"ann:top secret").decode():
            return answer(status=407, Proxy_Authenticate='Basic realm="proxy"')(to)
        length = int(to.headers.get("Content-Length") or 0)
        with urlopen(Request(served.url + urlsplit(to.path).path, site.asked[-1].body if length else None)) as got:
            return answer(got.read(), Content_Type=got.headers["Content-Type"])(to)

    with sites.running() as site:
        site.does("/*", pass_on)
        yield site


def test_browser_asks_through_the_proxy_with_its_password(site, served, proxy):
    through = proxy.url.replace("//", "//ann:top%20secret@")

    tokens = browser_login("http://tix.example", PHONE, PASSWORD, proxy=through)

    assert site.guard.admits(tokens.access, "user")
    ours = [asked for asked in proxy.asked if asked.path.startswith("http://tix.example/")]
    assert {"http://tix.example/login", "http://tix.example/web/login"} <= {asked.path for asked in ours}
    assert all("proxy-authorization" in asked.headers for asked in proxy.asked)


def test_proxy_that_does_not_let_the_browser_through_is_told(served, proxy):
    with pytest.raises(LoginPageChanged) as failed:
        browser_login("http://tix.example", PHONE, PASSWORD, proxy=proxy.url, patience=0.5)

    assert PASSWORD not in failed.value.detail
    with pytest.raises(LoginPageChanged, match="The proxy cannot be reached"):
        browser_login("http://tix.example", PHONE, PASSWORD, proxy="http://127.0.0.1:1", patience=0.5)


def test_tunnels_go_through_the_proxy():
    """What https needs: bytes either way, after the proxy's consent."""
    asked = [b"CONNECT tix.example:443 HTTP/1.1", b"Host: tix.example:443"]
    proof = b"Proxy-Authorization: Basic " + b64encode(b"ann:top secret")
    with socket.create_server(("127.0.0.1", 0)) as server:
        real = f"http://ann:top%20secret@127.0.0.1:{server.getsockname()[1]}"
        with passing_on(real) as through, socket.create_connection(place_of(through)) as browser:
            browser.sendall(b"\r\n".join([*asked, b"Connection: keep-alive", b"", b""]))
            passed, _ = server.accept()
            with passed:
                head = passed.recv(1000)
                passed.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                assert browser.recv(100) == b"HTTP/1.1 200 OK\r\n\r\n"
                browser.sendall(b"\x16\x03 hello")
                assert passed.recv(100) == b"\x16\x03 hello"

    assert head.split(b"\r\n") == [*asked, proof, b"", b""]
