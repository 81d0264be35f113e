"""The Movie Database through the API: lists at most an hour old, and imports by staff."""

from datetime import UTC, datetime

import pytest
from django.core.cache import cache

from accounts.tests import make as people
from catalog.api.views.tmdb import SearchTmdb, TmdbFilm
from catalog.models import Movie
from catalog.tests import fake_tmdb
from catalog.tests.api import Api
from catalog.tests.fake_tmdb import TMDB_ID, answer, film, hit, page
from cinema_project.common.rates import Rate

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

LISTS = ("now_playing", "upcoming", "popular", "top_rated")
HOUR = 3600
NOON = datetime(2031, 6, 2, 12, 0, 0, 500_000, tzinfo=UTC)


@pytest.fixture
def api():
    return Api()


def problem(response) -> tuple[int, str]:
    assert response.headers["Content-Type"] == "application/problem+json"
    return response.status_code, response.json()["code"]


@pytest.mark.parametrize("name", LISTS)
def test_list_is_tmdbs_own(api, tmdb, name):
    own = page(hit(), number=2) | {"dates": {"maximum": "2026-12-01"}}
    tmdb.does(answer(own), path=f"movie/{name}")

    shown = api.get(f"tmdb/{name}", page=2)

    assert (shown.status_code, shown.json()) == (200, own)
    [(path, query, _)] = tmdb.asked
    assert (path, query) == (f"/3/movie/{name}", {"api_key": fake_tmdb.KEY, "page": "2"})


def test_search_is_tmdbs_own(api, tmdb):
    shown = api.get("tmdb/search", q=" Nosferatu ")

    assert (shown.status_code, shown.json()) == (200, page(hit()))
    [(path, query, _)] = tmdb.asked
    assert (path, query) == ("/3/search/movie", {"api_key": fake_tmdb.KEY, "query": "Nosferatu", "page": "1"})


def test_film_is_tmdbs_own(api, tmdb):
    assert api.get(f"tmdb/movies/{TMDB_ID}").json() == film()


@pytest.mark.parametrize("number", ["1", "999999999999999"])
def test_film_that_tmdb_does_not_have_is_404(api, tmdb, number):
    shown = api.get(f"tmdb/movies/{number}")

    assert (problem(shown), shown.json()["detail"]) == ((404, "tmdb_not_found"), f"TMDB has no film {number}.")


def test_answer_is_kept_for_an_hour(api, tmdb, clock):
    clock.at(NOON)
    api.get("tmdb/popular")
    tmdb.does(answer(page()), path="movie/popular")

    clock.travel(HOUR - 1)
    kept = api.get("tmdb/popular").json()
    clock.travel(1)
    anew = api.get("tmdb/popular").json()

    assert (kept, anew, len(tmdb.asked)) == (page(hit()), page(), 2)


def test_each_page_and_each_search_is_kept_apart(api, tmdb):
    for page_number in (1, 2):
        api.get("tmdb/popular", page=page_number)
        api.get("tmdb/search", q="a", page=page_number)
        api.get("tmdb/search", q="b", page=page_number)

    assert len(tmdb.asked) == 6


@pytest.mark.parametrize(
    ("script", "refusal"),
    [
        (fake_tmdb.no_answer, (502, "tmdb_unavailable")),
        (fake_tmdb.too_many("30"), (502, "tmdb_unavailable")),
        (answer(b"<html>"), (502, "tmdb_unavailable")),
        (fake_tmdb.WRONG_KEY, (502, "tmdb_refused")),
    ],
)
def test_old_answer_stands_in_for_a_tmdb_that_is_down(api, tmdb, clock, script, refusal):
    clock.at(NOON)
    tmdb.does(script, path="movie/popular")
    never = api.get("tmdb/popular")
    tmdb.does(answer(page(hit())), script, path="movie/popular")
    api.get("tmdb/popular")
    clock.travel(HOUR)
    asked = len(tmdb.asked)

    stale = [api.get("tmdb/popular").json() for _ in range(2)]
    tmdb.does(answer(page()), path="movie/popular")
    clock.travel(60)

    assert problem(never) == refusal
    assert (stale, len(tmdb.asked) - asked) == ([page(hit())] * 2, 1)
    assert api.get("tmdb/popular").json() == page()


