"""Media jobs in the running product: the specification's clients, and a schedule that real clocks and workers keep."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from cinema_project.tests.product import ROOT
from scraping.fakes.drive import credentials_file
from scraping.tests.media import USER, Outside, outside
from scraping.tests.test_media_crashes import check_end

GUIDE = ROOT / "docs" / "media-jobs.md"
KEY = "cinema-demo-key-2026"
BASE = "http://localhost:8000"


@pytest.fixture
def sites() -> Iterator[Outside]:
    with outside(50, size=20_000) as sites:
        yield sites


@pytest.fixture
def environment(sites, tmp_path) -> dict[str, str]:
    file = tmp_path / "credentials.json"
    file.write_text(credentials_file(sites.drive_site.url))
    return {
        "API_KEYS": KEY,
        "RATE_LIMIT_BURST": "100000",
        "MEDIA_RIGHTS_CONFIRMED": "true",
        "TIKTOK_BASE_URL": sites.tiktok_site.url,
        "TIKTOK_REQUESTS_PER_SECOND": "1000",
        "GOOGLE_DRIVE_BASE_URL": sites.drive_site.url,
        "GOOGLE_DRIVE_CREDENTIALS": str(file),
        "FETCH_ALLOW_LOOPBACK": "true",
    }


@pytest.fixture
def api() -> Iterator[httpx.Client]:
    with httpx.Client(headers={"X-API-Key": KEY}) as api:
        yield api


def wait_for(happened: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.1)


def code(language: str, url: str) -> str:
    """Return a client as printed, but for where the cinema is."""
    clients = GUIDE.read_text().split("## Clients")[1]
    [printed] = re.findall(rf"```{language}\n(.*?)```", clients, re.DOTALL)
    assert BASE in printed
    return printed.replace(BASE, url)


@pytest.mark.long
@pytest.mark.timeout(240)
def test_clients_of_the_specification_run_as_printed(embedded, environment, sites, browser, api):
    embedded.settings |= environment
    server = embedded.start()
    api.base_url = f"{server.url}/api/v1"

    ran = subprocess.run([sys.executable, "-c", code("python", server.url)], capture_output=True, text=True, check=True)
    assert re.fullmatch(r"Progress: \d+%\n", ran.stdout)
    [job] = api.get("/jobs").json()
    wait_for(lambda: api.get(f"/jobs/{job['id']}").json()["job"]["status"] == "completed")
    script = code("bash", server.url).replace("{job_id}", job["id"])
    ran = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=True)
    texts = json.JSONDecoder()
    made, end = texts.raw_decode(ran.stdout)
    shown, more = texts.raw_decode(ran.stdout[end:])
    videos, _ = texts.raw_decode(ran.stdout[end + more :])
    browser.get(f"{server.url}/health")
    script = code("javascript", server.url).replace("console.log", "done")
    said = browser.execute_async_script(f"const done = arguments[0]; (async () => {{ {script} }})()")

    assert (made["mode"], made["value"], made["limit"], made["no_watermark"]) == ("profile", USER, 50, True)
    assert (shown["job"]["progress"], shown["job"]["successful_downloads"]) == (100, 50)
    assert len(shown["drive_links"]) == len(shown["videos"]) == 50
    assert (videos["total"], len(videos["videos"])) == (50, 20)
    assert re.fullmatch(r"Progress: \d+%", said)
    wait_for(lambda: api.get("/stats").json()["completed_jobs"] == 3)
    assert api.get("/stats/health").json()["scheduler"] is True


@pytest.mark.long
@pytest.mark.timeout(240)
def test_schedule_is_kept_by_two_clocks_and_a_worker(scaled, environment, sites, api):
    scaled.settings |= environment
    scaled.execute(["UPDATE django_celery_beat_intervalschedule SET every = 1 WHERE every = 5 AND period = 'seconds'"])
    web = scaled.start("http")
    api.base_url = f"{web.url}/api/v1"
    wanted = {"name": "Daily", "mode": "profile", "value": USER, "interval_minutes": 60}
    made = api.post("/scheduled-jobs", json=wanted).json()
    for kind in ("relay", "worker", "beat", "beat"):
        scaled.start(kind)
    wait_for(lambda: api.get("/stats/health").json()["scheduler"])
    assert api.get("/jobs").json() == []

    scaled.clock.travel(2.5 * 3600)

    def schedule() -> dict:
        return api.get(f"/scheduled-jobs/{made['id']}").json()

    wait_for(lambda: schedule()["successful_runs"] == 1)
    [job] = api.get("/jobs").json()
    assert (job["status"], job["successful_downloads"], job["scheduled_job_id"]) == ("completed", 50, made["id"])
    told = schedule()
    assert (told["total_runs"], told["failed_runs"]) == (1, 0)
    assert told["next_run_at"] > told["last_run_at"] > made["next_run_at"]
    check_end(scaled, sites)
