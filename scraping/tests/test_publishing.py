"""Facts of scraped films go into ours only where ours lack them, staff chose them, and nothing else changes."""

from datetime import date

import pytest
from django.contrib.admin.models import LogEntry

from accounts.tests import make as people
from catalog.models import Movie
from catalog.services.archiving import remove_movie
from catalog.services.movies import update_movie
from catalog.tests import make
from catalog.tests.fake_tmdb import jpeg
from cinema_project.common.errors import Invalid
from cinema_project.common.fetching.fetcher import close_shared
from cinema_project.tests.sites import answer
from scraping.models import FilmMatch, TakenFact
from scraping.services.decisions import UnknownMatch
from scraping.services.posters import poster_name
from scraping.services.publishing import AlreadyOurs, ShownIsOld, make_film, publish
from scraping.services.staging import stage, staging_rows
from scraping.tests.scraped import faust, matched, scraped, shape

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]
PAGE = {"director": "F.W. Murnau", "minutes": 106, "released": date(1926, 10, 14), "synopsis": "A wager."}


@pytest.fixture
def by():
    return people.user(is_staff=True)


@pytest.fixture
def posters(site, settings, tmp_path):
    """A site that serves a poster, and where ours are kept; returns its address."""
    settings.MEDIA_ROOT = tmp_path
    site.does("/faust.jpg", answer(jpeg()))
    yield f"{site.url}/faust.jpg"
    close_shared()


def staged(match: FilmMatch):
    [one] = stage(staging_rows([match.pk]))
    return one


def tokens(match: FilmMatch, *fields: str) -> dict[int, dict[str, str]]:
    return {match.pk: {change.field: change.token for change in staged(match).changes if change.field in fields}}


def diff(changes) -> dict[str, tuple]:
    return {change.field: (change.before, change.after) for change in changes}


@pytest.fixture
def match():
    faust(genre=[], country="Deutschland")
    return matched(scraped("FAUST", genres=["Drama"], country="Germany", age_category="R13", page=PAGE))


def test_what_ours_lacks_is_shown_and_what_differs_is_kept(match):
    one = staged(match)

    assert diff(one.changes) == {
        "genre": ([], ["Drama"]),
        "rating": (None, "R13"),
        "description": (None, "A wager."),
    }
    assert diff(one.kept) == {"country": ("Deutschland", "Germany"), "director": ("F. W. Murnau", "F.W. Murnau")}


def test_only_what_was_chosen_is_taken_over_and_whence_is_kept(match, by):
    before = Movie.objects.values().get()

    done = publish(chosen=tokens(match, "rating"), by=by)

    after = Movie.objects.values().get()
    changed = {name for name in before if before[name] != after[name]}
    assert (done.taken, changed, after["rating"]) == ({"Faust": ["rating"]}, {"rating", "updated_at"}, "R13")
    fact = TakenFact.objects.get()
    assert (fact.movie_id, fact.film, fact.field, fact.before, fact.after, fact.taken_by) == (
        *(match.movie_id, match.film, "rating", None, "R13", by),
    )
    assert LogEntry.objects.get().get_change_message() == "Taken from tix: rating."


def test_repeated_it_changes_nothing(match, by):
    chosen = tokens(match, "rating", "genre")
    publish(chosen=chosen, by=by)
    before = Movie.objects.values().get()

    done = publish(chosen=chosen, by=by)

    assert (done.taken, Movie.objects.values().get(), TakenFact.objects.count()) == ({}, before, 2)


def test_what_staff_typed_meanwhile_is_not_overwritten(match, by):
    chosen = tokens(match, "rating", "genre")
    update_movie(movie_id=match.movie_id, rating="FSK 12")

    with pytest.raises(ShownIsOld, match="rating is not what it was"):
        publish(chosen=chosen, by=by)

    now = Movie.objects.get()
    assert (now.rating, now.genre, TakenFact.objects.count()) == ("FSK 12", [], 0)
    assert "rating" in diff(staged(match).kept)


def test_what_the_site_changed_meanwhile_is_shown_first(match, by):
    chosen = tokens(match, "rating")
    match.film.age_category = "D17"
    match.film.save()

    with pytest.raises(ShownIsOld):
        publish(chosen=chosen, by=by)
    assert Movie.objects.get().rating is None


