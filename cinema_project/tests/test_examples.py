"""The scripts in docs/examples run against the product, with nothing but Python."""

import json
import subprocess
import sys
import urllib.request
from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.tests.make import PASSWORD
from cinema_project.tests.product import ROOT, Product

BERLIN = ZoneInfo("Europe/Berlin")
EMAIL = "admin@cinema.test"


def read(url: str) -> list:
    with urllib.request.urlopen(url, timeout=20) as response:
        return json.load(response)


@pytest.mark.timeout(180)
def test_a_week_of_a_new_cinema_is_made_through_the_api(embedded: Product) -> None:
    embedded.manage("createsuperuser", "--noinput", "--email", EMAIL, DJANGO_SUPERUSER_PASSWORD=PASSWORD)
    url = embedded.start().url

    ran = subprocess.run(
        [sys.executable, "-I", ROOT / "docs/examples/a_week_by_api.py", url, EMAIL, PASSWORD],
        capture_output=True,
        text=True,
        check=True,
    )

    made = json.loads(ran.stdout)
    screenings = read(f"{url}/api/v1/showtimes?limit=500&cinema_id={made['cinema']}")
    days = Counter(day_of(one) for one in screenings)
    rooms = read(f"{url}/api/v1/cinemas/{made['cinema']}/rooms")
    assert [(room["name"], room["capacity"]) for room in rooms] == [
        ("Screen 1", 280),
        ("Screen 2", 192),
        ("Screen 3", 140),
        ("Screen 4", 96),
        ("Screen 5", 80),
        ("Screen 6", 40),
    ]
    assert (len(screenings), len(days), len(made["films"])) == (made["screenings"], 7, 7)
    assert sorted(days) == [min(days) + timedelta(days=number) for number in range(7)]
    assert {one["room_id"] for one in screenings} == set(made["rooms"])
    assert min(days.values()) >= 3 * len(rooms)
    assert embedded.manage("audit_invariants").returncode == 0

    refused = subprocess.run(
        [sys.executable, "-I", ROOT / "docs/examples/a_week_by_api.py", url, EMAIL, "wrong"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (refused.returncode, refused.stderr) == (1, "auth/login: Incorrect email or password\n")


def day_of(screening: dict) -> date:
    return datetime.fromisoformat(screening["start_time"]).astimezone(BERLIN).date()
