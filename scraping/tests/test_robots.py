"""What hosts ask of robots is read, and kept to."""

from datetime import timedelta

import pytest
from django.db.models import F

from cinema_project.tests.sites import answer
from scraping.fetching.robots import LASTS, LONGEST_DELAY, manners_in
from scraping.models import Host, SourceState
from scraping.tests.conftest import ruled

FILE = """\ufeff# Ours
User-Agent: OtherBot
User-agent: cinemabot/2
Disallow: /private  # but
Allow: /private/listings
Disallow: /*.pdf$
Disallow: /caf%c3%a9
Crawl-delay: 2

User-agent: *
Disallow: /

User-agent: CinemaBot
Disallow: /also?page=
Crawl-delay: soon
"""


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("", True),
        ("/films", True),
        ("/private", False),
        ("/private/x", False),
        ("/private/listings/2", True),
        ("/programme.pdf", False),
        ("/programme.pdf?x", True),
        ("/café", False),
        ("/caf%C3%A9", False),
        ("/also", True),
        ("/also?page=2", False),
        ("/robots.txt", True),
    ],
)
def test_groups_for_us_decide_and_the_longest_pattern_wins(path, allowed):
    assert manners_in(FILE, "CinemaBot").allow(f"https://cinema.example{path}") is allowed


def test_robots_without_a_group_of_their_own_keep_to_the_one_for_all():
    assert not manners_in(FILE, "Nobody").allow("https://cinema.example/films")
    assert manners_in("User-agent: x\nDisallow: /", "Nobody").allow("https://cinema.example/films")


@pytest.mark.parametrize(
    ("said", "delay"), [("2.5", 2.5), ("86400", LONGEST_DELAY), ("-1", 0), ("nan", 0), ("inf", LONGEST_DELAY), ("", 0)]
)
def test_delay_is_seconds_within_reason(said, delay):
    assert manners_in(f"User-agent: *\nCrawl-delay: {said}", "CinemaBot").delay == delay


@pytest.mark.parametrize(
    "text", ["", "\0", "Disallow: /", "<html>: no", "User-agent", "user-agent: *\nallow: /*" + "*" * 5000]
)
def test_nonsense_forbids_nothing(text):
    assert manners_in(text, "CinemaBot").allow("https://cinema.example/" + "a" * 5000)


def says(site, text: str, status: int = 200) -> None:
    site.does("/robots.txt", answer(text.encode(), status))


@pytest.fixture
def minded(source):
    ruled(source, robots=True)
    return source


@pytest.mark.both_databases
def test_what_robots_are_not_to_read_is_not_asked_for(minded, site, go):
    says(site, "User-agent: *\nDisallow: /page/2")

    run = go()

    assert (run.state, run.counts["units"]) == ("partial", {"done": 2, "dead": 1})
    assert "asks robots not to read this" in run.words
    assert "/page/2" not in site.paths
    assert (site.paths.count("/robots.txt"), run.counts["requests"]) == (1, 3)


def test_staff_may_decide_otherwise(minded, site, go):
    says(site, "User-agent: *\nDisallow: /")
    SourceState.objects.update_or_create(name="numbers", defaults={"ignores_robots": True})

    assert go().state == "succeeded"
    assert "/robots.txt" not in site.paths


def test_host_without_one_is_asked_for_it_once_a_day(minded, site, go):
    go()
    go(again=1)
    assert site.paths.count("/robots.txt") == 1

    Host.objects.update(robots_at=F("robots_at") - LASTS - timedelta(seconds=1))
    says(site, "User-agent: *\nDisallow: /")

    assert go(again=2).state == "failed"
    assert site.paths.count("/robots.txt") == 2


def test_host_that_cannot_say_is_not_read_until_it_can(minded, site, go, monkeypatch):
    monkeypatch.setattr("scraping.fetching.retry.FIRST_BACKOFF", 0.3)
    site.does("/robots.txt", answer(b"", 502), answer(b""))

    run = go()

    assert (run.state, site.paths.count("/robots.txt")) == ("succeeded", 2)
    assert site.paths[:2] == ["/robots.txt"] * 2


def test_what_it_said_last_counts_while_it_cannot_say(minded, site, go):
    says(site, "User-agent: *\nDisallow: /page/2")
    go()
    Host.objects.update(robots_at=F("robots_at") - LASTS - timedelta(seconds=1))
    says(site, "", 503)

    assert go(again=1).counts["units"] == {"done": 2, "dead": 1}


def test_delay_that_it_wants_is_kept(minded, site, go):
    says(site, "User-agent: *\nCrawl-delay: 0.5")

    go()

    first, *_, last = [asked.at for asked in site.asked if asked.path.startswith("/page/")]
    assert last - first >= 0.98
