"""What staff decide of scraped films stays, is learned for their titles, and can be taken back."""

import pytest

from accounts.tests import make as people
from catalog.selectors.movies import MovieNotFound
from catalog.services.archiving import remove_movie
from catalog.services.movies import update_movie
from catalog.tests import make
from scraping.models import FilmMatch, TitleLesson
from scraping.services import decisions
from scraping.services.matches import match_films
from scraping.tests.scraped import faust, matched, scraped, shape

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


@pytest.fixture
def by():
    return people.user(is_staff=True)


def live() -> list[tuple[str, int, int | None]]:
    return list(TitleLesson.objects.filter(revoked_at=None).values_list("title", "year", "movie"))


def test_confirmed_film_stays_whatever_the_matcher_finds_later(by):
    ours, other = make.movie(title="Der Fluch"), faust()
    match = matched(scraped("FAUST"))
    assert shape(match) == ("accepted", other.pk)

    decisions.confirm(match_id=match.pk, movie_id=ours.pk, by=by)
    update_movie(movie_id=other.pk, title="Faust!")
    match_films(again=True)

    assert shape(match) == ("confirmed", ours.pk)
    assert (match.decided_by, match.decided_at is not None, match.lesson) == (by, True, None)


def test_title_is_matched_as_decided_wherever_it_appears_next(by):
    ours = make.movie(title="Der Fluch")
    first = matched(scraped("FAUST"))
    waiting = matched(scraped("Faust (4K)", source="another"))

    decisions.confirm(match_id=first.pk, movie_id=ours.pk, by=by)
    later = matched(scraped("FAUST - RESTORED", source="third"))

    assert live() == [("faust", 0, ours.pk)]
    assert [shape(match) for match in (waiting, later)] == [("confirmed", ours.pk)] * 2
    assert (later.lesson.title, later.decided_by, later.reasons[0]) == (
        "faust",
        None,
        "Staff decided of this title: Der Fluch.",
    )


def test_rejected_title_is_none_of_ours_elsewhere_either(by):
    faust()
    first, elsewhere = matched(scraped("Faust")), matched(scraped("FAUST", source="another"))

    decisions.reject(match_id=first.pk, by=by)

    assert [shape(match) for match in (first, elsewhere)] == [("rejected", None)] * 2
    assert live() == [("faust", 0, None)]


def test_film_of_another_year_or_more_than_garnish_does_not_follow(by):
    ours = faust()
    first = matched(scraped("Faust"))
    others = [matched(scraped(title)) for title in ("Faust (2011)", "Faust 2", "Faust: the opera, live")]

    decisions.reject(match_id=first.pk, by=by)

    assert {match.lesson for match in others if shape(match)} == {None}
    assert ours.pk not in {match.movie_id for match in others}


def test_film_whose_facts_speak_against_what_was_learned_is_asked_about(by):
    ours = faust()
    decisions.confirm(match_id=matched(scraped("Faust")).pk, movie_id=ours.pk, by=by)

    match = matched(scraped("FAUST", page={"director": "Jan Svankmajer"}))

    assert shape(match) == ("waiting", None)
    assert match.reasons[0] == "Staff decided of this title: Faust. Its facts say otherwise."


def test_films_of_one_title_decided_in_two_ways_teach_nothing(by):
    ours = faust()
    first, second, third = (matched(scraped("FAUST", source=source)) for source in ("a", "b", "c"))
    decisions.confirm(match_id=first.pk, movie_id=ours.pk, by=by)

    decisions.reject(match_id=second.pk, by=by)

    assert live() == []
    assert [shape(match) for match in (first, second)] == [("confirmed", ours.pk), ("rejected", None)]
    assert (shape(third), third.lesson) == (("accepted", ours.pk), None)


def test_decision_corrected_corrects_what_was_learned(by):
    ours, other = faust(), make.movie(title="Der Fluch")
    first, follower = matched(scraped("FAUST")), matched(scraped("FAUST", source="another"))
    decisions.confirm(match_id=first.pk, movie_id=other.pk, by=by)
    assert shape(follower) == ("confirmed", other.pk)

    decisions.confirm(match_id=first.pk, movie_id=ours.pk, by=by)

    assert [shape(match) for match in (first, follower)] == [("confirmed", ours.pk)] * 2
    assert live() == [("faust", 0, ours.pk)]
    assert TitleLesson.objects.count() == 2