def test_taken_fact_follows_the_site_until_staff_edit_it(match, by):
    publish(chosen=tokens(match, "rating"), by=by)
    match.film.age_category = "D17"
    match.film.save()
    assert diff(staged(match).changes)["rating"] == ("R13", "D17")

    update_movie(movie_id=match.movie_id, rating="FSK 16")

    assert diff(staged(match).kept)["rating"] == ("FSK 16", "D17")


@pytest.mark.django_db(transaction=True)
def test_all_or_nothing(match, by):
    ours = make.movie(title="Nosferatu")
    other = matched(scraped("NOSFERATU", age_category="R13"))
    chosen = tokens(match, "rating") | tokens(other, "rating")
    chosen[other.pk]["rating"] = "another"
    assert shape(other) == ("accepted", ours.pk)

    with pytest.raises(ShownIsOld):
        publish(chosen=chosen, by=by)

    assert set(Movie.objects.values_list("rating", flat=True)) == {None}
    assert TakenFact.objects.count() == 0


def test_film_that_is_none_of_ours_any_more_takes_nothing(match, by):
    chosen = tokens(match, "rating")
    remove_movie(movie_id=match.movie_id)

    with pytest.raises(ShownIsOld):
        publish(chosen=chosen, by=by)
    assert stage(staging_rows([match.pk])) == []


def test_many_films_are_staged_with_two_queries(django_assert_num_queries):
    for title in ("Orchard Blue", "Station Zwei", "Winter Canal"):
        make.movie(title=title)
        matched(scraped(title.upper(), age_category="R13"))
    ids = list(FilmMatch.objects.values_list("pk", flat=True))

    with django_assert_num_queries(2):
        assert [len(one.changes) for one in stage(staging_rows(ids))] == [1, 1, 1]


def test_poster_becomes_ours(posters, by):
    ours = faust()
    match = matched(scraped("Faust", poster=posters))

    publish(chosen=tokens(match, "poster"), by=by)

    ours.refresh_from_db()
    assert ours.poster.name == poster_name(posters)
    with ours.poster.open() as file:
        assert file.read()[8:12] == b"WEBP"
    assert TakenFact.objects.get().after == poster_name(posters)


def test_poster_that_cannot_be_had_costs_nothing_else(posters, site, by):
    site.does("/faust.jpg", answer(b"no picture"))
    ours = faust()
    match = matched(scraped("Faust", poster=posters, age_category="R13"))

    done = publish(chosen=tokens(match, "poster", "rating"), by=by)

    ours.refresh_from_db()
    assert (ours.poster.name, ours.rating, done.taken) == ("", "R13", {"Faust": ["rating"]})
    assert done.missing[0].startswith("Faust: the poster could not be had.")


def test_picture_elsewhere_that_staff_chose_stays():
    faust(image_url="https://pictures.example/faust.jpg")
    match = matched(scraped("Faust", poster="https://asset.example/1.webp"))

    assert "poster" in diff(staged(match).kept)


def test_new_film_is_made_of_a_scraped_one(by):
    match = matched(scraped("LAUT YANG PULANG", genres=["Drama"], age_category="R13", page=PAGE))
    elsewhere = matched(scraped("Laut yang pulang (2D)", source="another", page=PAGE))

    movie, missing = make_film(
        match_id=match.pk, title="Laut Yang Pulang", duration_minutes=106, fields=["genre", "release_date"], by=by
    )

    made = Movie.objects.get(pk=movie.pk)
    assert (made.title, made.duration_minutes, made.genre, made.release_date) == (
        *("Laut Yang Pulang", 106, ["Drama"], date(1926, 10, 14)),
    )
    assert (made.rating, made.director, made.state, missing) == (None, None, "COMING_SOON", ())
    assert [shape(one) for one in (match, elsewhere)] == [("confirmed", movie.pk)] * 2
    assert {*TakenFact.objects.values_list("field", flat=True)} == {"genre", "release_date", "duration_minutes"}
    with pytest.raises(AlreadyOurs):
        make_film(match_id=match.pk, title="Laut Yang Pulang", duration_minutes=106, by=by)
    assert Movie.objects.count() == 1


def test_new_film_that_is_not_valid_is_refused_whole(by):
    match = matched(scraped("LAUT YANG PULANG"))

    with pytest.raises(Invalid):
        make_film(match_id=match.pk, title="Laut Yang Pulang", duration_minutes=0, by=by)
    with pytest.raises(UnknownMatch):
        make_film(match_id=999_999, title="Laut Yang Pulang", duration_minutes=90, by=by)

    assert (Movie.objects.count(), shape(match)) == (0, ("new", None))
