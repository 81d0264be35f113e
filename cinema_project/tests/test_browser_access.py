"""Everybody can use the pages: axe finds nothing, in light and dark, on phones and desks; nothing scrolls sideways."""

from pathlib import Path

import axe_playwright_python
import pytest

from cinema_project.tests import walking as go
from cinema_project.tests.browsers import complaints, resize
from cinema_project.tests.world import build_in

pytestmark = pytest.mark.timeout(300)

AXE = next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")).read_text()
RUN = """
const done = arguments[arguments.length - 1];
axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}).then((found) => done(
  found.violations.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.target + " " + node.failureSummary)}`)));
"""
SMALL = """
const scale = (e) => e.getBoundingClientRect();
return [...document.querySelectorAll("main a[class], button, header a, select, summary")]
  .filter((e) => e.checkVisibility({visibilityProperty: true}) && !e.matches(".visually-hidden, .skip"))
  .filter((e) => scale(e).height < 43.5 || scale(e).width < 43.5).map((e) => e.outerHTML.slice(0, 80));
"""
WIDTHS = {320: 640, 390: 844, 1280: 900}


@pytest.fixture
def world(embedded):
    return build_in(embedded)


def faults(browser, address):
    """Look at one page in both themes and three widths."""
    found = []
    for theme in ("light", "dark"):
        scheme = {"features": [{"name": "prefers-color-scheme", "value": theme}]}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme)
        for width, height in WIDTHS.items():
            resize(browser, width, height)
            browser.get(address)
            browser.execute_script(AXE)
            wrong = browser.execute_async_script(RUN)
            if browser.execute_script("return document.documentElement.scrollWidth > innerWidth"):
                wrong.append("scrolls sideways")
            wrong += [f"too small: {element}" for element in browser.execute_script(SMALL)]
            found += [(address, theme, width, fault) for fault in wrong]
    return found


def test_pages_of_a_visitor(embedded, world, browser):
    url = embedded.start().url
    paths = ["/", "/?tab=coming-soon", "/?q=nothing", "/movies/nosferatu/", f"/screenings/{world['screening']}/"]

    paths += ["/account/sign-in/", "/account/sign-up/", "/docs/errors"]
    found = [fault for path in paths for fault in faults(browser, url + path)]

    assert found == []


def test_pages_where_one_signs_in_during_the_checkout(embedded, world, browser):
    url = embedded.start().url
    go.open_map(browser, url, world["screening"])
    go.choose(browser, world["seats"]["E4"])
    go.choose(browser, world["seats"]["E5"])
    go.go_on(browser, go.find(browser, "#continue").click)
    assert go.find(browser, ".order .summary__total").text == "Total, no further fees\n24.00 EUR"

    found = faults(browser, browser.current_url)
    found += faults(browser, browser.current_url.replace("sign-in", "forgot"))

    assert found == []
    assert complaints(browser) == []


def test_pages_of_a_buyer(embedded, world, browser):
    url = embedded.start().url
    screening = world["screening"]
    go.sign_in(browser, url, "alice@cinema.test")
    go.open_map(browser, url, screening)
    go.choose(browser, world["seats"]["E4"])

    found = faults(browser, f"{url}/screenings/{screening}/?full=")
    found += faults(browser, f"{url}/checkout/{screening}/details/")
    found += faults(browser, f"{url}/checkout/{screening}/pay/")
    go.go_on(browser, go.find(browser, ".checkout__form .buttons button").click)
    found += faults(browser, f"{url}/checkout/{screening}/done/")
    found += faults(browser, f"{url}/tickets/")
    go.go_on(browser, go.find(browser, ".stub").click)
    found += faults(browser, browser.current_url)

    assert found == []
    assert complaints(browser) == []


def test_check_would_find_a_fault(embedded, world, browser):
    browser.get(embedded.start().url)
    browser.execute_script(AXE)
    browser.execute_script("document.body.append(new Image(), document.createElement('button'))")

    wrong = [line.split(":")[0] for line in browser.execute_async_script(RUN)]

    assert sorted(wrong) == ["button-name", "image-alt"]
    assert len(browser.execute_script(SMALL)) == 1


def test_seats_differ_in_shape_where_colours_are_forced(embedded, world, browser):
    url = embedded.start().url
    features = [{"name": "forced-colors", "value": "active"}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    go.open_map(browser, url, world["screening"])

    style = "return getComputedStyle(document.querySelector(arguments[0])).stroke"
    legend = [browser.execute_script(style, f".legend [data-status={word}] .shape") for word in ("available", "held")]

    assert len(set(legend)) == 2
