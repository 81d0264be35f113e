"""Ranking films by taste, without a database."""

import pytest

from booking.taste import Film, Recommendation, Verdict, ranked


def film(number, *genres, director="", **fields):
    return Film(number, f"Film {number}", genres, director, **fields)


def liked(seen, weight=2.0, because="you marked"):
    return Verdict(seen, weight, because)


def order(films, *verdicts):
    return [found.movie_id for found in ranked(films, verdicts)]


def test_what_others_buy_comes_first_to_a_newcomer():
    films = [film(1), film(2, tickets_sold=1), film(3, stars=5.0, raters=9), film(4, tickets_sold=9)]

    assert ranked(films, []) == [
        Recommendation(4, "Popular right now."),
        Recommendation(2, "Popular right now."),
        Recommendation(3, "Well rated by other visitors."),
        Recommendation(1, "New to you."),
    ]


def test_equals_stay_in_their_order():
    assert order([film(3), film(1), film(2)]) == [3, 1, 2]


def test_liked_genre_rises_and_the_clearest_sign_of_it_is_named():
    films = [film(1, "comedy"), film(2, "horror"), film(3, "western")]
    signs = [liked(film(4, "horror"), 1.0, "you booked"), liked(film(5, "Horror "), 2.0, "you gave 5 of 5 to")]

    found = ranked(films, signs)

    assert found[0] == Recommendation(2, "More horror: you gave 5 of 5 to Film 5.")
    assert [one.reason for one in found[1:]] == ["New to you.", "New to you."]


def test_disliked_genre_falls_and_is_no_reason():
    films = [film(1, "horror"), film(2, "comedy")]

    assert ranked(films, [liked(film(3, "horror"), -2.0)]) == [
        Recommendation(2, "New to you."),
        Recommendation(1, "New to you."),
    ]


def test_director_rises():
    films = [film(1, "drama", director="Lang"), film(2, "drama", director="Murnau"), film(3, "comedy")]

    found = ranked(films, [liked(film(4, "horror", director="murnau"))])

    assert found[0] == Recommendation(2, "Also directed by Murnau: you marked Film 4.")


def test_genre_that_is_everywhere_says_little():
    films = [film(number, "drama") for number in range(1, 9)] + [film(9, "noir")]

    assert order(films, liked(film(10, "drama", "noir")))[0] == 9


def test_taste_goes_before_a_little_more_success():
    films = [film(1, "comedy", tickets_sold=2), film(2, "horror"), film(3, "western"), film(4, "noir")]

    assert order(films, liked(film(5, "horror")), liked(film(6, "horror"), 1.0))[:2] == [2, 1]


@pytest.mark.parametrize(("raters", "first"), [(1, 2), (30, 1)])
def test_rating_counts_when_many_agree(raters, first):
    films = [film(2, stars=3.5, raters=30), film(1, stars=4.0, raters=raters)]

    assert order(films)[0] == first


def test_nothing_to_recommend():
    assert ranked([], [liked(film(1, "horror"))]) == []
