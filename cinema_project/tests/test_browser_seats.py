"""The live seat map in real browsers."""

import pytest
from selenium.webdriver.common.keys import Keys

from cinema_project.tests import walking as go
from cinema_project.tests.browsers import complaints
from cinema_project.tests.world import build_in

pytestmark = pytest.mark.timeout(300)

WATCH = """
window.seen = null;
new MutationObserver(() => { window.seen ??= Date.now(); })
  .observe(document.getElementById(arguments[0]), {attributes: true, attributeFilter: ["data-status"]});
"""
CLICK = """
const cell = document.getElementById(arguments[0]);
window.clicked = Date.now();
cell.dispatchEvent(new MouseEvent("click", {bubbles: true}));
"""
DROPS_ONE_MESSAGE = """
const Real = WebSocket;
window.WebSocket = class extends Real {
  addEventListener(type, listen) {
    super.addEventListener(type, (event) => {
      if (type === "message" && event.data.includes("seat_update") && !window.dropped) window.dropped = true;
      else listen(event);
    });
  }
};
"""
DEAD_SOCKET = """
window.WebSocket = class extends EventTarget {
  constructor() { super(); setTimeout(() => this.dispatchEvent(new CloseEvent("close")), 10); }
  close() {}
};
"""
NO_SOCKET = "window.WebSocket = class extends EventTarget { close() {} };"


@pytest.fixture
def world(embedded):
    return build_in(embedded)


def two_people(browsers, url, screening_id):
    both = [browsers(), browsers()]
    for browser, name in zip(both, ("alice", "bob"), strict=True):
        go.sign_in(browser, url, f"{name}@cinema.test")
        go.open_map(browser, url, screening_id)
    return both


def spoken(browser):
    return go.find(browser, "#announcer").get_attribute("textContent")


def test_hold_shows_in_the_other_browser_within_half_a_second(product, browsers):
    world = build_in(product)
    server = product.start()
    alice, bob = two_people(browsers, server.url, world["screening"])
    delays = []

    for name in ("C3", "D4", "E5"):
        seat_id = world["seats"][name]
        bob.execute_script(WATCH, f"seat-{seat_id}")
        alice.execute_script(CLICK, f"seat-{seat_id}")
        go.wait_for_status(bob, seat_id, "held")
        delays.append(bob.execute_script("return seen") - alice.execute_script("return clicked"))

    assert sorted(delays)[1] < 500, delays
    assert go.seat(bob, seat_id).get_attribute("aria-label") == "Row E, seat 5, Premium, 12.00, held"
    assert go.seat(alice, seat_id).get_attribute("aria-label") == "Row E, seat 5, Premium, 12.00, yours"
    go.wait_for(
        alice, lambda b: "E5 held for you. Total 32.00." in go.find(b, "#announcer").get_attribute("textContent")
    )
    assert go.find(bob, "#announcer").get_attribute("textContent") == ""
    assert complaints(alice) == complaints(bob) == []


def test_expiry_frees_the_seat_in_both_browsers_and_one_press_tries_again(embedded, world, browsers):
    server = embedded.start(HOLD_SECONDS=3)
    alice, bob = two_people(browsers, server.url, world["screening"])
    seat_id = world["seats"]["D4"]

    go.choose(alice, seat_id)
    go.wait_for_status(bob, seat_id, "held")
    go.wait_for_status(alice, seat_id, "available", 8)
    go.wait_for_status(bob, seat_id, "available", 8)

    assert go.seat(alice, seat_id).get_attribute("aria-selected") == "true"
    go.wait_for(alice, lambda b: go.find(b, "#again").is_displayed())
    go.find(alice, "#again").click()
    go.wait_for_status(alice, seat_id, "yours")


def test_lost_seat_is_named_and_the_focus_goes_there(embedded, world, browsers):
    server = embedded.start()
    alice, bob = browsers(), browsers()
    bob.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": NO_SOCKET})
    for browser, name in ((alice, "alice"), (bob, "bob")):
        go.sign_in(browser, server.url, f"{name}@cinema.test")
        go.open_map(browser, server.url, world["screening"])
    lost, kept = world["seats"]["D4"], world["seats"]["D5"]
    go.choose(bob, kept)

    go.choose(alice, lost)
    go.seat(bob, lost).click()

    go.wait_for(bob, lambda b: go.find(b, "#refusal").is_displayed())
    assert "D4 is no longer free" in go.find(bob, "#refusal").text
    assert go.focus(bob).get_attribute("id") == "refusal"
    assert [go.status(bob, lost), go.status(bob, kept)] == ["held", "yours"]


