"""From home to ticket: with keys only, and without script."""

import pytest
from selenium.webdriver.common.keys import Keys

from cinema_project.tests import walking as go
from cinema_project.tests.browsers import allow_scripts, complaints
from cinema_project.tests.world import build_in

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def world(embedded):
    return build_in(embedded)


def tickets_of(product):
    return product.query("SELECT seat_id, state FROM booking_seatclaim WHERE state = 'confirmed' ORDER BY seat_id")


def test_purchase_with_keys_only(embedded, world, browser):
    server = embedded.start()
    seats = world["seats"]

    def enter(css):
        target = go.tab_to(browser, css)
        go.go_on(browser, lambda: target.send_keys(Keys.ENTER))

    browser.get(server.url)
    enter("header a[href^='/account/sign-in/']")
    go.tab_to(browser, "[name=email]")
    go.press(browser, *"alice@cinema.test", Keys.TAB, *"cinema-demo-2026")
    go.go_on(browser, lambda: go.press(browser, Keys.ENTER))
    browser.get(server.url)
    enter("a[href='/movies/nosferatu/']:not([tabindex='-1'])")
    enter(f"a[href='/screenings/{world['screening']}/']")
    go.tab_to(browser, "#map .seat")
    go.press(browser, "e", Keys.HOME, *[Keys.ARROW_RIGHT] * 3, Keys.SPACE)
    go.wait_for_status(browser, seats["E4"], "yours")
    go.press(browser, Keys.ARROW_RIGHT, Keys.ENTER)
    go.wait_for_status(browser, seats["E5"], "yours")
    go.press(browser, Keys.ESCAPE)
    enter("#continue")
    assert go.find(browser, ".summary__total strong").text == "24.00 EUR"
    enter(".checkout__form .buttons button")
    assert go.tab_to(browser, ".checkout__form .buttons button").text == "Pay 24.00 EUR"
    enter(".checkout__form .buttons button")
    assert browser.current_url.endswith(f"/checkout/{world['screening']}/done/")
    enter(".stub")

    assert go.find(browser, ".ticket .qr").is_displayed()
    assert [dd.text for dd in browser.find_elements("css selector", ".ticket__place dd")] == [
        "E",
        "4",
        "Adult",
        "12.00 EUR",
    ]
    assert tickets_of(embedded) == [(seats["E4"], "confirmed"), (seats["E5"], "confirmed")]
    assert complaints(browser) == []


def sign_up(browser):
    """Make an account, on the way that the sign-in page shows."""
    go.go_on(browser, go.find(browser, "main a[href^='/account/sign-up/']").click)
    for name, text in (("full_name", "Ann Example"), ("email", "ann@cinema.test"), ("password", "cinema-demo-2026")):
        go.find(browser, f"[name={name}]").send_keys(text)
    go.go_on(browser, go.find(browser, "main form button").click)


def guests_of(product):
    return product.query("SELECT COUNT(*) FROM accounts_user WHERE is_guest")


def test_visitor_holds_signs_up_and_pays(embedded, world, browser):
    server = embedded.start(HOLD_SECONDS=90)
    seats = world["seats"]

    go.open_map(browser, server.url, world["screening"])
    assert guests_of(embedded) == [(0,)]
    go.choose(browser, seats["D4"])
    go.choose(browser, seats["D5"])
    assert go.find(browser, ".menu a[href='/account/sign-in/']").is_displayed()
    go.wait_for(browser, lambda b: "00:00" < go.find(b, "#countdown").text <= "01:28")
    go.find(browser, "#clock button").click()
    go.wait_for(browser, lambda b: go.find(b, "#countdown").text >= "01:29", 3)
    go.go_on(browser, go.find(browser, "#continue").click)
    assert "/account/sign-in/" in browser.current_url
    sign_up(browser)
    assert browser.current_url.endswith(f"/checkout/{world['screening']}/details/")
    assert go.find(browser, ".summary__total strong").text == "20.00 EUR"
    go.go_on(browser, go.find(browser, ".checkout__form .buttons button").click)
    go.go_on(browser, go.find(browser, ".checkout__form .buttons button").click)
    go.go_on(browser, go.find(browser, ".stub").click)

    assert go.find(browser, ".ticket .qr").is_displayed()
    assert tickets_of(embedded) == [(seats["D4"], "confirmed"), (seats["D5"], "confirmed")]
    assert guests_of(embedded) == [(1,)]
    assert complaints(browser) == []


def test_purchase_without_script(embedded, world, browser):
    server = embedded.start()
    seats = world["seats"]
    allow_scripts(browser, False)

    def click(css):
        go.go_on(browser, go.find(browser, css).click)

    browser.get(server.url)
    click("a[href='/movies/nosferatu/']:not([tabindex='-1'])")
    click(f"a[href='/screenings/{world['screening']}/']")
    go.find(browser, "#list summary").click()
    for name in ("D4", "D5"):
        go.find(browser, f"#list input[value='{seats[name]}']").click()
    click("#list .buttons button")
    assert [go.status(browser, seats[name]) for name in ("D4", "D5")] == ["yours", "yours"]
    click(f".drop[value='{seats['D4']}']")
    assert go.status(browser, seats["D4"]) == "available"
    click("#clock button")
    click("#continue")
    sign_up(browser)
    click(".checkout__form .buttons button")
    assert go.find(browser, ".checkout__form .buttons button").text == "Pay 10.00 EUR"
    click(".checkout__form .buttons button")
    click(".stub")

    assert go.find(browser, ".ticket .qr").is_displayed()
    assert tickets_of(embedded) == [(seats["D5"], "confirmed")]
    go.find(browser, ".cancel summary").click()
    click(".cancel button")
    assert "This ticket is cancelled" in go.find(browser, ".ticket__code").text
    assert tickets_of(embedded) == []


def test_paying_again_after_back_buys_nothing_more(embedded, world, browser):
    server = embedded.start()
    go.sign_in(browser, server.url, "alice@cinema.test")
    go.open_map(browser, server.url, world["screening"])
    go.choose(browser, world["seats"]["D5"])
    go.go_on(browser, go.find(browser, "#continue").click)
    go.go_on(browser, go.find(browser, ".checkout__form .buttons button").click)
    form = "const f = document.querySelector('.checkout__form'); return [...new FormData(f)].map((p) => p.map(String))"
    sent = browser.execute_script(form)
    go.go_on(browser, go.find(browser, ".checkout__form .buttons button").click)
    number = go.find(browser, "#booking-number").text

    again = (
        "return fetch(arguments[0], {method: 'POST', body: new URLSearchParams(arguments[1])}).then((r) => r.text())"
    )
    answer = browser.execute_script(again, f"/checkout/{world['screening']}/pay/", sent)

    assert number in answer
    assert len(tickets_of(embedded)) == 1


def test_hold_that_ended_during_checkout_is_one_press_away(embedded, world, browser):
    server = embedded.start(HOLD_SECONDS=4)
    seat_id = world["seats"]["D5"]
    go.sign_in(browser, server.url, "alice@cinema.test")
    go.open_map(browser, server.url, world["screening"])
    go.choose(browser, seat_id)
    go.go_on(browser, go.find(browser, "#continue").click)
    go.go_on(browser, go.find(browser, ".checkout__form .buttons button").click)
    embedded.clock.travel(60)

    go.go_on(browser, go.find(browser, ".checkout__form .buttons button").click)

    assert f"/screenings/{world['screening']}/" in browser.current_url
    assert "ran out" in go.find(browser, "#refusal").text
    go.find(browser, "#again").click()
    go.wait_for_status(browser, seat_id, "yours")
