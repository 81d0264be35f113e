"""What is suggested to somebody who is typing."""

import pytest
from django.db import connection

from accounts.models import Search
from catalog.selectors.suggestions import MOST, suggestions
from catalog.tests import make
from catalog.tests.api import Api
from catalog.tests.film_catalogue import make_catalogue
from cinema_project.common import clock

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


@pytest.fixture
def nosferatu():
    return make.movie(
        title="Nosferatu",
        original_title="Nosferatu, eine Symphonie des Grauens",
        director="F. W. Murnau",
        cast=("Max Schreck", "Greta Schröder"),
    )


def texts(typed):
    return [(one.kind, one.text) for one in suggestions(typed)]


@pytest.mark.parametrize("typed", ["n", "No", "nosf", "nosfertau", "NOSFERATU", "symphonie grau"])
def test_title_is_suggested_by_its_beginning_with_typos_and_by_the_original_one(nosferatu, typed):
    make.movie(title="Metropolis", director="Fritz Lang")

    assert texts(typed) == [("movie", "Nosferatu")]


@pytest.mark.parametrize(
    ("typed", "name"),
    [("schre", "Max Schreck"), ("max sch", "Max Schreck"), ("shroder", "Greta Schröder"), ("murna", "F. W. Murnau")],
)
def test_people_are_suggested_with_their_films(nosferatu, typed, name):
    sunrise = make.movie(title="Sunrise", director="F. W. Murnau")
    films = {sunrise.pk, nosferatu.pk} if name == "F. W. Murnau" else {nosferatu.pk}

    [first, *_] = suggestions(typed)

    assert (first.kind, first.text, set(first.movie_ids)) == ("person", name, films)


def test_beginnings_go_before_the_middle_and_titles_before_names():
    make.movie(title="A Night in May")
    make.movie(title="May Day", cast=("May Brodie",))

    assert texts("may") == [("movie", "May Day"), ("person", "May Brodie"), ("movie", "A Night in May")]


def test_films_of_one_title_are_one_suggestion():
    first, second = make.movie(title="Faust"), make.movie(title="Faust")

    assert [(one.text, set(one.movie_ids)) for one in suggestions("faust")] == [("Faust", {first.pk, second.pk})]


def test_archived_films_suggest_nothing(nosferatu):
    nosferatu.archived_at = clock.now()
    nosferatu.save()

    assert texts("nosf") == texts("schreck") == []


@pytest.mark.parametrize("typed", ["xyzzy", "%", "_", "'", "😀", "\u202e", "x" * 255, "ъ", "é"])
def test_what_nothing_resembles_suggests_nothing(nosferatu, typed):
    assert texts(typed) == []


def test_there_are_eight_at_most_in_as_many_queries_for_many_films_as_for_one(nosferatu, django_assert_num_queries):
    seen = 4 if connection.vendor == "postgresql" else 6  # there, words and their films are read past Django
    with django_assert_num_queries(seen):
        assert len(suggestions("nosferatu schreck")) == 2

    make_catalogue(200)
    with django_assert_num_queries(seen):
        assert len(suggestions("schre")) == MOST


def test_api_shows_them_to_everybody_and_keeps_nothing(nosferatu):
    shown = Api().get("movies/suggest", q="nosf")

    assert shown.json() == [{"kind": "movie", "text": "Nosferatu", "movie_ids": [nosferatu.pk]}]
    assert shown["X-Total-Count"] == "1"
    assert Api().get("movies/suggest/", q="schreck", limit=1).json()[0]["kind"] == "person"
    assert Api().as_().get("movies/suggest", q="nosf").json() == shown.json()
    assert not Search.objects.exists()


@pytest.mark.parametrize("typed", ["", " ", "\0", "x" * 256])
def test_nothing_typed_is_refused(db, typed):
    refused = Api().get("movies/suggest", q=typed)

    assert (refused.status_code, refused.json()["code"]) == (400, "query_missing")
