"""What else is on, in the running product: printed calls, the demo's page, Redis killed and back."""

import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from accounts.tests.make import PASSWORD
from catalog.tests.make import event_body
from catalog.tests.town import POSTER
from cinema_project.tests import sites
from cinema_project.tests.processes import free_port, spawn
from cinema_project.tests.product import ROOT, Product, Server, answers
from cinema_project.tests.sites import answer

CALLS = 4
REGISTER = """curl -X POST http://localhost:8000/auth/register -H "Content-Type: application/json" \
  -d '{"email":"user@example.com","password":"P@ssw0rd"}'"""
PRINTED = """
curl -i -c cookies.txt -X POST http://localhost:8000/auth/login \
  -H "Content-Type: application/json" \
  -d '{"email":"user@example.com","password":"P@ssw0rd"}'

curl -i -b cookies.txt -X POST http://localhost:8000/auth/refresh

curl -i -X POST http://localhost:8002/scraper/results \
  -H "Content-Type: application/json" \
  -d '{
    "events": [
      {
        "uuid": "11111111-1111-1111-1111-111111111111",
        "type": "concert",
        "id": "123",
        "title": "Концерт группы X",
        "description": "Большой сольный концерт",
        "price": 1500,
        "date_preview": "2024-09-01T18:00:00",
        "date_list": ["2024-09-01T18:00:00", "2024-09-02T19:00:00"],
        "place": "Главная сцена",
        "genre": "rock",
        "age": "18+",
        "image_url": "https://example.com/poster.jpg",
        "url": "https://example.com/event/1"
      }
    ]
  }'
"""


def run(call: str, url: str, folder) -> str:
    """Run a call as it is printed, host and port aside."""
    here = re.sub(r"http://localhost:\d+", url, call)
    return subprocess.run(["/bin/sh", "-c", here], cwd=folder, capture_output=True, text=True, check=True).stdout


def test_printed_calls_run(product: Product, tmp_path) -> None:
    url = product.start().url
    run(REGISTER, url, tmp_path)

    login, refresh, results = (run(call, url, tmp_path) for call in PRINTED.strip().split("\n\n"))

    assert login.startswith("HTTP/1.1 200")
    assert refresh.startswith("HTTP/1.1 200")
    assert "refresh_token=" in refresh
    assert results.startswith("HTTP/1.1 202")
    told = json.loads(results.split("\n\n", 1)[1])
    # The poster of the printed call is nowhere: the event says so, and may be sent again.
    assert (told["sent"], told["skipped"], len(told["failed"])) == (0, 0, 1)
    assert told["failed"][0]["reason"] == "image_download_failed"
    health = {f"/{name}/health": httpx.get(f"{url}/{name}/health").json() for name in ("scraper", "scraperCatalog")}
    assert {one["status"] for one in health.values()} == {"ok"}


@pytest.mark.timeout(180)
def test_demo_shows_what_else_is_on_within_a_minute(tmp_path) -> None:
    port = free_port()
    env = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    command = [sys.executable, "manage.py", "demo", "--port", str(port), "--quiet"]
    process = spawn(command, log=tmp_path / "log", env=env | {"VAR_DIR": str(tmp_path)}, cwd=ROOT)
    server = Server(process, port)
    try:
        process.wait_until(answers(server), seconds=120)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            page = httpx.get(f"{server.url}/events/").text
            if page.count('class="film"') >= 20:
                break
            time.sleep(0.5)
        assert page.count('class="film"') >= 20
        picture = re.search(r'src="(/media/events/[^"]+)"', page)
        assert httpx.get(f"{server.url}{picture[1]}").headers["Content-Type"] == "image/webp"
        assert "BEGIN:VEVENT" in httpx.get(f"{server.url}/events.ics").text
        assert len(httpx.get(f"{server.url}/catalog/events").json()) >= 20
    finally:
        server.stop()


def test_same_batch_twice_at_once_is_one_row_and_one_file_each(scaled: Product) -> None:
    """Two processes answer; each call has a connection of its own."""
    server = scaled.start("http", DEBUG="true", FETCH_ALLOW_LOOPBACK="true")
    with sites.running() as site:
        site.does("/poster.jpg", answer(POSTER))
        batch = {"events": [event_body(image_url=f"{site.url}/poster.jpg") for _ in range(250)]}

        def send(_number: int) -> dict:
            return httpx.post(f"{server.url}/scraperCatalog/upload/batch", json=batch, timeout=60).json()

        with ThreadPoolExecutor(CALLS) as pool:
            told = list(pool.map(send, range(CALLS)))
        again = send(0)

    names = sorted(one["uuid"] for one in batch["events"])
    assert sorted(one["uuid"] for answer in told for one in answer["created"]) == names
    assert sum(len(answer["skipped"]) for answer in told) == 250 * (CALLS - 1)
    assert [answer["failed"] for answer in told] == [[]] * CALLS
    assert (again["created"], {one["reason"] for one in again["skipped"]}) == ([], {"already_exists"})
    listed = httpx.get(f"{server.url}/scraperCatalog/events").json()
    assert sorted(one["uuid"] for one in listed) == names
    assert len({one["image_url"] for one in listed}) == 1
    assert [len(one["date_list"]) for one in listed] == [2] * 250


def test_redis_killed_and_back(scaled: Product, mortal_redis) -> None:
    scaled.manage("createsuperuser", "--noinput", "--email", "a@b.test", DJANGO_SUPERUSER_PASSWORD=PASSWORD)
    server = scaled.start("http", DEBUG="true", FETCH_ALLOW_LOOPBACK="true")
    scaled.start("relay")
    with sites.running() as site, httpx.Client(base_url=server.url, timeout=20) as client:
        site.does("/poster.jpg", answer(POSTER))

        def send(*bodies):
            return client.post("/scraper/results", json={"events": bodies})

        def listed() -> set[str]:
            return {one["uuid"] for one in client.get("/catalog/events").json()}

        def body():
            return event_body(image_url=f"{site.url}/poster.jpg")

        first, second, third = body(), body(), body()
        assert send(first).json()["sent"] == 1
        assert listed() == {first["uuid"]}

        mortal_redis.kill()
        refused = send(second)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        stored = client.post("/scraperCatalog/upload", json=third)
        assert stored.json()["detail"] == "created"
        until = time.monotonic() + 5
        while listed() != {first["uuid"], third["uuid"]} and time.monotonic() < until:
            time.sleep(0.2)
        assert listed() == {first["uuid"], third["uuid"]}

        mortal_redis.start()
        until = time.monotonic() + 20
        while (again := send(first, second, third)).status_code == 503 and time.monotonic() < until:
            time.sleep(0.5)
        assert again.json() == {"sent": 1, "skipped": 2, "failed": []}
        until = time.monotonic() + 15
        while len(listed()) < 3 and time.monotonic() < until:
            time.sleep(0.2)
        assert listed() == {first["uuid"], second["uuid"], third["uuid"]}
