"""Paying on another page, in a browser: without script, at the test bank and at a Stripe of ours."""

import pytest

from booking.tests import fake_stripe
from cinema_project.tests import walking as go
from cinema_project.tests.browsers import allow_scripts, complaints
from cinema_project.tests.test_browser_access import faults
from cinema_project.tests.world import build_in

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def world(embedded):
    embedded.settings |= {"PAYMENTS_MODE": "verify"}
    return build_in(embedded)


@pytest.fixture
def stripe(embedded):
    with fake_stripe.running() as fake:
        embedded.settings |= {
            "PAYMENT_PROVIDER": "stripe",
            "STRIPE_SECRET_KEY": fake_stripe.KEY,
            "STRIPE_WEBHOOK_SECRET": fake_stripe.SECRET,
            "STRIPE_API_BASE": fake.url,
        }
        yield fake


def states(product):
    return product.query("SELECT state, COUNT(*) FROM booking_seatclaim GROUP BY state ORDER BY state")


def go_to_pay(browser, server, world, *seats):
    """Hold seats and press the button to pay, all without script."""
    allow_scripts(browser, False)
    go.sign_in(browser, server.url, "alice@cinema.test", then=f"/screenings/{world['screening']}/")
    go.find(browser, "#list summary").click()
    for name in seats:
        go.find(browser, f"#list input[value='{world['seats'][name]}']").click()
    go.go_on(browser, go.find(browser, "#list .buttons button").click)
    browser.get(f"{server.url}/checkout/{world['screening']}/pay/")
    press(browser, ".checkout__form .buttons button")


def press(browser, css):
    go.go_on(browser, go.find(browser, css).click)


def test_paid_at_the_bank_without_script(embedded, world, browser):
    server = embedded.start()
    go_to_pay(browser, server, world, "D4", "D5")

    assert "no real money" in go.find(browser, "h1").text
    press(browser, "button[value=declined]")
    assert "nothing was taken" in go.find(browser, "main").text
    press(browser, ".checkout__form .buttons button")
    press(browser, "button[value=paid]")

    assert browser.current_url == f"{server.url}/checkout/{world['screening']}/done/"
    assert "paid 20.00 EUR" in go.find(browser, "main").text
    assert states(embedded) == [("confirmed", 2)]


def test_money_that_comes_late_buys_after_a_question_without_script(embedded, world, browser):
    server = embedded.start()
    go_to_pay(browser, server, world, "D4", "D5")
    press(browser, "button[value=late]")
    assert "Waiting for your bank" in go.find(browser, "h1").text
    embedded.clock.travel(400)

    go.wait_for(browser, lambda b: "after the time for your seats" in go.find(b, "h1").text)  # it looks by itself
    assert ("confirmed", 2) not in states(embedded)
    press(browser, "main form button")

    assert browser.current_url.endswith("/done/")
    assert ("confirmed", 2) in states(embedded)


def test_stripes_page_is_reached_and_left_under_the_policy_of_the_site(embedded, world, stripe, browser):
    server = embedded.start()
    go_to_pay(browser, server, world, "D4")
    [session] = stripe.sessions.values()
    assert browser.current_url == session["url"]
    stripe.pay(session["id"])

    browser.get(session["_success_url"])

    assert browser.current_url == f"{server.url}/checkout/{world['screening']}/done/"
    assert states(embedded) == [("confirmed", 1)]
    assert [line for line in complaints(browser) if "Content Security Policy" in line] == []


def test_everybody_can_use_the_pages_of_paying(embedded, world, browser):
    server = embedded.start()
    go_to_pay(browser, server, world, "D4", "D5")
    allow_scripts(browser, True)
    bank = browser.current_url
    found = faults(browser, bank) + faults(browser, f"{server.url}/checkout/{world['screening']}/pay/")
    browser.get(bank)
    press(browser, "button[value=late]")
    back = browser.current_url
    found += faults(browser, back)
    embedded.clock.travel(400)
    found += faults(browser, back) + faults(browser, bank)
    browser.get(back)
    press(browser, "button[value=refund]")
    found += faults(browser, back)

    assert found == []
