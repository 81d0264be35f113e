"""The ways to start the product that the other tests stand on."""

import json
import signal
import urllib.request
from datetime import UTC, datetime

from cinema_project.tests.browsers import allow_scripts, complaints
from cinema_project.tests.processes import port_is_open

ENDED = (0, -signal.SIGTERM)
TELL_TIME = "from cinema_project.common import clock; print(clock.now().isoformat())"
SCRIPTED = "data:text/html,<title>plain</title><script>document.title='scripted'</script>"


def ready(server):
    with urllib.request.urlopen(f"{server.url}/health/ready") as answer:
        return json.load(answer)["status"]


def test_product_starts_answers_and_stops(product):
    server = product.start()

    assert ready(server) == "ok"
    assert server.stop() in ENDED
    assert not port_is_open(server.port)


def test_product_serves_through_its_other_processes(scaled):
    http, sockets, relay = scaled.start("http"), scaled.start("sockets"), scaled.start("relay")

    assert [ready(http), ready(sockets)] == ["ok", "ok"]
    assert all(server.stop() in ENDED for server in (http, sockets, relay))


def test_commands_and_clock_share_the_products_database(product):
    product.clock.at(datetime(2027, 3, 1, 20, 15, tzinfo=UTC))

    done = product.manage("shell", "-v0", "-c", TELL_TIME)

    assert done.stdout == "2027-03-01T20:15:00+00:00\n"


def test_browsers_are_apart_and_can_go_without_scripts(browsers):
    one, other = browsers(), browsers(width=390, height=800)
    allow_scripts(other, allowed=False)

    for browser in (one, other):
        browser.get(SCRIPTED)

    assert [one.title, other.title] == ["scripted", "plain"]
    assert one.execute_script("return [innerWidth, innerHeight]") == [1280, 900]
    assert other.execute_script("return [innerWidth, innerHeight]") == [390, 800]
    assert complaints(one) == []
