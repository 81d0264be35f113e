"""Films by criteria: part of a name, whatever its accents; all criteria at once; nothing unknown is let through."""

import pytest

from accounts.models import Search
from accounts.tests import make as people
from catalog.api.serializers.movies import MovieOutput
from catalog.api.serializers.output import Output
from catalog.selectors import movies
from catalog.selectors.screenings import know_showtimes
from catalog.tests import make
from catalog.tests.api import Api, ids
from cinema_project.common.renderers import JSONRenderer

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


@pytest.fixture
def api():
    return Api()


@pytest.fixture
def films():
    """Four films by a letter."""
    return {
        "m": make.movie(
            title="A Trip to the Moon",
            description="Six scholars meet Sélénites.",
            genre=["science fiction", "adventure"],
            director="Georges Méliès",
            country="France",
            language="Français",
            rating="U",
            release_date="1902-09-01",
            cast=("Bleuette Bernon", "Victor André"),
            state="ENDED",
        ),
        "n": make.movie(
            title="Nosferatu",
            genre=["horror"],
            director="F. W. Murnau",
            country="Germany",
            language="German",
            rating="PG-13",
            release_date="1922-03-04",
            cast=("Max Schreck",),
        ),
        "f": make.movie(
            title="Faust", genre=["fantasy", "drama"], director="F. W. Murnau", country="Germany", cast=("Gösta Ekman",)
        ),
        "s": make.movie(title="Some Day", genre=["drama"], state="COMING_SOON"),
    }


def letters(films, answer):
    by_id = {film.pk: letter for letter, film in films.items()}
    return "".join(by_id[pk] for pk in ids(answer))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "mfns"),
        ({"genre": "FICTION"}, "m"),
        ({"genre": "drama"}, "fs"),
        ({"genre": "fiction adventure"}, ""),
        ({"director": "melies"}, "m"),
        ({"director": "w. mur"}, "fn"),
        ({"country": "GERM", "genre": "horror"}, "n"),
        ({"language": "francais"}, "m"),
        ({"rating": "pg-13"}, "n"),
        ({"rating": "pg"}, ""),
        ({"release_year": "1922"}, "n"),
        ({"min_rating": "0"}, "mfns"),
        ({"min_rating": "0.5"}, ""),
        ({"director": "%"}, ""),
        ({"director": "_"}, ""),
        ({"unknown": "x", "country": ""}, "mfns"),
    ],
)
def test_filter_takes_films_that_meet_all_criteria(api, films, query, found):
    assert letters(films, api.get("movies/filter", **query)) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "mfns"),
        ({"title": "o"}, "mns"),
        ({"title": "trip", "cast": "andre"}, "m"),
        ({"cast": "bernon victor"}, ""),
        ({"description": "selenites"}, "m"),
        ({"director": "murnau", "rating": "pg-13"}, "n"),
        ({"release_year_from": "1903"}, "n"),
        ({"release_year_to": "1922", "release_year_from": "1902"}, "mn"),
        ({"sort_by": "title", "sort_order": "desc"}, "snfm"),
        ({"sort_by": "release_date"}, "mnfs"),
        ({"sort_by": "release_date", "sort_order": "desc"}, "nmsf"),
        ({"sort_by": "rating"}, "mnfs"),
        ({"country": "germ", "language": "germ", "genre": "horr"}, "n"),
    ],
)
def test_advanced_search_looks_into_each_field(api, films, query, found):
    assert letters(films, api.get("movies/advanced-search", **query)) == found


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("filter", "min_rating", "11"),
        ("filter", "min_rating", "-1"),
        ("filter", "min_rating", "many"),
        ("filter", "min_rating", "NaN"),
        ("filter", "release_year", "0"),
        ("filter", "release_year", "10000"),
        ("filter", "release_year", "1922.5"),
        ("filter", "director", "a\0b"),
        ("filter", "genre", "x" * 256),
        ("advanced-search", "sort_by", "price"),
        ("advanced-search", "sort_order", "up"),
        ("advanced-search", "release_year_from", "soon"),
        ("advanced-search", "release_year_to", "1e9"),
        ("advanced-search", "title", "\0"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(api, path, name, value):
    refused = api.get(f"movies/{path}", **{name: value})

    assert refused.status_code == 400
    assert [error["pointer"] for error in refused.json()["errors"]] == [f"/{name}"]


@pytest.mark.parametrize("path", ["movies/filter?genre=drama", "movies/advanced-search?genre=drama&sort_by=rating"])
def test_pages_of_films_tell_the_total_in_as_many_queries_for_one_as_for_three(
    api, path, django_assert_max_num_queries
):
    make.movie()
    with django_assert_max_num_queries(4):
        api.get(path)

    for _ in range(2):
        make.movie(cast=("Helm", "Abel"))
    with django_assert_max_num_queries(5):
        page = api.get(f"{path}&limit=2")

    assert (len(ids(page)), page["X-Total-Count"]) == (2, "3")
    assert "skip=2" in page["Link"]


def test_an_advanced_search_is_noted_with_its_words_for_who_is_signed_in(client):
    ann = people.user()
    for query in ("title=Faust&cast=ekman&rating=U", "sort_by=rating", "title=%20"):
        client.get(f"/api/v1/movies/advanced-search?{query}", headers=people.bearer(ann))
        client.get(f"/api/v1/movies/advanced-search?{query}")

    noted = Search.objects.values_list("user_id", "search_type", "search_query")
    assert list(noted) == [(ann.pk, "movie", "Faust ekman")]


def test_typos_and_accents_do_not_keep_a_cinema_from_being_found(api):
    pont = make.cinema(name="Cinéma du Pont", city="Paris", address="9 Quai des Lanternes")
    kino = make.cinema(name="Filmtheater Hafenkino", city="Hamburg", address="Speicherkai 5")
    make.cinema(name="Apollo", city="Wien", address="Ring 1")

    def found(text):
        return [house["id"] for house in api.get("cinemas/search", q=text).json()["cinemas"]]

    assert found("cinema pont") == found("piont") == found("pariss") == found("lanternes") == [pont.pk]
    assert found("kino") == found("hamb") == found("hafen kino") == [kino.pk]
    assert [found(text) for text in ("zzz", "%", "_", "'", "😀")] == [[]] * 5


def test_a_film_is_shown_as_its_fields_say():
    """Our quick way against REST framework's own: they must not part."""
    plain = make.movie()
    full = make.movie(
        original_title="Metropolis",
        description="A city.",
        rating="U",
        state="COMING_SOON",
        director="Fritz Lang",
        writers=["Thea von Harbou"],
        producers=["Erich Pommer"],
        release_date="1927-01-10",
        country="Germany",
        language="German",
        budget="5000000.50",
        revenue="75000",
        production_company="UFA",
        distributor="Parufamet",
        poster="posters/métro polis.webp",
        trailer_url="https://films.test/t",
        awards=["None"],
        details={"reels": 9},
        tmdb_id=19,
        backdrop_path="/b.jpg",
        vote_average=8.1,
        vote_count=3,
        cast=("Brigitte Helm", "Alfred Abel", "Brigitte Helm"),
    )

    for film in (movies.movie(plain.pk), movies.movie(full.pk)):
        movies.know_credits([film])
        know_showtimes([film])
        quick, slow = MovieOutput(names=MovieOutput.known()), MovieOutput()
        bodies = quick.to_representation(film), super(Output, slow).to_representation(film)
        assert JSONRenderer().render(bodies[0]) == JSONRenderer().render(bodies[1])