def test_more_time_takes_the_hold_back_to_its_full_length(embedded, world, browser):
    server = embedded.start(HOLD_SECONDS=90)
    go.sign_in(browser, server.url, "alice@cinema.test")
    go.open_map(browser, server.url, world["screening"])
    go.choose(browser, world["seats"]["D4"])
    go.wait_for(browser, lambda b: go.find(b, "#countdown").text <= "01:28")

    go.find(browser, "#clock button").click()

    go.wait_for(browser, lambda b: go.find(b, "#countdown").text >= "01:29", 3)


def test_last_minute_asks_whether_more_time_is_needed(embedded, world, browser):
    server = embedded.start(HOLD_SECONDS=63)
    go.sign_in(browser, server.url, "alice@cinema.test")
    go.open_map(browser, server.url, world["screening"])
    go.choose(browser, world["seats"]["D4"])
    go.wait_for(browser, lambda b: go.find(b, "#last-minute").is_displayed(), 8)
    assert go.focus(browser).text == "Keep my seats"

    go.press(browser, Keys.ENTER)

    go.wait_for(browser, lambda b: go.find(b, "#countdown").text > "01:00", 3)
    assert not go.find(browser, "#last-minute").is_displayed()
    assert go.focus(browser).get_attribute("data-seat-id") == str(world["seats"]["D4"])


def test_message_that_got_lost_is_noticed_by_the_next(embedded, world, browsers):
    server = embedded.start()
    bob = browsers()
    bob.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": DROPS_ONE_MESSAGE})
    alice = browsers()
    for browser, name in ((alice, "alice"), (bob, "bob")):
        go.sign_in(browser, server.url, f"{name}@cinema.test")
        go.open_map(browser, server.url, world["screening"])

    for name in ("D4", "D5"):
        go.choose(alice, world["seats"][name])

    for name in ("D5", "D4"):
        go.wait_for_status(bob, world["seats"][name], "held")
    assert bob.execute_script("return dropped")


def test_without_socket_the_map_is_polled_and_says_so(embedded, world, browsers):
    server = embedded.start()
    bob, alice = browsers(), browsers()
    bob.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": DEAD_SOCKET})
    go.open_map(bob, server.url, world["screening"])
    go.wait_for(bob, lambda b: go.find(b, "#live").is_displayed())
    go.sign_in(alice, server.url, "alice@cinema.test")
    go.open_map(alice, server.url, world["screening"])

    go.choose(alice, world["seats"]["D4"])

    go.wait_for_status(bob, world["seats"]["D4"], "held", 12)


def test_map_is_one_tab_stop_and_every_key_works(embedded, world, browser):
    server = embedded.start()
    go.sign_in(browser, server.url, "alice@cinema.test")
    go.open_map(browser, server.url, world["screening"])

    def at():
        row, number = go.focus(browser).get_attribute("aria-label").split(", ")[:2]
        return row.removeprefix("Row ") + number.removeprefix("seat ")

    def after(key, **how):
        go.press(browser, key, **how)
        return at()

    go.tab_to(browser, "#map .seat")
    assert len(browser.find_elements("css selector", "#map [tabindex='0']")) == 1
    assert at() == "A1"
    assert [after(Keys.ARROW_RIGHT), after(Keys.ARROW_RIGHT), after(Keys.ARROW_RIGHT)] == [
        "A2",
        "A3",
        "A4",
    ]  # over the aisle
    assert [after(Keys.ARROW_LEFT), after(Keys.ARROW_UP)] == ["A3", "A3"]
    assert [after(Keys.ARROW_DOWN), after(Keys.ARROW_DOWN), after(Keys.ARROW_DOWN)] == [
        "B4",
        "C5",
        "D5",
    ]  # over the gap
    assert [after(Keys.HOME), after(Keys.END)] == ["D1", "D10"]
    assert [after(Keys.PAGE_UP), after(Keys.PAGE_DOWN)] == ["A6", "F8"]
    assert [after(Keys.HOME, with_control=True), after(Keys.END, with_control=True)] == ["A1", "G8"]
    assert [after("e"), after("B")] == ["E10", "B8"]
    go.press(browser, Keys.SPACE)
    go.wait_for_status(browser, world["seats"]["B8"], "yours")
    go.press(browser, Keys.ENTER)
    go.wait_for_status(browser, world["seats"]["B8"], "available")
    assert at() == "B8"
    go.press(browser, Keys.TAB)
    assert not browser.execute_script("return document.activeElement.closest('#map')")
    go.seat(browser, world["seats"]["B8"]).click()
    go.wait_for_status(browser, world["seats"]["B8"], "yours")
    go.press(browser, Keys.ESCAPE)
    assert go.focus(browser).get_attribute("id") == "your-seats"


