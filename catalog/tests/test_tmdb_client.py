"""Asking TMDB, whatever it does."""

import logging

import pytest

from catalog.tests import fake_tmdb
from catalog.tests.fake_tmdb import TMDB_ID, answer, film, refusal, too_many
from catalog.tmdb import client
from catalog.tmdb.client import TmdbNotConfigured, TmdbNotFound, TmdbRefused, TmdbUnavailable
from cinema_project.common.errors import DomainError

DOWN = "TMDB does not answer. Please try again in a while."
OTHER = "TMDB's answer has another shape than it should have."


def refused() -> tuple[type[DomainError], str, int | None]:
    with pytest.raises(DomainError) as caught:
        client.film(TMDB_ID)
    return type(caught.value), caught.value.detail, caught.value.retry_after


@pytest.fixture
def hasty(monkeypatch):
    monkeypatch.setattr(client, "PATIENCE", 0.2)


def test_film_comes_with_credits_and_videos_in_one_request(tmdb):
    found = client.film(TMDB_ID)

    assert (found.title, found.runtime, len(found.credits.cast), len(found.videos.results)) == ("Nosferatu", 94, 2, 5)
    [(path, query, headers)] = tmdb.asked
    assert (path, query) == (
        "/3/movie/653",
        {"api_key": fake_tmdb.KEY, "append_to_response": "credits,videos"},
    )
    assert "Authorization" not in headers


def test_read_access_token_goes_into_the_header(tmdb, settings):
    settings.TMDB_API_KEY = "eyJ.part.sig"

    client.film(TMDB_ID)

    [(_, query, headers)] = tmdb.asked
    assert (query, headers["Authorization"]) == ({"append_to_response": "credits,videos"}, "Bearer eyJ.part.sig")


def test_without_a_key_nothing_is_asked(tmdb, settings):
    settings.TMDB_API_KEY = ""

    assert refused() == (TmdbNotConfigured, "This site has no key for TMDB: set TMDB_API_KEY.", None)
    assert tmdb.asked == []


@pytest.mark.parametrize(
    ("script", "refusal"),
    [
        (fake_tmdb.WRONG_KEY, (TmdbRefused, "TMDB does not accept the key: check TMDB_API_KEY.", None)),
        (fake_tmdb.NOT_FOUND, (TmdbNotFound, "TMDB has no film 653.", None)),
        (
            refusal(500, 11, "Internal error"),
            (TmdbUnavailable, "TMDB answers with an error (500). Please try again in a while.", None),
        ),
        (
            answer(b"", 302, Location="http://127.0.0.1:1/"),
            (TmdbUnavailable, "TMDB answers with an error (302). Please try again in a while.", None),
        ),
        (too_many("3"), (TmdbUnavailable, "TMDB is asked too often. Try again in 3 seconds.", 3)),
        (too_many("soon"), (TmdbUnavailable, "TMDB is asked too often. Try again in 60 seconds.", 60)),
        (too_many("9" * 9), (TmdbUnavailable, "TMDB is asked too often. Try again in 3600 seconds.", 3600)),
        (too_many("0"), (TmdbUnavailable, "TMDB is asked too often. Try again in 1 seconds.", 1)),
        (fake_tmdb.cut_off, (TmdbUnavailable, DOWN, None)),
        (fake_tmdb.no_answer, (TmdbUnavailable, DOWN, None)),
        (fake_tmdb.compressed, (TmdbUnavailable, "TMDB's answer cannot be read.", None)),
        (answer(b"<html>"), (TmdbUnavailable, "TMDB's answer is not JSON.", None)),
        (answer(b'{"title": "\\ud800"}'), (TmdbUnavailable, "TMDB's answer is not JSON.", None)),
        (answer([film()]), (TmdbUnavailable, OTHER, None)),
        (answer(b'{"title": ' + b"[" * 1000 + b"]" * 1000 + b"}"), (TmdbUnavailable, OTHER, None)),
        (answer(film(title="")), (TmdbUnavailable, f"{OTHER} Wrong: title.", None)),
        (answer({"success": True}), (TmdbUnavailable, f"{OTHER} Wrong: title.", None)),
        (
            answer(film(runtime="long", credits={"cast": [{"order": 0}]})),
            (TmdbUnavailable, f"{OTHER} Wrong: credits.cast.0.name, runtime.", None),
        ),
        (answer(film(release_date="1922-13-41")), (TmdbUnavailable, f"{OTHER} Wrong: release_date.", None)),
        (answer(b" " * (2 * 1024**2 + 1)), (TmdbUnavailable, "TMDB's answer is larger than 2 MB.", None)),
    ],
)
def test_whatever_tmdb_does_is_refused_with_one_sentence(tmdb, script, refusal):
    tmdb.does(script)

    assert refused() == refusal


@pytest.mark.parametrize("how", ["hang", "drip"])
def test_tmdb_that_takes_too_long_is_given_up(tmdb, hasty, how):
    tmdb.does(getattr(tmdb, how))

    assert refused() == (TmdbUnavailable, DOWN, None)


def test_answer_that_comes_drop_by_drop_is_given_up(tmdb, monkeypatch):
    monkeypatch.setattr(client, "WHOLE_SECONDS", 0)

    assert refused() == (TmdbUnavailable, DOWN, None)


def test_tmdb_that_is_not_there_is_down(tmdb, settings):
    settings.TMDB_BASE_URL = "http://127.0.0.1:1"

    assert refused() == (TmdbUnavailable, DOWN, None)


def test_short_wait_is_waited_once(tmdb):
    tmdb.does(too_many("0"), answer(film()))

    assert client.film(TMDB_ID).title == "Nosferatu"
    assert len(tmdb.asked) == 2


@pytest.mark.parametrize("tmdb_id", [0, 2**31, 10**30])
def test_number_that_no_film_has_is_not_asked_for(tmdb, tmdb_id):
    with pytest.raises(TmdbNotFound, match=f"TMDB has no film {tmdb_id}."):
        client.film(tmdb_id)

    assert tmdb.asked == []


def test_key_stays_out_of_the_log_and_the_trace(tmdb, caplog):
    caplog.set_level(logging.INFO)
    client.film(TMDB_ID)
    tmdb.does(fake_tmdb.no_answer)

    with pytest.raises(TmdbUnavailable) as caught:
        client.film(TMDB_ID)

    assert fake_tmdb.KEY not in caplog.text
    assert "TMDB did not answer" in caplog.text
    assert caught.value.__suppress_context__


def test_words_are_made_fit_for_the_database(tmdb):
    tmdb.says(film(title=" Nos\0feratu ", overview="", poster_path="/../../etc/passwd"))

    found = client.film(TMDB_ID)

    assert (found.title, found.overview, found.poster_path) == ("Nosferatu", None, None)
