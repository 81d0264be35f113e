"""Tokens: kept encrypted, got by one alone, and never said aloud."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from cinema_project.common.sealing import Unreadable, seal, unseal
from scraping.fakes.faults import refused, says
from scraping.fakes.guards import PASSWORD, PHONE
from scraping.fakes.world import World
from scraping.fetching.breaker import HostBlocked
from scraping.fetching.lone import asking_for
from scraping.fetching.session import host_of
from scraping.models import Host, SiteToken
from scraping.services.tokens import refresh_token, token_status
from scraping.sources.registry import get_source
from scraping.tests.tix_market import market
from scraping.tix.asking import Purse, ask, doors
from scraping.tix.keeping import NoToken, hold, stored
from scraping.tix.requests import Bearer, layout

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def world():
    return World(theatres=8, cities=8)


@pytest.fixture
def tix(settings, monkeypatch, world, clock):
    with market(settings, monkeypatch, clock, world) as tix:
        yield tix


def row() -> SiteToken:
    return SiteToken.objects.get(pk="tix user")


def seats_of_first_showing(tix) -> int:
    """Look at some showing's seats, and return the status of the answer."""
    showing = next(tix.site.world.showings(tix.site.today))
    chain = {"XXI": "xxi", "CGV": "cgv"}.get(showing.theatre.chain, "cinepolis")
    with asking_for(get_source("tix-seats")) as client:
        return ask(client, layout(chain=chain, showing_id=showing.id), Purse()).status


def test_login_through_the_api_is_kept_encrypted(tix):
    status = refresh_token()

    assert (status.got_by, status.refreshable, status.is_usable) == ("login", True, True)
    assert 29 < status.minutes_left <= 30
    tokens = stored(row())
    assert tix.site.guard.admits(tokens.access, "user")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM scraping_sitetoken")
        whole = repr(cursor.fetchall())
    assert not any(secret in whole for secret in (tokens.access, tokens.refresh, PASSWORD, PHONE))


def test_token_is_refreshed_before_it_is_over(tix):
    refresh_token()
    tix.clocks.travel(timedelta(minutes=26))

    assert seats_of_first_showing(tix) == 200
    assert (row().got_by, tix.asked("/v1/users/login"), tix.asked("/v1/users/refresh")) == ("refresh", 1, 1)


def test_refused_refresh_leads_to_a_login(tix):
    refresh_token()
    tix.clocks.travel(timedelta(days=92))

    assert refresh_token().got_by == "login"


def test_revoked_token_is_replaced_in_the_middle(tix):
    refresh_token()
    tix.clocks.travel(timedelta(minutes=1))
    tix.site.guard.revoke()

    assert seats_of_first_showing(tix) == 200
    assert row().got_by == "refresh"


def test_fresh_token_that_is_not_known_everywhere_yet_is_given_time(tix):
    refresh_token()
    tix.site.guard.lag = 1.2
    tix.clocks.travel(timedelta(minutes=26))

    assert seats_of_first_showing(tix) == 200
    assert [one.status for one in tix.served.asked if one.path.endswith("/layout")] == [401, 401, 200]
    assert tix.asked("/v1/users/refresh") == 1


def test_of_many_who_find_it_over_one_refreshes(tix):
    refresh_token()
    tix.clocks.travel(timedelta(minutes=26))
    tix.served.latency = 0.2

    def one(_) -> str:
        try:
            with asking_for(get_source("tix-seats")) as client:
                return hold(Bearer.USER, doors(client)).access
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(one, range(8)))

    assert len(set(got)) == 1
    assert tix.asked("/v1/users/refresh") == 1


def test_last_good_token_stays_when_none_is_to_be_had(tix, settings):
    refresh_token()
    before = row().sealed
    tix.served.breaks("/v1/users/*", *[refused("MAINTENANCE", f"No {PASSWORD} at {PHONE}")] * 3)

    with pytest.raises(NoToken, match="MAINTENANCE") as error:
        refresh_token()

    after = row()
    assert (after.sealed, after.failures) == (before, 1)
    assert after.renewing == ""
    assert not any(secret in error.value.detail + after.last_error for secret in (PASSWORD, PHONE, PHONE[1:]))
    assert token_status().is_usable


def test_wrong_password_is_not_tried_again_by_itself(tix, settings):
    settings.TIX_PASSWORD = "not the password"
    for _ in range(3):
        with pytest.raises(NoToken), asking_for(get_source("tix-seats")) as client:
            hold(Bearer.USER, doors(client))

    assert tix.asked("/v1/users/login") == 1
    assert "wrong" in row().last_error


def test_without_an_account_the_sentence_says_what_to_set(tix, settings):
    settings.TIX_PASSWORD = ""

    with pytest.raises(NoToken, match="TIX_PHONE_NUMBER and TIX_PASSWORD are not set"):
        refresh_token()


def test_whoever_died_getting_a_token_is_waited_for_no_longer_than_its_lease(tix, clock):
    SiteToken.objects.create(pk="tix user", renewing="dead", renewing_until=tix.clocks() + timedelta(seconds=1))

    assert refresh_token().is_usable


def test_nothing_secret_is_logged(tix, caplog):
    caplog.set_level(logging.DEBUG)
    refresh_token()
    tix.clocks.travel(timedelta(minutes=26))
    seats_of_first_showing(tix)

    tokens = stored(row())
    assert not any(secret in caplog.text for secret in (tokens.access, tokens.refresh, PASSWORD, PHONE))
    assert tokens.access not in repr(tokens)


def test_keys_change_without_a_new_login(tix, settings):
    refresh_token()
    old, new = settings.FIELD_KEYS, Fernet.generate_key().decode()
    access = stored(row()).access

    settings.FIELD_KEYS = [new, *old]
    call_command("rotate_field_keys")
    settings.FIELD_KEYS = [new]

    assert stored(row()).access == access


def test_token_that_no_key_opens_is_told_and_got_anew(tix, settings):
    refresh_token()
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(CommandError, match="tix user"):
        call_command("rotate_field_keys")
    assert not token_status().is_usable
    assert refresh_token().is_usable


def test_other_key_does_not_open_what_was_sealed(settings):
    sealed = seal("a secret")
    assert unseal(sealed) == "a secret"

    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(Unreadable, match="FIELD_KEYS"):
        unseal(sealed)


def test_login_drives_a_browser_where_the_api_has_no_key(tix, settings):
    settings.TIX_RSA_PUBLIC_KEY = ""

    assert refresh_token().got_by == "browser"
    assert tix.asked("/web/login") == 1


def test_page_that_robots_are_not_to_read_is_not_opened_in_a_browser(tix, settings, monkeypatch):
    settings.TIX_RSA_PUBLIC_KEY = ""
    robots = says(b"User-agent: *\nDisallow: /login", 200)
    monkeypatch.setattr(tix.site, "answer", lambda asked: robots(asked) if asked.path == "/robots.txt" else None)

    with pytest.raises(NoToken, match=r"robots\.txt of .* asks robots not to read this"):
        refresh_token(visible=True)

    assert tix.served.paths == ["/robots.txt"]
    assert row().rest_until is None  # no login was refused


def test_host_that_is_blocked_is_not_asked_by_a_browser_either(tix, settings):
    settings.TIX_RSA_PUBLIC_KEY = ""
    Host.objects.create(name=host_of(tix.served.url), is_blocked=True)

    with pytest.raises(HostBlocked):
        refresh_token(visible=True)

    assert tix.served.paths == []
