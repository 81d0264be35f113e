"""The pages of films: read once for what lists do not say, and matched with ours."""

from datetime import date

import pytest

from catalog.tests import make
from cinema_project.common import outbox
from scraping.fakes.world import World
from scraping.models import FilmMatch, FilmPage, MarketFilm
from scraping.services.film_pages import plan_pages
from scraping.tests.tix_market import market

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tix(settings, monkeypatch, clock):
    with market(settings, monkeypatch, clock, World(theatres=40, cities=4)) as tix:
        yield tix


def test_pages_are_what_the_site_knows_and_are_not_read_twice(tix):
    tix.run()
    listed = MarketFilm.objects.count()

    run = tix.run("tix-films")

    known = {film.movie_id: film for film in tix.site.world.films}
    for page in FilmPage.objects.select_related("film"):
        film = known[page.film.upstream_id]
        assert (page.director, page.minutes, page.released) == (film.director, film.minutes, film.released)
    assert (run.state, FilmPage.objects.count()) == ("succeeded", listed)
    assert len(plan_pages({})) == FilmPage.objects.filter(released=None).count() < 3
    assert len(plan_pages({"all": True})) == listed
    assert tix.run("tix-films").state == "succeeded"


def test_films_are_matched_after_each_run(tix):
    faust = make.movie(title="Faust", director="Somebody Else", release_date=date(2011, 1, 1), duration_minutes=140)
    known = {"release_date": date(1963, 12, 5), "director": "Stanley Donen", "duration_minutes": 113}
    charade = make.movie(title="Charade", **known)

    tix.run()
    outbox.deliver_due()
    by_title = {match.film.title: match.movie_id for match in FilmMatch.objects.select_related("film")}
    assert (by_title["FAUST"], by_title["CHARADE"]) == (faust.pk, charade.pk)

    tix.run("tix-films")
    outbox.deliver_due()

    found = {match.film.title: match for match in FilmMatch.objects.select_related("film")}
    assert (found["FAUST"].movie_id, found["CHARADE"].movie_id) == (None, charade.pk)
    assert found["CHARADE"].score > 0.9
    assert FilmMatch.objects.count() == MarketFilm.objects.count()


def test_run_that_failed_has_nothing_matched(tix):
    tix.run(city="jakarto")
    outbox.deliver_due()

    assert FilmMatch.objects.count() == 0
