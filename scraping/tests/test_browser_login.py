"""The login through the page, in a real Chromium."""

import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from cinema_project.common.errors import Invalid
from cinema_project.tests.product import ROOT
from scraping import browser
from scraping.browser import BrowserMissing
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


@pytest.mark.parametrize(
    ("there", "absent"), [(set(), "Chromium"), ({"chromium"}, "Chromium's driver"), ({"chromedriver"}, "Chromium")]
)
def test_missing_browser_is_told_with_what_to_install(monkeypatch, there, absent):
    monkeypatch.setattr(shutil, "which", lambda name, path=None: f"/opt/{name}" if name in there else None)

    with pytest.raises(BrowserMissing, match=f"^{absent} is missing .*apt-get install chromium chromium-driver"):
        browser.programs()
