"""The commands of scraping: what they print, how they end, and that they go on where they were."""

import json
import os
import shlex
import signal
import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from cinema_project.tests.product import Product
from scraping.fakes.faults import refused, says
from scraping.fakes.guards import PASSWORD, PHONE
from scraping.fakes.world import World
from scraping.models import Attempt, Item, MarketShowtime, Run, SeatSnapshot
from scraping.schemas import ScraperRunSchema
from scraping.services.execution import work_on
from scraping.services.runs import start_run
from scraping.tests.tix_market import market, tables, truth
from scraping.tix.layouts import CAVEAT

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def world():
    return World(theatres=14, cities=8)


@pytest.fixture
def tix(settings, monkeypatch, world, clock):
    monkeypatch.setattr("scraping.fetching.retry.FIRST_BACKOFF", 0.3)
    with market(settings, monkeypatch, clock, world) as tix:
        yield tix


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def manage(*arguments: str) -> tuple[int, str, str]:
    """Call a command; return how it ended, and what stood on stdout and stderr."""
    out, talk = StringIO(), StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=talk)
    except CommandError as error:
        return error.returncode, out.getvalue(), talk.getvalue() + str(error)
    return 0, out.getvalue(), talk.getvalue()


def test_commands_run_as_the_readme_prints_them(tix):
    section = (settings.BASE_DIR / "README.md").read_text().split("## What other cinemas show")[1].split("\n## ")[0]
    printed = [
        shlex.split(line, comments=True)[2:] for line in section.splitlines() if line.startswith("python manage")
    ]

    ended = {" ".join(words): manage(*words)[0] for words in printed if words[0] not in ("migrate", "fake_upstreams")}

    assert len(ended) == 6
    assert set(ended.values()) == {0}
    assert tables() == truth(tix.site)


def test_everything_is_read_and_summed_up(tix):
    code, out, _ = manage("scrape_movies", "--schedules", "--json")

    told = json.loads(out)
    right = truth(tix.site)
    assert (code, told["status"], told["failed"]) == (0, "success", [])
    assert (told["movies"], told["cities"], told["date"]) == (len(right["films"]), 83, tix.site.today.isoformat())
    assert ScraperRunSchema.model_validate(told).is_healthy
    assert (told["theatres_total"], told["theatres_success"], told["theatres_failed"]) == (14, 14, 0)
    assert (told["created"], told["updated"]) == (Item.objects.count(), 0)
    assert tables() == right


def test_people_get_a_sentence_and_nothing_when_quiet(tix):
    city = tix.site.world.cities[0].name

    assert manage("scrape_movies", "--city", city)[1].startswith("Run ")
    assert manage("scrape_movies", "--city", city, "--quiet") == (0, "", "")


def test_bar_grows_on_a_terminal_alone(tix):
    terminal, pipe = Terminal(), StringIO()
    for talk in (terminal, pipe):
        call_command("scrape_movies", stdout=StringIO(), stderr=talk)

    assert "[##############################] 84/84 pages" in terminal.getvalue()
    assert "\x1b" not in terminal.getvalue()
    assert pipe.getvalue() == ""


def test_unknown_city_is_a_wrong_call(tix):
    code, _, words = manage("scrape_movies", "--city", "Jakarto")

    assert (code, "Did you mean JAKARTA?" in words) == (2, True)
    assert not Run.objects.exists()


def test_empty_city_is_not_all_of_them(tix):
    assert manage("scrape_movies", "--city", "")[0] == 2
    assert tix.asked("/v1") == 0


def test_refusal_is_an_object_too_where_one_was_asked_for(tix):
    code, out, words = manage("scraping", "replay", "99", "--json")

    assert (code, json.loads(out)) == (1, {"status": "failed", "detail": "There is no run 99."})
    assert words == "There is no run 99."


