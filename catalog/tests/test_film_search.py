"""How well films are found. The searches in data/film_searches.json were written before the search itself."""

import json
from pathlib import Path

import pytest
from django.db import connection

from catalog.models import FilmWord, Movie
from catalog.selectors import film_search
from catalog.services.archiving import remove_movie
from catalog.services.movies import update_movie
from catalog.tests import make
from catalog.tests.film_catalogue import make_catalogue
from cinema_project.common import clock

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]
SEARCHES = json.loads((Path(__file__).parent / "data/film_searches.json").read_text("utf-8"))
MADE_UP = 300
LEAST = {"postgresql": 0.95, "sqlite": 0.90}


def first_three(text: str) -> list[str]:
    return [film.slug for film in film_search.matching(text)[:3]]


def test_most_searches_have_what_was_wanted_among_the_first_three(show_figure):
    make_catalogue(MADE_UP)

    found = {search["typed"]: first_three(search["typed"]) for search in SEARCHES}

    missed = {
        search["typed"]: found[search["typed"]]
        for search in SEARCHES
        if not {*search["wanted"]} <= {*found[search["typed"]]}
    }
    rate = 1 - len(missed) / len(SEARCHES)
    films = Movie.objects.count()
    show_figure(f"film search on {connection.vendor}: {rate:.1%} of {len(SEARCHES)} searches among {films} films")
    assert rate >= LEAST[connection.vendor], missed
    assert len(SEARCHES) >= 60


def titles(text: str) -> list[str]:
    return [film.title for film in film_search.matching(text)]


def test_a_title_goes_before_a_name_and_a_short_title_before_a_long_one():
    make.movie(title="Faust and the Devil")
    make.movie(title="Night", director="Johann Faust")
    make.movie(title="Faust")

    assert titles("faust") == ["Faust", "Faust and the Devil", "Night"]


def test_the_word_itself_goes_before_one_like_it():
    for title in ("Light", "Night", "Nightmare"):
        make.movie(title=title)

    assert titles("night") == ["Night", "Nightmare"]
    assert titles("nihgt")[0] == "Night"


def test_equals_come_by_title():
    for title in ("Sunrise", "Metropolis", "Nosferatu"):
        make.movie(title=title, genre=["silent"])

    assert titles("silent") == ["Metropolis", "Nosferatu", "Sunrise"]


def test_part_of_a_word_is_found_in_a_title():
    make.movie(title="Metropolis")
    make.movie(title="千と千尋の神隠し")

    assert titles("polis") == ["Metropolis"]
    assert titles("千尋") == ["千と千尋の神隠し"]


def test_a_single_letter_is_the_beginning_of_a_title_and_three_are_no_part_of_a_known_word():
    for title in ("Metropolis", "Rommel", "The Met"):
        make.movie(title=title)

    assert titles("m") == ["Metropolis"]
    assert titles("met") == ["The Met", "Metropolis"]
    assert titles("omm") == ["Rommel"]


def test_a_rare_word_tells_more_than_a_common_one():
    for number in range(5):
        make.movie(title=f"Night {number}")
    make.movie(title="Nosferatu")

    assert titles("night nosferatu")[0] == "Nosferatu"


def test_the_last_word_may_still_be_being_typed():
    make.movie(title="Met")
    make.movie(title="Metropolis")
    make.movie(title="Met Opera")

    assert titles("met")[-1] == "Metropolis"
    assert "Metropolis" not in titles("met opera")


def test_a_year_and_words_that_nobody_knows_do_no_harm():
    make.movie(title="Nosferatu", release_date="1922-03-04")
    make.movie(title="Nosferatu the Vampyre", release_date="1979-10-01")

    assert titles("nosferatu 1979") == ["Nosferatu the Vampyre", "Nosferatu"]
    assert titles("nosferatu xyzzy") == ["Nosferatu", "Nosferatu the Vampyre"]
    assert titles("xyzzy quux") == []


@pytest.mark.parametrize(
    "text",
    [
        *("a", "%", "_", "%%", "a%", "\\", "'", '"', "';--", "(", "*", "&|!:", "😀", "שלום עולם", "مرحبا", "\u202e"),
        *("\0", " ", "", "x" * 255, "ab " * 85, "é" * 255, "a b c d e f g h i j k l m n", "ﷺ" * 255, "ъ"),
    ],
)
def test_no_text_harms_the_search(text):
    make.movie(title="100 %_safe")

    assert isinstance(titles(text), list)


def test_percent_and_underscore_mean_themselves():
    make.movie(title="100 %_safe")
    make.movie(title="100 cats")

    assert titles("%_") == titles("0 %") == ["100 %_safe"]


@pytest.mark.parametrize("by", ["another title", "erasure"])
def test_a_word_that_no_film_has_any_more_is_a_typo_again(by):
    make.movie(title="Son of the Bride")
    wrong = make.movie(title="Sxn")

    if by == "erasure":
        remove_movie(movie_id=wrong.pk)
    else:
        update_movie(movie_id=wrong.pk, title="Sun")

    assert "Son of the Bride" in titles("sxn")
    assert not FilmWord.objects.filter(word="sxn").exists()


def test_archived_films_are_not_found():
    make.movie(title="Faust", archived_at=clock.now())

    assert titles("faust") == []


def test_queries_are_as_many_for_one_film_as_for_three(django_assert_num_queries):
    seen = 3 if connection.vendor == "postgresql" else 5  # there, words and their films are read past Django
    make.movie(title="Faust", cast=("Gösta Ekman",))
    with django_assert_num_queries(seen):
        assert titles("faust ekman") == ["Faust"]

    for title in ("Faust II", "Doctor Faust"):
        make.movie(title=title, cast=("Gösta Ekman", "Emil Jannings"))
    with django_assert_num_queries(seen):
        assert titles("faust ekman") == ["Faust", "Doctor Faust", "Faust II"]


def test_films_of_a_slice_are_in_order():
    for number in range(5):
        make.movie(title=f"Faust {number}")

    found = film_search.matching("faust")

    assert (len(found), [film.title for film in found[1:3]], found[-1].title) == (5, ["Faust 1", "Faust 2"], "Faust 4")
