"""Films are found as they now stand, whichever way they were changed."""

import importlib
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from random import Random
from string import ascii_lowercase

import pytest
from django.apps import apps
from django.contrib.admin.sites import site
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection

from catalog.models import CastMember, FilmText, FilmWord, Movie, WordKey
from catalog.selectors import film_search
from catalog.services.film_index import index_films
from catalog.services.imports import import_programme
from catalog.services.movies import create_movie, update_movie
from catalog.tests import make
from catalog.tests.film_catalogue import make_catalogue

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


def found(text):
    return [film.title for film in film_search.matching(text)]


def test_a_film_is_found_once_it_is_made_and_as_it_was_changed():
    film = create_movie(title="Fast", duration_minutes=90, cast=["Emil Jannings"], genre=["drama"])
    assert found("fast") == found("janings") == ["Fast"]

    update_movie(movie_id=film.pk, title="Slow")
    assert (found("fast"), found("slow")) == ([], ["Slow"])

    update_movie(movie_id=film.pk, cast=["Gösta Ekman"])
    assert (found("jannings"), found("ekman")) == ([], ["Slow"])


def test_imported_films_are_found_and_only_what_changed_is_indexed_anew(tmp_path, django_assert_num_queries):
    row = {"title": "Fast", "duration_minutes": 90, "cast": ["Emil Jannings = Mephisto"]}

    import_programme({"movies": [row]}, base=tmp_path)
    assert found("jannings") == ["Fast"]

    before = list(FilmWord.objects.order_by("pk").values_list("pk", flat=True))
    import_programme({"movies": [row]}, base=tmp_path)
    assert list(FilmWord.objects.order_by("pk").values_list("pk", flat=True)) == before

    import_programme({"movies": [row | {"cast": ["Gösta Ekman = Faust"]}]}, base=tmp_path)
    assert (found("jannings"), found("ekman")) == ([], ["Fast"])


def test_cast_changed_in_the_admin_is_found(admin_client):
    film = make.movie(title="Fast")
    form = {"title": "Fast", "duration_minutes": "90", "state": "SHOWING", "details": "{}", "genre": "drama"}
    cast = {"actor_name": "Emil Jannings", "character_name": "Mephisto", "role": "actor", "order": "0"}
    form |= {f"cast_members-0-{name}": value for name, value in cast.items()}
    form |= {"cast_members-TOTAL_FORMS": "1", "cast_members-INITIAL_FORMS": "0"}

    answer = admin_client.post(f"/admin/catalog/movie/{film.pk}/change/", form)

    assert answer.status_code == 302
    assert found("jannings") == ["Fast"]


def test_staff_find_archived_films_and_forgive_themselves_typos(admin_client):
    make.movie(title="Metropolis", genre=["drama"], archived_at="2026-01-01T00:00Z")
    make.movie(title="Nosferatu", genre=["horror"])

    pages = [admin_client.get("/admin/catalog/movie/", query) for query in ({"q": "metroplis"}, {"genre": "horror"})]

    assert [[film.title for film in page.context["cl"].result_list] for page in pages] == [
        ["Metropolis"],
        ["Nosferatu"],
    ]
    assert site.get_model_admin(Movie).get_search_results(None, Movie.objects.all(), " ")[0].count() == 2


def test_a_film_that_is_gone_is_not_found():
    make.movie(title="Fast").delete()

    assert found("fast") == []


def test_the_command_makes_the_index_anew():
    make.movie(title="Fast").delete()
    Movie.objects.filter(pk=make.movie(title="Slow").pk).update(title="Steady")
    said = StringIO()

    call_command("index_films", stdout=said)

    assert said.getvalue() == "1 films can be found.\n"
    assert (found("slow"), found("steady")) == ([], ["Steady"])
    assert not FilmText.objects.exclude(movie__in=Movie.objects.all()).exists()
    assert not WordKey.objects.filter(word="fast").exists()


def test_the_migration_indexes_films_that_were_there():
    make.movie(title="Fast", cast=("Emil Jannings",))
    for model in (FilmText, FilmWord, WordKey):
        model.objects.all().delete()

    importlib.import_module("catalog.migrations.0007_index_films").index(apps, None)

    assert found("fast jannings") == ["Fast"]


@pytest.fixture
def few_values():
    """SQLite as it comes by default: Debian's takes eight times as many values in a statement."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    before = connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766)
    yield
    connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, before)


def test_films_with_many_words_of_their_own_are_indexed_together(few_values):
    dice = Random(1895)
    films = [make.movie() for _ in range(30)]
    names = ["".join(dice.choices(ascii_lowercase, k=8)) for _ in range(1200)]
    CastMember.objects.bulk_create(
        CastMember(movie=films[number % 30], actor_name=name, role="actor") for number, name in enumerate(names)
    )

    index_films([film.pk for film in films])

    assert [found(name) for name in names[:30]] == [[film.title] for film in films]


@pytest.mark.django_db(transaction=True)
def test_a_film_may_be_indexed_by_many_at_once():
    film = make.movie(title="Fast", cast=("Emil Jannings",))

    def index(_):
        try:
            index_films([film.pk])
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(index, range(12)))

    assert found("fast jannings") == ["Fast"]


@pytest.mark.postgresql
def test_without_the_right_to_create_the_extension_the_migration_says_what_to_do():
    migration = importlib.import_module("catalog.migrations.0006_trigrams_of_texts")
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION pg_trgm CASCADE; CREATE ROLE nobody_special; SET LOCAL ROLE nobody_special")

        with pytest.raises(ImproperlyConfigured) as refused, connection.schema_editor() as editor:
            migration.Trigrams().database_forwards("catalog", editor, None, None)

        cursor.execute("RESET ROLE")
    assert "permission denied to create extension" in str(refused.value)
    assert "run CREATE EXTENSION pg_trgm" in str(refused.value)


PLANS = {
    "words": lambda: WordKey.objects.filter(key__in=["metropo", "metrop", "etropol"]).values_list("key", "word"),
    "films of a word": lambda: FilmWord.objects.filter(word="metropolis").values_list("movie_id"),
    "part of a name": lambda: FilmText.objects.filter(field="cast", folded__contains="keaton").values_list("movie_id"),
    "cast": lambda: CastMember.objects.filter(movie=Movie.objects.values("pk")[:1]),
}


@pytest.mark.postgresql
def test_no_large_table_is_read_from_end_to_end():
    make_catalogue(300)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalog_movie, catalog_castmember, catalog_filmtext, catalog_filmword, catalog_wordkey")

    plans = {name: rows().explain() for name, rows in PLANS.items()}

    large = ("castmember", "filmtext", "filmword", "wordkey")
    read = {name: plan for name, plan in plans.items() for table in large if f"Seq Scan on catalog_{table}" in plan}
    assert read == {}
    assert "film_trigrams_of_people" in plans["part of a name"]
