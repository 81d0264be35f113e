"""TIX's login through its own page: the tokens end up in the browser's storage (facts 2.1)."""

import time
from collections.abc import Callable
from typing import TypeVar

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from cinema_project.common.errors import Upstream
from scraping.browser import open_browser
from scraping.tix.reading import Node
from scraping.tix.tokens import Tokens, expiry_of, phone_number, token_in

T = TypeVar("T")

ACCESS_KEY, REFRESH_KEY = "authentication_token", "authentication_refresh_token"
PATH = "/login"
PHONE = "input[type=tel], input[autocomplete=tel], input[name*=phone i], input[name*=msisdn i]"
PASSWORD = "input[type=password]"
SEND = "button[type=submit], form button"
COMPLAINT = "[role=alert]"
PATIENCE, POLL = 30.0, 0.1


class LoginRefused(Upstream):
    """The site did not take phone number and password."""

    code = "login_refused"


class LoginPageChanged(Upstream):
    """The page has no fields as we know them, or gives no token."""

    code = "login_page_changed"


def browser_login(
    base_url: str, phone: str, password: str, *, visible: bool = False, proxy: str = "", patience: float = PATIENCE
) -> Tokens:
    """Log in by filling in the login page in a real browser, and return what it stored.

    :param base_url: the web site's address, not the API's
    :param visible: show the browser's window
    :param proxy: ``http://user:password@host:port`` through which it asks
    :param patience: seconds to wait for the form, and again for the token
    :raises BrowserMissing, BrowserFailed: if there is no browser, or it fails
    :raises LoginRefused: if the site says no
    :raises LoginPageChanged: if form or token do not appear
    :raises Invalid: if the phone number is none
    """
    number = phone_number(phone)
    with open_browser(visible=visible, proxy=proxy) as browser:
        browser.get(page_of(base_url))
        _field(browser, PHONE, "a phone number", patience).send_keys(number)
        field = _field(browser, PASSWORD, "a password", patience)
        field.send_keys(password)
        buttons = _shown(browser, SEND)
        if buttons:
            buttons[0].click()
        else:
            field.send_keys(Keys.ENTER)
        return _stored(browser, number, patience)


def page_of(base_url: str) -> str:
    """Return the login page's address."""
    return f"{base_url.rstrip('/')}{PATH}"


def _field(browser: Chrome, css: str, what: str, patience: float) -> WebElement:
    found = _until(lambda: _shown(browser, css), patience)
    if not found:
        raise LoginPageChanged(f"The page “{browser.title}” has no field for {what} ({css}).")
    return found[0]


def _stored(browser: Chrome, phone: str, patience: float) -> Tokens:
    began = time.monotonic()
    _until(lambda: _item(browser, ACCESS_KEY) or _complaint(browser), patience)
    if not _item(browser, ACCESS_KEY):
        if complaint := _complaint(browser):
            raise LoginRefused(f"The login was refused: {complaint}")
        waited = f"{time.monotonic() - began:.0f} s"
        raise LoginPageChanged(f"No token appeared in the browser's storage ({ACCESS_KEY}) within {waited}.")
    access = token_in(Node(_item(browser, ACCESS_KEY), ACCESS_KEY))
    refresh = _item(browser, REFRESH_KEY)
    return Tokens(
        access=access,
        refresh=token_in(Node(refresh, REFRESH_KEY)) if refresh else "",
        expires_at=expiry_of(access),
        phone=phone,
    )


def _until(ready: Callable[[], T], patience: float) -> T:
    """Return what ``ready`` returns once it is something, or its last nothing when patience is over."""
    deadline = time.monotonic() + patience
    while not (found := ready()) and time.monotonic() < deadline:
        time.sleep(POLL)
    return found


def _shown(browser: Chrome, css: str) -> list[WebElement]:
    return [element for element in browser.find_elements(By.CSS_SELECTOR, css) if element.is_displayed()]


def _complaint(browser: Chrome) -> str:
    return next((text for element in _shown(browser, COMPLAINT) if (text := element.text.strip())), "")


def _item(browser: Chrome, key: str) -> str:
    return browser.execute_script("return localStorage.getItem(arguments[0])", key) or ""