def test_map_and_list_stay_in_step(embedded, world, browser):
    server = embedded.start()
    go.sign_in(browser, server.url, "alice@cinema.test")
    go.open_map(browser, server.url, world["screening"])
    go.find(browser, "#list summary").click()
    box = f"#list input[value='{world['seats']['C3']}']"

    go.find(browser, box).click()
    go.wait_for_status(browser, world["seats"]["C3"], "yours")
    assert go.find(browser, box).is_selected()

    go.seat(browser, world["seats"]["C3"]).click()
    go.wait_for_status(browser, world["seats"]["C3"], "available")
    assert not go.find(browser, box).is_selected()


def test_each_state_has_a_mark_of_its_own_and_the_tree_names_every_seat(embedded, world, browsers):
    server = embedded.start()
    alice, bob = two_people(browsers, server.url, world["screening"])
    seats = world["seats"]
    go.choose(bob, seats["D4"])
    go.choose(alice, seats["E4"])
    go.wait_for_status(alice, seats["D4"], "held")

    marks = {
        name: go.seat(alice, seats[name]).find_element("css selector", ".mark").get_attribute("class")
        for name in ("C3", "D4", "G1")
    }
    assert marks == {"C3": "mark mark-number", "D4": "mark mark-held", "G1": "mark mark-sign"}
    tree = alice.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    roles = [node["role"]["value"] for node in tree if not node["ignored"]]
    assert [roles.count(role) for role in ("grid", "row", "gridcell")] == [1, 7, len(seats)]
    names = {node["name"]["value"] for node in tree if node.get("role", {}).get("value") == "gridcell"}
    assert {"Row D, seat 4, Standard, 10.00, held", "Row E, seat 4, Premium, 12.00, yours"} <= names
    assert "Row G, seat 1, Wheelchair space, 10.00, available" in names


def test_visitor_signs_in_and_keeps_the_seat(embedded, world, browser):
    server = embedded.start()
    go.open_map(browser, server.url, world["screening"])
    seat_id = world["seats"]["C3"]
    go.choose(browser, seat_id)

    go.go_on(browser, go.find(browser, "#continue").click)
    assert "/account/sign-in/" in browser.current_url
    go.find(browser, "[name=email]").send_keys("alice@cinema.test")
    go.find(browser, "[name=password]").send_keys("cinema-demo-2026")
    go.go_on(browser, go.find(browser, "main form button").click)

    assert browser.current_url.endswith(f"/checkout/{world['screening']}/details/")
    go.open_map(browser, server.url, world["screening"])
    assert go.status(browser, seat_id) == "yours"


def test_both_tabs_of_a_visitor_follow_live_and_through_the_sign_in(product, browsers):
    world = build_in(product)
    server = product.start()
    visitor, bob = browsers(), browsers()
    c3, d5, e5 = (world["seats"][name] for name in ("C3", "D5", "E5"))
    go.open_map(bob, server.url, world["screening"])
    go.open_map(visitor, server.url, world["screening"])
    first = visitor.current_window_handle
    visitor.switch_to.new_window("window")
    second = visitor.current_window_handle
    go.open_map(visitor, server.url, world["screening"])

    go.choose(visitor, c3)
    go.wait_for_status(bob, c3, "held")
    visitor.switch_to.window(first)
    go.choose(visitor, d5)
    go.wait_for_status(visitor, c3, "yours")
    visitor.switch_to.window(second)
    go.wait_for_status(visitor, d5, "yours")

    go.go_on(visitor, go.find(visitor, "#continue").click)
    go.find(visitor, "[name=email]").send_keys("alice@cinema.test")
    go.find(visitor, "[name=password]").send_keys("cinema-demo-2026")
    go.go_on(visitor, go.find(visitor, "main form button").click)
    visitor.switch_to.window(first)
    go.choose(visitor, e5)

    go.wait_for_status(bob, e5, "held")
    assert [go.status(visitor, seat_id) for seat_id in (c3, d5, e5)] == ["yours"] * 3
    assert complaints(visitor) == complaints(bob) == []
