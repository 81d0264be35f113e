"""The home page: for people, and for programs."""

from datetime import timedelta

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import Search
from accounts.tests import make as people
from catalog.tests import make
from cinema_project.common import clock as database_clock

pytestmark = pytest.mark.django_db
HTML = {"HTTP_ACCEPT": "text/html,application/xhtml+xml,*/*;q=0.8"}


def film(title, *, cinema=None, showings=1, **fields):
    movie = make.movie(title=title, state=fields.pop("state", "SHOWING"), **fields)
    room = make.room(cinema=cinema) if showings else None
    for number in range(showings):
        start = database_clock.now() + timedelta(days=1, hours=6 * number)
        make.screening(movie=movie, room=room, start_time=start, price="10.00")
    return movie


@pytest.mark.parametrize("accept", [None, "*/*", "application/json"])
def test_program_learns_who_we_are(client, accept):
    answer = client.get("/", **({"HTTP_ACCEPT": accept} if accept else {}))

    assert answer.json() == {
        "message": "Welcome to Cinema",
        "version": "1.0.0",
        "docs": "/docs",
        "status": "ok",
    }
    assert "Accept" in answer["Vary"]


def test_home_shows_films_and_their_next_three_times(client):
    film("Nosferatu", showings=4)
    film("Metropolis", state="COMING_SOON", showings=0)

    page = client.get("/", **HTML)

    assertContains(page, "Nosferatu")
    assertContains(page, 'class="time"', count=3)
    assertNotContains(page, "Metropolis")


def test_coming_soon_is_a_tab_of_its_own(client):
    film("Nosferatu")
    film("Metropolis", state="COMING_SOON", showings=0)

    page = client.get("/?tab=coming-soon", **HTML)

    assertContains(page, "Metropolis")
    assertNotContains(page, "Nosferatu")


def test_search_finds_films_of_both_tabs(client):
    film("Nosferatu")
    film("The Return of Nosferatu", state="COMING_SOON", showings=0)
    film("Metropolis")

    page = client.get("/?q=nosfer", **HTML)

    assertContains(page, "Nosferatu</a>", count=2)
    assertNotContains(page, "Metropolis")


def test_search_forgives_typos_and_leaves_out_what_ended(client):
    film("Nosferatu")
    film("Nosferatu the Vampyre", state="ENDED", showings=0)

    page = client.get("/?q=nosfertau%00", **HTML)

    assertContains(page, "Nosferatu</a>", count=1)
    assertNotContains(page, "Vampyre")


def test_search_of_the_signed_in_is_noted_whatever_was_typed(client):
    ann = people.user()
    client.force_login(ann)

    client.get("/?q=nosfer%00atu", **HTML)

    assert list(Search.objects.values_list("user_id", "search_query")) == [(ann.pk, "nosferatu")]


def test_search_without_a_hit_says_what_to_do(client):
    page = client.get("/?q=<script>", **HTML)

    assertContains(page, "No film matches “&lt;script&gt;”")


def test_cinema_is_remembered_and_can_be_forgotten(client):
    here, there = make.cinema(slug="here"), make.cinema(slug="there")
    film("Nosferatu", cinema=here)
    film("Metropolis", cinema=there)

    client.get("/?cinema=here", **HTML)
    assertNotContains(client.get("/", **HTML), "Metropolis")

    client.get("/?cinema=", **HTML)
    assertContains(client.get("/", **HTML), "Metropolis")


def test_unknown_cinema_and_page_are_no_errors(client):
    assert client.get("/?cinema=none&page=999999", **HTML).status_code == 200


def test_queries_do_not_grow_with_films(client, django_assert_num_queries):
    film("Nosferatu")
    with django_assert_num_queries(4):
        client.get("/", **HTML)

    film("Metropolis", showings=3)
    film("The General", showings=2)
    with django_assert_num_queries(4):
        client.get("/", **HTML)


def test_theme_is_kept_and_leads_back(client):
    answer = client.post("/theme/", {"theme": "dark", "next": "/?tab=coming-soon"})
    assert answer["Location"] == "/?tab=coming-soon"
    assertContains(client.get("/", **HTML), 'data-theme="dark"')

    client.post("/theme/", {"theme": "system", "next": "https://elsewhere.test/"})
    assertNotContains(client.get("/", **HTML), "data-theme")


def test_theme_never_leads_to_another_site(client):
    assert client.post("/theme/", {"theme": "dark", "next": "https://elsewhere.test/"})["Location"] == "/"


def test_page_not_found_offers_a_search(client):
    page = client.get("/nowhere/", **HTML)

    assertContains(page, 'name="q"', status_code=404)
