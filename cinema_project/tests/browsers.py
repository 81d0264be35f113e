"""Real browsers: Debian's Chromium, without a window."""

from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from cinema_project.tests.processes import die_with_parent
from cinema_project.tests.services import chromium_binaries

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-dev-shm-usage",
)


def open_browser(profile: Path, *, width: int = 1280, height: int = 900) -> Chrome:
    """Start a browser with an empty profile and exactly this much room for the page."""
    binary, driver = chromium_binaries()
    profile.mkdir(parents=True)
    options = ChromeOptions()
    options.binary_location = str(mortal(binary, profile))
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = Service(driver, popen_kw={"preexec_fn": die_with_parent()})
    browser = Chrome(options=options, service=service)
    resize(browser, width, height)
    return browser


def mortal(binary: str, folder: Path) -> Path:
    """Wrap the browser so that it ends with the driver that started it, as the driver ends with us."""
    script = folder / "chromium"
    script.write_text(f'#!/bin/sh\nexec setpriv --pdeathsig TERM {binary} "$@"\n')
    script.chmod(0o755)
    return script


def resize(browser: Chrome, width: int, height: int, *, scale: float = 1) -> None:
    """Give the page exactly this size; a window's own size includes its frame."""
    size = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def allow_scripts(browser: Chrome, allowed: bool) -> None:
    """Switch JavaScript of pages loaded from now on; WebDriver's own commands keep working."""
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not allowed})


def complaints(browser: Chrome) -> list[str]:
    """Return what went wrong on the pages since the last call: script errors, refused resources."""
    return [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