def test_part_that_fails_ends_with_three_and_is_named(tix):
    manage("scrape_movies", "--schedules")
    city = tix.site.world.cities[0]
    known = len(tix.site.world.theatres_by_city[city.name])
    answer = tix.site.movies
    tix.site.movies = lambda asked: (
        says(b"<h1>Bad</h1>", 400)(asked) if asked.query["city_id"] == city.id else answer(asked)
    )

    code, out, words = manage("scrape_movies", "--schedules", "--json")

    told = json.loads(out)
    assert (code, told["status"]) == (3, "partial")
    assert [one["unit"] for one in told["failed"]] == [f"movies:{city.name}"]
    assert (told["theatres_total"], told["theatres_failed"], told["cities"]) == (14, known, 82)
    assert "could not be read" in words


def test_failure_ends_with_one_and_one_sentence(tix):
    tix.served.breaks("/v1/cities", *[refused("MAINTENANCE")] * 9)

    code, _, words = manage("scrape_movies")

    assert code == 1
    assert "MAINTENANCE" in words
    assert "Traceback" not in words


def test_run_that_was_stopped_is_gone_on_with_and_nothing_fetched_twice(tix):
    run, _ = start_run(source="tix", options={"schedules": True}, hand_off=False)
    stop = threading.Event()
    work_on(run_id=run.pk, stop=stop, progress=lambda _: Attempt.objects.count() > 60 and stop.set())
    assert Run.objects.get(pk=run.pk).state == "running"
    done = Attempt.objects.filter(outcome="done").count()

    code, out, talk = manage("scrape_movies", "--schedules", "--json")

    assert (code, json.loads(out)["run"], f"Going on with run {run.pk}." in talk) == (0, run.pk, True)
    assert 60 < done < Attempt.objects.count()
    pages = [(one.path, str(one.query)) for one in tix.served.asked if one.status == 200]
    assert len(pages) == len(set(pages))
    assert tables() == truth(tix.site)


def test_ctrl_c_ends_in_good_order_with_three(tix):
    tix.served.breaks("/v1/schedules/date", lambda _: os.kill(os.getpid(), signal.SIGINT))

    code, out, words = manage("scrape_movies", "--schedules", "--json")

    assert (code, json.loads(out)["status"]) == (3, "partial")
    assert json.loads(out)["unchanged"] + json.loads(out)["created"] == Item.objects.count() > 0
    assert "the same command goes on with it" in words
    assert Run.objects.get().state == "running"
    assert manage("scrape_movies", "--schedules")[0] == 0
    assert Run.objects.count() == 1
    assert tables() == truth(tix.site)


def test_run_of_yesterday_that_nobody_ended_does_not_stand_in_the_way(tix):
    old, _ = start_run(source="tix", hand_off=False)
    tix.clocks.travel(timedelta(days=1))

    assert manage("scrape_movies")[0] == 0
    assert Run.objects.get(pk=old.pk).state == "cancelled"


def test_replay_fetches_nothing(tix):
    manage("scrape_movies", "--schedules")
    run, asked = Run.objects.get(), len(tix.served.asked)

    code, out, _ = manage("scraping", "replay", str(run.pk), "--json")

    told = json.loads(out)
    assert (code, told["status"], told["created"], told["updated"]) == (0, "success", 0, 0)
    assert told["unchanged"] == Item.objects.count() + repeated_theatres(run)
    assert len(tix.served.asked) == asked


def repeated_theatres(run: Run) -> int:
    """Return how often a cinema was named that was known by then: it stands on the pages of many films."""
    return run.counts["unchanged"]


def test_dry_run_says_what_would_be_read_and_reads_nothing(tix):
    assert "Would begin a run; pages to read: 1" in manage("scrape_movies", "--dry-run")[1]
    assert json.loads(manage("scrape_seats", "--dry-run", "--json")[1]) == {"dry_run": True, "run": None, "pages": 0}
    assert not Run.objects.exists()

    run, _ = start_run(source="tix", hand_off=False)
    work_on(run_id=run.pk, seconds=0)
    assert f"Would go on with run {run.pk}; pages to read: 1" in manage("scrape_movies", "--dry-run")[1]
    assert "pages to read: 0" in manage("scraping", "replay", str(run.pk), "--dry-run")[1]
    assert manage("scraping", "replay", "99", "--dry-run")[0] == 1
    assert tix.asked("/v1") == 0


