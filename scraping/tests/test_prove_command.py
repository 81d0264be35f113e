"""``scraping prove`` and ``scraping run``: what they print, and how they end."""

import json
import shlex
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from scraping.models import MarketShowtime, Site
from scraping.sites.recording import differences
from scraping.tests.site_market import look, rows, truth, zone_of

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]


def manage(*arguments: str) -> tuple[int, str, str]:
    out, talk = StringIO(), StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=talk)
    except CommandError as error:
        return error.returncode, out.getvalue(), talk.getvalue() + str(error)
    return 0, out.getvalue(), talk.getvalue()


def test_command_shows_what_can_be_read(cinemas):
    code, out, _ = manage("scraping", "prove", f"{cinemas.url}/roxy/", "--zone", zone_of(cinemas, "roxy"))

    one = min(cinemas.upstream.truth("roxy"), key=lambda one: one["starts_at"])
    assert code == 0
    assert "schema.org data in its pages (JSON-LD); 3 pages read." in out
    assert one["title"] in out
    assert f"{one['price']:,}.00 IDR" in out
    assert "Confidence: " in out
    assert not Site.objects.exists()


def test_commands_run_as_the_documentation_prints_them(cinemas):
    host = cinemas.url.removeprefix("http://")
    section = (settings.BASE_DIR / "docs" / "listings.md").read_text().split("## Add a cinema's site")[1]
    printed = section.replace("127.0.0.1:8702", host).replace("127.0.0.1-8702", host.replace(":", "-")).splitlines()
    words = [shlex.split(line, comments=True)[2:] for line in printed if line.startswith("python manage.py scraping")]

    assert [manage(*one)[0] for one in words] == [0, 0, 0]
    assert MarketShowtime.objects.exists()


def test_command_says_how_much_more_was_mended(cinemas):
    code, out, _ = manage("scraping", "prove", f"{cinemas.url}/capitol/", "--zone", zone_of(cinemas, "capitol"))

    mended = len(look(cinemas, "capitol").mended)
    told = [line for line in out.splitlines() if line.startswith(("Mended", "Not read"))]
    assert code == 0
    assert (len(told), told[5]) == (7, f"Mended: {mended - 5} more.")
    assert told[6].endswith("Block 1 is no JSON: Unterminated string starting at: line 1 column 35 (char 34).")


def test_command_adds_and_runs_a_site(cinemas, tmp_path):
    file = tmp_path / "lux.json"
    zone = zone_of(cinemas, "lux")

    code, out, _ = manage(
        *("scraping", "prove", f"{cinemas.url}/lux/", "--zone", zone, "--save", "--record", str(file), "--json")
    )

    told = json.loads(out)
    assert (code, told["adapter"], told["level"]) == (0, "microdata", "good")
    assert len(told["showings"]) == len(cinemas.upstream.truth("lux"))
    assert differences(json.loads(file.read_text())) == []

    code, out, _ = manage("scraping", "run", told["source"], "--json")

    assert (code, json.loads(out)["status"]) == (0, "success")
    assert rows(told["source"]) == truth(cinemas, "lux")


def test_exit_codes_tell_how_it_went(cinemas):
    codes = {
        words: manage("scraping", "prove", *words.split())
        for words in (
            f"{cinemas.url}/plain/",
            f"{cinemas.url}/gone/",
            f"{cinemas.url}/private/",
            "http://10.0.0.7/",
            f"{cinemas.url}/roxy/ --zone Atlantis",
        )
    }

    assert [code for code, _, _ in codes.values()] == [1, 1, 1, 2, 2]
    assert all(len(words.splitlines()) == 1 for _, _, words in codes.values())
    assert manage("scraping", "run", "nothing.example")[0] == 1


def test_doubtful_page_ends_with_three(cinemas, clock):
    page = cinemas.upstream.lux(None)
    clock.travel(timedelta(days=9).total_seconds())
    cinemas.breaks("/lux/", lambda _: page)

    code, _, words = manage("scraping", "prove", f"{cinemas.url}/lux/", "--zone", "Asia/Jakarta")

    assert (code, words) == (3, "It can be read, with doubts: 40 %.")
