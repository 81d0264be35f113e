"""Scraped films are matched with ours: once each, again when either side changes, by any number of matchers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from io import StringIO
from threading import Barrier

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from catalog.services.archiving import remove_movie
from catalog.services.movies import update_movie
from catalog.tests import make
from cinema_project.common import clock
from cinema_project.common.bulk import insert
from cinema_project.common.errors import DomainError
from scraping.matching.keys import plain_title, title_key
from scraping.models import FilmMatch, FilmPage, TitleLesson
from scraping.services import matches
from scraping.services.matches import match_films
from scraping.tests.scraped import faust, matched, scraped, shape

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("FAUST", ("faust", 0)),
        ("Faust (1926) 4K", ("faust", 1926)),
        ("METROPOLIS - RESTORED", ("metropolis", 0)),
        ("Le voyage dans la lune (SUB)", ("le voyage dans la lune", 0)),
        ("SEOUL 1998", ("seoul 1998", 0)),
        ("Dune: Part One", ("dune 1", 0)),
        ("Dune: Part Two", ("dune 2", 0)),
        ("Silver Screen: Alien", ("silver screen alien", 0)),
        ("???", ("???", 0)),
    ],
)
def test_title_is_remembered_without_what_is_certainly_garnish(title, key):
    assert title_key(title) == key


def test_year_of_the_site_counts_before_that_in_the_title():
    assert title_key("Faust (1926)", 2011) == ("faust", 2011)


def test_title_of_a_new_film_is_not_in_capitals():
    assert plain_title("LAUT YANG PULANG (IMAX 2D)") == "Laut Yang Pulang"
    assert plain_title("Small Hours") == "Small Hours"


def test_each_film_is_one_of_ours_or_asked_about_or_new():
    film = faust()
    make.movie(title="Nosferatu", release_date=date(1922, 3, 4))
    sure, asked, new = scraped("FAUST (4K)"), scraped("The Faust"), scraped("Laut Yang Pulang")

    done = match_films()

    found = {match.film_id: shape(match) for match in FilmMatch.objects.all()}
    assert found == {sure.pk: ("accepted", film.pk), asked.pk: ("waiting", None), new.pk: ("new", None)}
    assert (done.looked_at, done.changed, done.by_state) == (3, 3, {"accepted": 1, "waiting": 1, "new": 1})
    told = FilmMatch.objects.get(film=asked)
    assert (told.candidates[0]["movie_id"], bool(told.candidates[0]["reasons"]), bool(told.reasons)) == (
        film.pk,
        True,
        True,
    )


def test_film_without_a_title_waits_for_one():
    film = scraped("")

    assert match_films().looked_at == 0
    film.title = "Faust"
    film.save()
    assert match_films().looked_at == 1


def test_second_time_nothing_is_due_and_nothing_is_written(django_assert_num_queries):
    faust()
    for title in ("Faust", "The Faust", "Small Hours"):
        scraped(title)
    match_films()
    before = list(FilmMatch.objects.order_by("pk").values())

    with django_assert_num_queries(4):
        done = match_films()

    assert (done.looked_at, done.changed) == (0, 0)
    assert list(FilmMatch.objects.order_by("pk").values()) == before


def test_as_many_queries_for_many_films_as_for_one(django_assert_max_num_queries):
    faust()
    for number in range(50):
        scraped(f"Film of the number {number}")

    with django_assert_max_num_queries(12):
        assert match_films().changed == 50


def test_what_the_film_s_page_says_makes_it_another_match():
    faust()
    match = matched(scraped("Faust"))
    assert match.state == "accepted"

    FilmPage.objects.create(
        film=match.film, director="Jan Svankmajer", minutes=97, released=date(1994, 9, 1), changed_at=clock.now()
    )

    assert match_films().looked_at == 1
    assert shape(match)[0] != "accepted"


def test_film_that_we_get_later_is_found_and_one_taken_out_is_lost():
    match = matched(scraped("Faust"))
    assert shape(match) == ("new", None)

    ours = faust()
    match_films()
    assert shape(match) == ("accepted", ours.pk)

    remove_movie(movie_id=ours.pk)
    match_films()
    assert shape(match) == ("new", None)
    ours.refresh_from_db()
    assert ours.archived_at is not None


def test_our_film_s_new_name_is_looked_at():
    ours = make.movie(title="Another")
    match = matched(scraped("Faust"))

    update_movie(movie_id=ours.pk, title="Faust", release_date=date(1926, 10, 14))
    match_films()

    assert shape(match) == ("accepted", ours.pk)


def test_only_the_films_of_a_site_are_matched_if_wanted():
    scraped("Faust", source="tix")
    scraped("Faust", source="another")

    assert match_films(source="another").looked_at == 1
    assert FilmMatch.objects.get().film.source == "another"


def test_work_that_was_cut_off_goes_on(monkeypatch):
    for number in range(5):
        scraped(f"Film of the number {number}")
    monkeypatch.setattr(matches, "BATCH", 2)
    stored, calls = matches._store, []

    def killed(rows):
        calls.append(rows)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return stored(rows)

    monkeypatch.setattr(matches, "_store", killed)
    with pytest.raises(CommandError, match="Stopped") as stopped:
        call_command("match_films")
    assert (stopped.value.returncode, FilmMatch.objects.count()) == (3, 2)

    assert match_films().looked_at == 3
    assert FilmMatch.objects.count() == 5


REFUSED = {
    "a second match of a film": ({}, True),
    "an accepted match without a film of ours": ({"state": "accepted"}, False),
    "a film of ours in a match that waits": ({"movie": "ours"}, False),
    "a decision without its moment": ({"state": "rejected"}, False),
    "a moment without a decision": ({"decided_at": "now"}, False),
    "a score above 1": ({"score": 1.5}, False),
    "a state that is none": ({"state": "perhaps"}, False),
}


@pytest.mark.parametrize("what", REFUSED)
def test_database_refuses(what):
    fields, twice = REFUSED[what]
    film = scraped("Faust")
    meant = {"ours": faust(), "now": clock.now()}
    row = {"state": "waiting", "score": 0.7, "title_key": "faust", "facts_hash": "", "films_hash": ""}
    row |= {name: meant.get(value, value) for name, value in fields.items()}
    if twice:
        FilmMatch.objects.create(film=film, matched_at=clock.now(), **row)

    with pytest.raises(IntegrityError), transaction.atomic():
        FilmMatch.objects.create(film=film, matched_at=clock.now(), **row)


def test_database_refuses_two_lessons_of_a_title_unless_one_is_revoked():
    lesson = {"title": "faust", "written": "FAUST", "learned_at": clock.now()}
    TitleLesson.objects.create(**lesson, revoked_at=clock.now())
    TitleLesson.objects.create(**lesson)

    with pytest.raises(IntegrityError), transaction.atomic():
        TitleLesson.objects.create(**lesson)


@pytest.mark.django_db(transaction=True)
def test_matchers_at_once_make_one_row_each():
    faust()
    for number in range(30):
        scraped(f"Film of the number {number}")

    assert at_once(match_films) == []
    assert FilmMatch.objects.count() == 30
    assert match_films().looked_at == 0


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("careful", "lost"), [(True, []), (False, [IntegrityError] * 3)])
def test_matchers_that_all_saw_nothing_do_not_clash_because_they_insert_with_care(monkeypatch, careful, lost):
    scraped("Faust")
    have_looked = Barrier(4)

    def insert_together(rows, *, may_be_there):
        have_looked.wait(20)
        insert(rows, may_be_there=may_be_there and careful)

    monkeypatch.setattr(matches, "insert", insert_together)

    assert at_once(match_films) == lost
    assert FilmMatch.objects.count() == 1


def at_once(act):
    """Do this four times in parallel; return what went wrong."""
    wrong = []

    def one(_):
        try:
            act()
        except (DomainError, DatabaseError) as error:
            wrong.append(type(error))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(4)))
    return wrong


def test_command_says_what_was_done():
    faust()
    scraped("FAUST")
    out = StringIO()

    call_command("match_films", stdout=out)
    call_command("match_films", stdout=out)
    call_command("match_films", "--again", "--json", stdout=out, stderr=StringIO())

    assert out.getvalue().splitlines() == [
        "1 films looked at, 1 matched otherwise than before: 1 accepted by itself.",
        "Nothing is new or changed.",
        '{"looked_at": 1, "changed": 0, "by_state": {"accepted": 1}}',
    ]


def test_command_refuses_a_site_that_lists_no_films():
    with pytest.raises(CommandError, match="--source: invalid choice: 'tix-seats'"):
        call_command("match_films", "--source", "tix-seats")