def test_wait_that_tmdb_asks_for_is_passed_on(api, tmdb):
    tmdb.does(fake_tmdb.too_many("30"), path="movie/popular")

    assert api.get("tmdb/popular").headers["Retry-After"] == "30"


@pytest.mark.parametrize("path", [*(f"tmdb/{name}" for name in LISTS), "tmdb/search?q=a", f"tmdb/movies/{TMDB_ID}"])
def test_without_a_key_everything_is_503(api, tmdb, settings, path):
    api.get("tmdb/popular")
    settings.TMDB_API_KEY = ""

    assert problem(api.get(path)) == (503, "tmdb_not_configured")


def test_cache_that_is_away_is_done_without(api, tmdb, monkeypatch):
    def away(*_anything):
        raise ConnectionError

    monkeypatch.setattr(cache, "get", away)
    monkeypatch.setattr(cache, "set", away)

    assert api.get("tmdb/popular").status_code == 200


@pytest.mark.parametrize(
    "path", ["tmdb/popular?page=0", "tmdb/popular?page=501", "tmdb/popular?page=x", "tmdb/search", "tmdb/search?q=%00"]
)
def test_wrong_question_is_400_and_not_passed_on(api, tmdb, path):
    assert api.get(path).status_code == 400
    assert tmdb.asked == []


@pytest.mark.parametrize(("view", "path"), [(TmdbFilm, f"tmdb/movies/{TMDB_ID}"), (SearchTmdb, "tmdb/search?q=a")])
def test_who_asks_too_often_waits(api, tmdb, monkeypatch, view, path):
    monkeypatch.setattr(view, "rate", Rate("tmdb", 2))

    assert [api.get(path).status_code for _ in range(3)] == [200, 200, 429]


def test_import_makes_the_film_and_later_brings_it_up_to_date(api, tmdb):
    api.as_("programmer")

    made = api.post(f"admin/tmdb/import/{TMDB_ID}", {})
    tmdb.says(film(vote_count=2101))
    again = api.post(f"admin/tmdb/import/{TMDB_ID}", {})

    movie = Movie.objects.get()
    assert (made.status_code, again.status_code) == (201, 200)
    assert (made.json()["vote_count"], again.json()["vote_count"]) == (2100, 2101)
    assert again.json() == api.get(f"movies/{movie.pk}").json()
    told = ("tmdb_id", "overview", "poster_path", "backdrop_path", "runtime", "genres", "vote_average", "status")
    assert [again.json()[name] for name in told] == [
        TMDB_ID,
        "A count travels, and a town falls silent.",
        "http://testserver/media/posters/tmdb/poster.webp",
        "http://testserver/media/backdrops/tmdb/backdrop.webp",
        94,
        ["Horror", "Fantasy"],
        7.7,
        "Released",
    ]
    assert again.json()["cast"] == ["Max Schreck", "Greta Schröder"]


def test_import_with_a_key_is_done_once(api, tmdb):
    api.as_("manager")

    first = api.post(f"admin/tmdb/import/{TMDB_ID}", {}, **{"Idempotency-Key": "a"})
    again = api.post(f"admin/tmdb/import/{TMDB_ID}", {}, **{"Idempotency-Key": "a"})

    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(
    ("script", "refusal"),
    [
        (fake_tmdb.NOT_FOUND, (404, "tmdb_not_found")),
        (fake_tmdb.WRONG_KEY, (502, "tmdb_refused")),
        (answer({}), (502, "tmdb_unavailable")),
    ],
)
def test_import_that_fails_says_why(api, tmdb, script, refusal):
    api.as_("manager")
    tmdb.does(script)

    assert problem(api.post(f"admin/tmdb/import/{TMDB_ID}", {})) == refusal
    assert not Movie.objects.exists()


def test_nobody_else_imports(api, tmdb):
    statuses = []
    for person in (None, people.user(), people.user(groups=("box office",)), people.user(groups=("auditor",))):
        api.headers = people.bearer(person) if person else {}
        statuses.append(api.post(f"admin/tmdb/import/{TMDB_ID}", {}).status_code)

    assert (statuses, tmdb.asked) == ([401, 403, 403, 403], [])
