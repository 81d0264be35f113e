"""Films from TMDB in the admin: found, looked at, brought in."""

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts.models import User
from catalog.models import Movie
from catalog.tests import fake_tmdb, make
from catalog.tests.fake_tmdb import TMDB_ID, answer, film, hit, page

PAGE = "/admin/catalog/movie/import-from-tmdb/"


def enter(client, *groups) -> User:
    user = User.objects.create(email="staff@cinema.test", is_staff=True)
    user.groups.set(Group.objects.filter(name__in=groups))
    client.force_login(user)
    return user


@pytest.fixture
def programmer(client, db) -> User:
    return enter(client, "programmer")


def change_page(movie: Movie) -> str:
    return reverse("admin:catalog_movie_change", args=[movie.pk])


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_list_and_film_lead_there(client, programmer):
    movie = make.movie(tmdb_id=TMDB_ID)

    assert PAGE in client.get(reverse("admin:catalog_movie_changelist")).content.decode()
    update = change_page(movie).replace("/change/", "/update-from-tmdb/")
    assert update in client.get(change_page(movie)).content.decode()
    assert client.get(update).url == f"{PAGE}?tmdb_id={TMDB_ID}"


def test_film_without_a_number_leads_to_the_search(client, programmer):
    movie = make.movie(title="Faust & Co")

    answer = client.get(change_page(movie).replace("/change/", "/update-from-tmdb/"))

    assert answer.url == f"{PAGE}?q=Faust+%26+Co"
    assert said(answer) == ["Faust & Co has no TMDB number yet: give it one under Record, or find it here."]


def test_search_lists_what_tmdb_finds(client, programmer, tmdb):
    tmdb.does(answer(page(hit(), hit(7, "<b>Other</b>"))), path="search/movie")

    shown = client.get(PAGE, {"q": "nosferatu"}).content.decode()

    assert '<a class="text-primary-600 dark:text-primary-500" href="?tmdb_id=653">Nosferatu (1922)</a>' in shown
    assert "&lt;b&gt;Other&lt;/b&gt; (1922)" in shown


def test_preview_shows_what_would_change_and_changes_nothing(client, programmer, tmdb):
    shown = client.get(PAGE, {"tmdb_id": TMDB_ID})

    rows = {name: (before, after) for name, before, after in shown.context["rows"]}
    assert b"Import from TMDB</h1>" in shown.content
    assert (rows["title"], rows["genre"]) == (("", "Nosferatu"), ("", "Horror, Fantasy"))
    assert rows["cast"] == ("", "Max Schreck as Count Orlok, Greta Schröder as Ellen")
    assert b"Add this film" in shown.content
    assert not Movie.objects.exists()


def test_confirmed_import_makes_the_film(client, programmer, tmdb):
    tmdb.does(fake_tmdb.NOT_FOUND, path="/t/p/w500/poster.jpg")

    done = client.post(PAGE, {"tmdb_id": TMDB_ID})

    movie = Movie.objects.get()
    assert (done.status_code, done.url, movie.title) == (302, change_page(movie), "Nosferatu")
    assert said(done) == [
        "Nosferatu: duration minutes, title, original title, description, genre, release date, language, country, "
        "vote average, vote count, director, writers, producers, trailer url, cast, backdrop taken from TMDB.",
        "The poster could not be had. TMDB has no such entry.",
    ]
    history = client.get(reverse("admin:catalog_movie_history", args=[movie.pk])).content.decode()
    assert "Imported from TMDB: " in history


def test_edited_fields_are_named_and_stay(client, programmer, tmdb):
    client.post(PAGE, {"tmdb_id": TMDB_ID})
    Movie.objects.update(title="Ours")
    tmdb.says(film(vote_count=1, vote_average=None))

    shown = client.get(PAGE, {"tmdb_id": TMDB_ID})
    client.post(PAGE, {"tmdb_id": TMDB_ID})

    assert shown.context["rows"] == [("vote average", "7.7", ""), ("vote count", "2100", "1")]
    assert b"Edited here, so it stays: title." in shown.content
    movie = Movie.objects.get()
    assert (movie.title, movie.vote_count) == ("Ours", 1)


def test_nothing_to_change_is_said(client, programmer, tmdb):
    client.post(PAGE, {"tmdb_id": TMDB_ID})

    assert b"Nothing would change." in client.get(PAGE, {"tmdb_id": TMDB_ID}).content


@pytest.mark.parametrize("method", ["get", "post"])
def test_failure_is_a_sentence_on_the_page(client, programmer, tmdb, method):
    tmdb.does(fake_tmdb.NOT_FOUND)

    shown = getattr(client, method)(PAGE, {"tmdb_id": TMDB_ID})

    assert (shown.status_code, said(shown)) == (200, ["TMDB has no film 653."])
    assert not Movie.objects.exists()


@pytest.mark.parametrize("tmdb_id", ["0", "x", "-1", str(2**31), "9" * 18])
def test_wrong_number_is_explained(client, programmer, tmdb, tmdb_id):
    shown = client.get(PAGE, {"tmdb_id": tmdb_id})

    assert (shown.status_code, list(shown.context["form"].errors)) == (200, ["tmdb_id"])
    assert tmdb.asked == []


def test_film_that_is_gone_leads_to_the_list(client, programmer):
    assert client.get("/admin/catalog/movie/999/update-from-tmdb/").url == reverse("admin:catalog_movie_changelist")


@pytest.mark.parametrize("group", ["auditor", "box office"])
def test_who_may_not_change_films_does_not_import(client, db, tmdb, group):
    enter(client, group)
    movie = make.movie()

    pages = [client.get(PAGE), client.post(PAGE, {"tmdb_id": TMDB_ID})]
    pages.append(client.get(change_page(movie).replace("/change/", "/update-from-tmdb/")))

    assert [page.status_code for page in pages] == [403, 403, 403]
    assert PAGE not in client.get(reverse("admin:catalog_movie_changelist")).content.decode()
    assert tmdb.asked == []
