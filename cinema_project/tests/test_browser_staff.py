"""The admin and the documentation in a real browser: their policies refuse nothing, nothing comes from elsewhere."""

import pytest
from selenium.webdriver.common.by import By

from accounts.tests.make import PASSWORD
from cinema_project.tests import walking as go
from cinema_project.tests.browsers import complaints
from cinema_project.tests.world import build_in

pytestmark = pytest.mark.timeout(300)

BOSS = "boss@cinema.test"
MAKE_BOSS = f"from accounts.models import User; User.objects.create_superuser({BOSS!r}, {PASSWORD!r})"
LISTS = (
    "catalog/screening",
    "catalog/movie",
    "catalog/room",
    "booking/ticket",
    "accounts/user",
    "common/outboxmessage",
)
FORMS = (
    "catalog/screening/add",
    "catalog/room/1/change",
    "catalog/movie/1/change",
    "django_celery_beat/periodictask/1/change",
)
MAKE_MARKET = """
from datetime import timedelta
from cinema_project.common import clock
from scraping.tests import make
make.look(make.showing(starts_at=clock.now() - timedelta(minutes=1)), 5, "0011")
"""
DRAWN = """
return [...document.querySelectorAll("canvas.chart")].map((canvas) => {
  const chart = Chart.getChart(canvas);
  return [chart.scales.x.options.ticks.color, getComputedStyle(canvas).color, chart.getDatasetMeta(0).data.length];
});
"""
FETCHED = "return performance.getEntriesByType('resource').map((entry) => new URL(entry.name).origin)"


@pytest.fixture
def url(embedded):
    build_in(embedded)
    assert embedded.manage("shell", "-v", "0", "-c", MAKE_BOSS).returncode == 0
    return embedded.start().url


def look(browser, address, css):
    """Open a page, wait for what it is about, and return what went wrong."""
    browser.get(address)
    go.wait_for(browser, lambda page: page.find_elements(By.CSS_SELECTOR, css))
    origins = {origin for origin in browser.execute_script(FETCHED) if origin not in ("null", "data:")}
    return [*complaints(browser), *(origins - {"/".join(address.split("/")[:3])})]


def test_admin_keeps_its_policy_and_to_itself(url, browser):
    browser.get(f"{url}/admin/")
    browser.find_element(By.NAME, "username").send_keys(BOSS)
    browser.find_element(By.NAME, "password").send_keys(PASSWORD)
    go.go_on(browser, browser.find_element(By.NAME, "password").submit)

    wrong = {page: look(browser, f"{url}/admin/{page}/", "#changelist") for page in LISTS}
    wrong |= {page: look(browser, f"{url}/admin/{page}/", "form[method=post] [type=submit]") for page in FORMS}

    assert {page: found for page, found in wrong.items() if found} == {}


def test_charts_of_the_market_are_drawn_in_the_colour_of_the_words(embedded, url, browser):
    assert embedded.manage("shell", "-v", "0", "-c", MAKE_MARKET).returncode == 0
    browser.get(f"{url}/admin/")
    browser.find_element(By.NAME, "username").send_keys(BOSS)
    browser.find_element(By.NAME, "password").send_keys(PASSWORD)
    go.go_on(browser, browser.find_element(By.NAME, "password").submit)

    for theme in ("light", "dark"):
        scheme = {"features": [{"name": "prefers-color-scheme", "value": theme}]}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme)
        for page, charts in (("showtimes", 1), ("showtimes/1", 2), ("fill", 3)):
            assert look(browser, f"{url}/admin/market/{page}/", "canvas.chart") == []
            drawn = browser.execute_script(DRAWN)
            assert [(words, numbers > 0) for words, _, numbers in drawn] == [(drawn[0][1], True)] * charts


def test_documentation_shows_every_operation_offline(url, browser):
    assert look(browser, f"{url}/docs", ".opblock") == []
    assert look(browser, f"{url}/redoc", "[data-section-id*='operation']") == []
    assert look(browser, f"{url}/docs/errors", "tr[id=not_found]") == []
