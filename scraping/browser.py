"""A real browser for sites that have no other door: Debian's Chromium, driven by Selenium."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from cinema_project.common.errors import Unavailable
from scraping.browser_proxy import passing_on

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
DRIVERS = ("chromedriver", "chromium.chromedriver")
FURTHER = "/usr/bin:/usr/local/bin:/usr/lib/chromium:/usr/lib/chromium-browser:/snap/bin"
"""Where programs lie that a service's PATH does not lead to."""
FLAGS = (
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--window-size=1280,900",
)
PAGE_SECONDS = 30


class BrowserMissing(Unavailable):
    code = "browser_missing"


class BrowserFailed(Unavailable):
    code = "browser_failed"


def programs() -> tuple[str, str]:
    """Return the paths of the browser and its driver.

    :raises BrowserMissing: with what to install
    """
    browser, driver = _found(BROWSERS), _found(DRIVERS)
    if browser and driver:
        return browser, driver
    absent = "Chromium" if not browser else "Chromium's driver"
    raise BrowserMissing(f"{absent} is missing on this machine: apt-get install chromium chromium-driver.")


def _found(names: tuple[str, ...]) -> str | None:
    return next((path for name in names if (path := shutil.which(name) or shutil.which(name, path=FURTHER))), None)


@contextmanager
def open_browser(*, visible: bool = False, proxy: str = "") -> Iterator[Chrome]:
    """Open a browser with an empty profile, which is deleted afterwards.

    :param visible: with a window, on this machine's screen
    :param proxy: ``http://user:password@host:port`` through which it asks for everything
    :raises BrowserMissing: if there is none
    :raises BrowserFailed: if it does not start, or ends early
    """
    browser_path, driver_path = programs()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True)))
        options = _options(_mortal(browser_path, folder), folder, visible=visible)
        if proxy:
            options.add_argument(f"--proxy-server={stack.enter_context(passing_on(proxy))}")
            options.add_argument("--proxy-bypass-list=<-loopback>")  # nothing at all goes past it
        try:
            browser = Chrome(options=options, service=Service(_mortal(driver_path, folder)))
        except WebDriverException as error:
            hint = " Without a screen, leave --visible away." if visible else ""
            raise BrowserFailed(f"Chromium did not start: {_first_line(error)}.{hint}") from None
        try:
            browser.set_page_load_timeout(PAGE_SECONDS)
            yield browser
        except WebDriverException as error:
            raise BrowserFailed(f"The browser failed: {_first_line(error)}.") from None
        finally:
            browser.quit()


def _options(binary: str, folder: Path, *, visible: bool) -> ChromeOptions:
    options = ChromeOptions()
    options.binary_location = binary
    for flag in (*FLAGS, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(flag)
    if not visible:
        options.add_argument("--headless=new")
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # Chromium refuses root otherwise
    return options


def _mortal(program: str, folder: Path) -> str:
    """Wrap a program so that it ends with whoever started it, even if that one is killed."""
    if not shutil.which("setpriv"):
        return program
    script = folder / Path(program).name
    script.write_text(f'#!/bin/sh\nexec setpriv --pdeathsig TERM {program} "$@"\n')
    script.chmod(0o700)
    return str(script)


def _first_line(error: WebDriverException) -> str:
    return (error.msg or type(error).__name__).strip().splitlines()[0].partition(";")[0].rstrip(".")
