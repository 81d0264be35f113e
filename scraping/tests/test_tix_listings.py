"""Cities, films and days: what is forgiven, what is refused, and what the refusal says."""

from datetime import date

import pytest

from scraping.tests.tix_payloads import listed_movie, refusal, said
from scraping.tix.listings import City, parse_cities, parse_dates, parse_movie, parse_movies
from scraping.tix.reading import Refused, WrongShape


def test_cities_are_read_without_the_word_success():
    read = parse_cities(b'{"data": [{"id": "967969975509716992", "name": " Jakarta "}, {"id": 12, "name": "BALI"}]}')

    assert read.items == (City("967969975509716992", "JAKARTA"), City("12", "BALI"))
    assert read.rejected == ()


def test_one_bad_city_is_put_aside_and_costs_no_other():
    read = parse_cities({"data": [{"id": "1", "name": "A"}, {"id": "2"}, "B", {"id": "3", "name": "C"}]})

    assert [city.name for city in read.items] == ["A", "C"]
    assert [(one.where, one.why) for one in read.rejected] == [
        ("data[1].name", "data[1].name should be a text, but is missing."),
        ("data[2]", 'data[2] should be an object, but is "B".'),
    ]


def test_city_listed_twice_counts_once_and_a_contradiction_is_told():
    city = {"id": "1", "name": "A"}

    assert parse_cities({"data": [city, city]}).items == (City("1", "A"),)
    assert [one.why for one in parse_cities({"data": [city, city | {"name": "B"}]}).rejected] == [
        "1 is listed twice, and differently."
    ]


def test_film_is_read_with_both_its_ids():
    film = parse_movies(said([listed_movie()]), city="MALANG").items[0]

    assert (film.schedule_id, film.movie_id) == ("2039608799848906752", "2039608798242488320")
    assert (film.title, film.city, film.genres, film.chains) == ("SAMPLE FILM", "MALANG", ("Drama",), ("Cinépolis",))
    assert (film.is_presale, film.score, film.age_category) == (False, 9.2, "R")


@pytest.mark.parametrize(
    "sloppy",
    [
        {"genres": None, "merchant": None, "poster_path": None, "rating_score": None},
        {"genres": ["Drama", {"name": ""}], "rating_score": {"vote_average": "x"}},
        {"presale_flag": "1", "poster_path": "no address", "country": None},
        {"id": 2039608799848906752},
    ],
)
def test_sloppiness_that_cannot_mislead_is_forgiven(sloppy):
    read = parse_movies(said([listed_movie(**sloppy)]), city="X")

    assert [film.schedule_id for film in read.items] == ["2039608799848906752"]
    assert read.items[0].is_presale is (sloppy.get("presale_flag") == "1")


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"movie_id": None}, "data[0].movie_id"),
        ({"id": "../../admin"}, "data[0].id"),
        ({"id": 2.0396e18}, "data[0].id"),
        ({"title": "  "}, "data[0].title"),
        ({"presale_flag": "perhaps"}, "data[0].presale_flag"),
        ({"genres": "Drama"}, "data[0].genres"),
    ],
)
def test_film_that_would_have_to_be_guessed_is_put_aside(wrong, where):
    read = parse_movies(said([listed_movie(**wrong)]), city="X")

    assert read.items == ()
    assert [one.where for one in read.rejected] == [where]


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (b"<html>Bad gateway</html>", 'answer should be JSON, but is "<html>Bad gateway</html>".'),
        (b"[" * 100_000, "answer should be JSON"),
        ([], "answer should be an object, but is a list of 0."),
        ({"success": True}, "answer.data should be there, but is missing."),
        (said({"movies": []}), "data should be a list, but is an object with movies."),
        (said(None), "answer.data should be there, but is null."),
    ],
)
def test_answer_of_another_shape_is_no_empty_list(answer, complaint):
    with pytest.raises(WrongShape, match=complaint.replace("[", r"\[").replace(".", r"\.")):
        parse_movies(answer, city="X")


@pytest.mark.parametrize("answer", [refusal("TRY_LATER"), {"success": "false", "data": []}, {"code": 4001, "data": []}])
def test_refusal_is_none_either(answer):
    with pytest.raises(Refused):
        parse_movies(answer, city="X")


def test_refusal_says_what_the_site_said():
    with pytest.raises(Refused, match=r"The site refused: TRY_LATER \(Something\)\."):
        parse_cities(refusal("TRY_LATER"))


def test_days_with_showings_are_read_and_data_not_found_means_none():
    days = [{"date": "2026-05-25", "is_any_schedule": False}, {"date": "2026-05-22", "is_any_schedule": True}]

    assert parse_dates(said(days)) == (date(2026, 5, 22),)
    assert parse_dates(refusal("DATA_NOT_FOUND")) == ()
    with pytest.raises(Refused):
        parse_dates(refusal("MAINTENANCE"))


@pytest.mark.parametrize("wrong", [{"date": "today", "is_any_schedule": True}, {"date": "2026-05-22"}])
def test_one_bad_day_spoils_them_all(wrong):
    with pytest.raises(WrongShape):
        parse_dates(said([wrong]))


def test_film_page_gives_what_tells_films_apart():
    page = {
        "id": "1",
        "movie_id": "2",
        "name": "SAMPLE",
        "release_date": 1775508600,
        "duration": "113",
        "director": "A",
        "actor": "B, C",
    }

    film = parse_movie(said(page))
    assert (film.title, film.director, film.minutes, film.release_date) == ("SAMPLE", "A", 113, date(2026, 4, 7))
    assert film.cast == ("B", "C")
    unknown = parse_movie(said(page | {"release_date": 0, "duration": 0, "director": None}))
    assert (unknown.release_date, unknown.minutes, unknown.director) == (None, None, "")
