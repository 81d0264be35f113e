"""The README's quick start runs as printed."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from cinema_project.tests.product import Product

README = Path(__file__).resolve().parents[2] / "README.md"
QUICK_START = "## Five calls"


@pytest.mark.long
@pytest.mark.timeout(180)
def test_quick_start_runs_as_printed(embedded: Product) -> None:
    embedded.manage("demo", "--no-serve")
    server = embedded.start()
    section = README.read_text().split(QUICK_START)[1]
    script = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert script is not None
    printed = script.group(1)
    assert "http://127.0.0.1:8000" in printed

    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", printed.replace("http://127.0.0.1:8000", server.url)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )

    held, tickets = (json.loads(line) for line in ran.stdout.splitlines())
    assert held["message"] == "Reserved 2 seats for 5 minutes"
    assert [ticket["status"] for ticket in tickets] == ["confirmed", "confirmed"]
    assert [ticket["seat_id"] for ticket in tickets] == [hold["seat_id"] for hold in held["reservations"]]
