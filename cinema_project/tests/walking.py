"""What people do in a browser, as functions for the browser tests."""

from collections.abc import Callable

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from accounts.tests.make import PASSWORD

PATIENCE = 15


def wait_for(browser: Chrome, what: Callable[[Chrome], object], seconds: float = PATIENCE) -> object:
    """Ask until it is so; a page may give way to the next one while it is asked."""
    gone = [StaleElementReferenceException]
    return WebDriverWait(browser, seconds, poll_frequency=0.05, ignored_exceptions=gone).until(what)


def find(browser: Chrome, css: str) -> WebElement:
    return browser.find_element(By.CSS_SELECTOR, css)


def go_on(browser: Chrome, act: Callable[[], object]) -> None:
    """Do something that leads to another page, and wait until that is there."""
    old = find(browser, "html")
    act()
    wait_for(browser, lambda b: find(b, "html") != old)
    wait_for(browser, lambda b: b.execute_script("return document.readyState") == "complete")


def sign_in(browser: Chrome, url: str, email: str, then: str = "/") -> None:
    browser.get(f"{url}/account/sign-in/?next={then}")
    find(browser, "[name=email]").send_keys(email)
    find(browser, "[name=password]").send_keys(PASSWORD)
    go_on(browser, find(browser, "main form button").click)


def seat(browser: Chrome, seat_id: int) -> WebElement:
    return find(browser, f"#seat-{seat_id}")


def status(browser: Chrome, seat_id: int) -> str | None:
    return seat(browser, seat_id).get_attribute("data-status")


def wait_for_status(browser: Chrome, seat_id: int, word: str, seconds: float = PATIENCE) -> None:
    wait_for(browser, lambda b: status(b, seat_id) == word and not seat(b, seat_id).get_attribute("aria-busy"), seconds)


def open_map(browser: Chrome, url: str, screening_id: int) -> None:
    """Open the seat map and wait for its socket."""
    browser.get(f"{url}/screenings/{screening_id}/")
    wait_for(browser, lambda b: find(b, "#map [tabindex='0']"))


def choose(browser: Chrome, seat_id: int) -> None:
    seat(browser, seat_id).click()
    wait_for_status(browser, seat_id, "yours")


def press(browser: Chrome, *keys: str, with_control: bool = False) -> None:
    """Press keys, one after the other."""
    for key in keys:
        chain = ActionChains(browser, duration=0)
        if with_control:
            chain.key_down(Keys.CONTROL).send_keys(key).key_up(Keys.CONTROL)
        else:
            chain.send_keys(key)
        chain.perform()


def focus(browser: Chrome) -> WebElement:
    return browser.switch_to.active_element


def tab_to(browser: Chrome, css: str, most: int = 60) -> WebElement:
    """Press Tab until the focus is on such an element."""
    for _ in range(most):
        if browser.execute_script("return document.activeElement.matches(arguments[0])", css):
            return focus(browser)
        press(browser, Keys.TAB)
    raise AssertionError(f"Tab never came to {css}")