def test_deciding_twice_is_as_good_as_once(by):
    ours = faust()
    match = matched(scraped("Faust"))
    decisions.confirm(match_id=match.pk, movie_id=ours.pk, by=by)
    before = [list(model.objects.order_by("pk").values()) for model in (FilmMatch, TitleLesson)]

    decisions.confirm(match_id=match.pk, movie_id=ours.pk, by=people.user())

    assert [list(model.objects.order_by("pk").values()) for model in (FilmMatch, TitleLesson)] == before


def test_revoked_lesson_leaves_the_decision_and_frees_the_followers(by):
    ours, other = faust(), make.movie(title="Der Fluch")
    first, follower = matched(scraped("FAUST")), matched(scraped("FAUST", source="another"))
    decisions.confirm(match_id=first.pk, movie_id=other.pk, by=by)
    lesson = TitleLesson.objects.get()

    decisions.revoke_lesson(lesson_id=lesson.pk, by=by)
    decisions.revoke_lesson(lesson_id=lesson.pk, by=people.user())

    assert [shape(match) for match in (first, follower)] == [("confirmed", other.pk), ("accepted", ours.pk)]
    lesson.refresh_from_db()
    assert (lesson.revoked_by, live()) == (by, [])


def test_decision_taken_back_is_the_matcher_s_again(by):
    ours = faust()
    first, follower = matched(scraped("FAUST")), matched(scraped("FAUST", source="another"))
    decisions.reject(match_id=first.pk, by=by)

    decisions.reopen(match_id=first.pk, by=by)

    assert [shape(match) for match in (first, follower)] == [("accepted", ours.pk)] * 2
    assert live() == []


def test_follower_cannot_be_taken_back_but_decided_of(by):
    faust()
    first, follower = matched(scraped("FAUST")), matched(scraped("FAUST", source="another"))
    decisions.reject(match_id=first.pk, by=by)

    with pytest.raises(decisions.FollowsLesson, match="revoke “faust”"):
        decisions.reopen(match_id=follower.pk, by=by)
    decisions.confirm(match_id=follower.pk, movie_id=(ours := make.movie()).pk, by=by)
    assert (shape(follower), follower.decided_by) == (("confirmed", ours.pk), by)


def test_site_that_gives_the_number_to_another_title_asks_anew(by):
    ours = faust()
    film = scraped("Something else")
    match = matched(film)
    decisions.confirm(match_id=match.pk, movie_id=ours.pk, by=by)

    film.title = "SOMETHING ELSE (4K)"
    film.save()
    match_films()
    assert shape(match) == ("confirmed", ours.pk)

    film.title = "Small Hours"
    film.save()
    match_films()
    assert (shape(match), match.decided_by) == (("new", None), None)


def test_what_somebody_decided_meanwhile_is_not_undone(by):
    ours, other = faust(), make.movie()
    match = matched(scraped("The Faust"))
    seen = match.version
    decisions.confirm(match_id=match.pk, movie_id=ours.pk, by=by)

    with pytest.raises(decisions.DecidedMeanwhile):
        decisions.confirm(match_id=match.pk, movie_id=other.pk, by=people.user(), seen=seen)
    with pytest.raises(decisions.DecidedMeanwhile):
        decisions.reject(match_id=match.pk, by=people.user(), seen=seen)

    assert shape(match) == ("confirmed", ours.pk)


def test_what_is_not_there_is_refused(by):
    ours = faust()
    match = matched(scraped("Faust"))
    decisions.confirm(match_id=match.pk, movie_id=ours.pk, by=by)
    remove_movie(movie_id=ours.pk)

    for movie_id in (ours.pk, 999_999, 9 * 10**18, 10**30):
        with pytest.raises(MovieNotFound):
            decisions.confirm(match_id=match.pk, movie_id=movie_id, by=by)
    for match_id in (999_999, 10**30):
        with pytest.raises(decisions.UnknownMatch):
            decisions.reject(match_id=match_id, by=by)
        with pytest.raises(decisions.UnknownLesson):
            decisions.revoke_lesson(lesson_id=match_id, by=by)
