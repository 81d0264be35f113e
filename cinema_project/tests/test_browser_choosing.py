"""The house chooses, advises and offers other seats, in real browsers."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from booking.tests.sale import run_inside
from cinema_project.tests import walking as go
from cinema_project.tests.browsers import allow_scripts, complaints
from cinema_project.tests.test_browser_seats import NO_SOCKET
from cinema_project.tests.world import build_in

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def world(embedded):
    return build_in(embedded)


def yours(browser):
    """The names of one's own seats, from the map."""
    labels = [
        cell.get_attribute("aria-label").split(", ")
        for cell in browser.find_elements(By.CSS_SELECTOR, "#map [data-status='yours']")
    ]
    return [row.removeprefix("Row ") + number.removeprefix("seat ") for row, number, *_ in labels]


def wait_for_seats(browser, *names):
    go.wait_for(browser, lambda b: yours(b) == list(names) and not b.find_elements(By.CSS_SELECTOR, "[aria-busy]"))


def buttons(browser, css):
    return [button.text.replace("\n", " ") for button in browser.find_elements(By.CSS_SELECTOR, f"{css} button")]


def test_best_available_and_the_next_suggestion_change_the_map_in_place(embedded, world, browsers):
    server = embedded.start()
    visitor, bob = browsers(), browsers()
    go.open_map(visitor, server.url, world["screening"])
    go.open_map(bob, server.url, world["screening"])

    go.find(visitor, "#best").click()
    wait_for_seats(visitor, "E4", "E5")
    assert go.find(visitor, "#offer").text == "E4 and E5 are held for you."
    go.wait_for_status(bob, world["seats"]["E4"], "held")

    go.find(visitor, "#next").click()
    wait_for_seats(visitor, "E6", "E7")
    go.wait_for_status(bob, world["seats"]["E4"], "available")
    assert not go.find(visitor, "#refusal").is_displayed()

    go.find(visitor, "[name=wheelchair]").click()
    assert not go.find(visitor, "#next").is_displayed()
    go.find(visitor, "#best").click()
    wait_for_seats(visitor, "G2", "G3")
    go.wait_for(
        visitor,
        lambda b: "G2 and G3 are held for you. Total 20.00." in go.find(b, "#announcer").get_attribute("textContent"),
    )
    assert complaints(visitor) == complaints(bob) == []


def test_a_seat_left_single_is_pointed_out_and_put_right_with_one_press(embedded, world, browser):
    server = embedded.start()
    go.open_map(browser, server.url, world["screening"])

    go.choose(browser, world["seats"]["D4"])
    go.wait_for(browser, lambda b: go.find(b, "#advice").is_displayed())
    assert "D5 would be left as a single seat." in go.find(browser, "#advice").text
    go.go_on(browser, go.find(browser, "#continue").click)
    assert go.focus(browser).get_attribute("id") == "refusal"
    assert buttons(browser, "#instead")[:2] == ["Take D3 10.00", "Take D5 10.00"]
    assert not go.find(browser, "#advice").is_displayed()

    go.find(browser, "#instead button").click()
    wait_for_seats(browser, "D3")
    assert not go.find(browser, "#refusal").is_displayed()
    assert not go.find(browser, "#advice").is_displayed()
    go.go_on(browser, go.find(browser, "#continue").click)
    assert "/account/sign-in/" in browser.current_url
    assert complaints(browser) == []


def test_a_lost_seat_comes_with_others_to_take(embedded, world, browsers):
    server = embedded.start()
    alice, bob = browsers(), browsers()
    bob.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": NO_SOCKET})
    for browser in (alice, bob):
        go.open_map(browser, server.url, world["screening"])
    go.choose(bob, world["seats"]["D5"])
    go.choose(alice, world["seats"]["D4"])

    go.seat(bob, world["seats"]["D4"]).click()

    go.wait_for(bob, lambda b: go.find(b, "#refusal").is_displayed())
    assert buttons(bob, "#instead") == ["Take C4 and C5 20.00", "Take B3 and B4 20.00", "Take D6 and D7 20.00"]
    go.find(bob, "#instead button").click()
    wait_for_seats(bob, "C4", "C5")


def test_all_of_it_works_without_script(embedded, world, browser):
    server = embedded.start()
    allow_scripts(browser, False)
    browser.get(f"{server.url}/screenings/{world['screening']}/")

    def press(css):
        go.go_on(browser, go.find(browser, css).click)

    press("#best")
    assert (yours(browser), go.find(browser, "#offer").text) == (["E4", "E5"], "E4 and E5 are held for you.")
    press("#next")
    assert yours(browser) == ["E6", "E7"]
    press("#next")
    assert yours(browser) == ["D4", "D5"]
    press(f".drop[value='{world['seats']['D5']}']")
    assert "D5 would be left as a single seat." in go.find(browser, "#advice").text
    press("#continue")
    press("#instead button")
    assert yours(browser) == ["D3"]
    press("#continue")
    assert "/account/sign-in/" in browser.current_url


SELL_ALL_BUT_TWO = """
from booking.services.tickets import book_seats
from booking.tests import make
from catalog.models import Screening
screening = Screening.objects.get()
seats = [seat.pk for seat in screening.room.seats.order_by("pk") if seat.label not in ("C1", "C2")]
for start in range(0, len(seats), 8):
    book_seats(buyer=make.user(), screening_id=screening.pk, seat_ids=seats[start:start + 8])
"""


def test_a_party_that_is_too_large_is_led_to_the_waiting_list(embedded, world, browser):
    server = embedded.start()
    run_inside(embedded, SELL_ALL_BUT_TWO)
    go.sign_in(browser, server.url, "alice@cinema.test")
    go.open_map(browser, server.url, world["screening"])
    assert not go.find(browser, "#waitlist").is_displayed()

    Select(go.find(browser, "#quantity")).select_by_visible_text("4")
    go.find(browser, "#best").click()
    go.wait_for(browser, lambda b: go.find(b, "#waitlist").is_displayed())
    assert go.find(browser, "#refusal").text == "Fewer than 4 seats are free."
    go.go_on(browser, go.find(browser, "#waitlist button").click)

    assert "for 4 seats together, and next in line" in go.find(browser, "#waitlist").text
    go.go_on(browser, go.find(browser, "#waitlist button").click)
    assert not go.find(browser, "#waitlist").is_displayed()