def test_seats_of_nothing_say_why(tix):
    assert "scrape_movies --schedules reads those of today" in manage("scrape_seats")[1]

    manage("scrape_movies", "--schedules")
    tix.clocks.go_to(MarketShowtime.objects.latest("starts_at").starts_at - timedelta(minutes=8))
    MarketShowtime.objects.update(status=0)

    assert "within 30 minutes 0 were on sale when they were listed." in manage("scrape_seats", "--due")[1]
    assert "within 15 minutes 0 were on sale when they were listed." in manage("scrape_seats")[1]


def test_replay_of_a_run_that_is_none_is_refused(tix):
    assert manage("scraping", "replay", "99")[0] == 1


def test_seats_are_looked_at(tix):
    manage("scrape_movies", "--schedules")
    tix.clocks.go_to(MarketShowtime.objects.latest("starts_at").starts_at - timedelta(minutes=8))

    code, out, _ = manage("scrape_seats", "--json")

    told = json.loads(out)
    assert (code, told["looks"], CAVEAT in told["words"]) == (0, SeatSnapshot.objects.count(), True)
    assert SeatSnapshot.objects.exists()
    assert manage("scrape_seats", "--due")[0] == 0
    assert "each was looked at in its phase already" in manage("scrape_seats", "--due")[1]
    assert json.loads(manage("scrape_seats", "--json")[1])["looks"] == told["looks"]
    code, out, _ = manage("scraping", "replay", str(told["run"]), "--json")
    assert (code, json.loads(out)["looks"], "movies" in json.loads(out)) == (0, told["looks"], False)


def test_token_is_got_and_checked(tix):
    assert manage("refresh_token", "--check")[0] == 1
    code, out, _ = manage("refresh_token", "--json")
    assert (code, json.loads(out)["got_by"]) == (0, "login")
    assert manage("refresh_token", "--check", "--check-min-ttl", "25")[0] == 0
    tix.clocks.travel(timedelta(minutes=10))
    code, _, words = manage("refresh_token", "--check", "--check-min-ttl", "25")
    assert (code, "lasts 20 more minutes, not 25" in words) == (1, True)
    told = json.loads(manage("refresh_token", "--check", "--json")[1])
    assert [told["issued_at"][10], told["expires_at"][10]] == ["T", "T"]


def test_refused_login_is_told_without_credentials(tix, settings):
    settings.TIX_PASSWORD = "not the password"

    code, out, words = manage("refresh_token")

    assert (code, "wrong" in words) == (1, True)
    assert not any(secret in out + words for secret in (PASSWORD, "not the password", PHONE, PHONE[1:]))


@pytest.mark.parametrize("minutes", ["nan", "-5", "inf", "soon"])
def test_life_that_is_no_number_is_a_wrong_call(minutes):
    with pytest.raises(CommandError, match=f"'{minutes}' cannot be used, it must be a number from 0"):
        call_command("refresh_token", "--check", "--check-min-ttl", minutes)


@pytest.mark.parametrize(
    ("command", "url", "words"),
    [
        (
            ["scrape_movies", "--json"],
            "sqlite:///{}/empty.sqlite3",
            "The database is not up to date: run manage.py migrate first.\n",
        ),
        (
            ["refresh_token", "--check"],
            "postgresql://nobody@127.0.0.1:1/x",
            "The database cannot be used: ",
        ),
    ],
    ids=["not migrated", "away"],
)
def test_database_that_is_of_no_use_is_told_in_a_sentence(tmp_path, command, url, words):
    product = Product(tmp_path, "sqlite://", settings={"DATABASE_URL": url.format(tmp_path)})

    done = product.manage(*command)

    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert f"CommandError: {words}" in done.stderr
    assert not done.stdout or json.loads(done.stdout)["status"] == "failed"


@pytest.mark.parametrize("name", ["scrape_movies", "scrape_seats", "refresh_token", "rotate_field_keys", "scraping"])
def test_help_has_examples_and_exit_codes(name, capsys):
    with pytest.raises(SystemExit):
        call_command(name, "--help")

    told = capsys.readouterr().out
    assert told.count(f"manage.py {name}") >= 2
    assert "exit codes: 0" in told
