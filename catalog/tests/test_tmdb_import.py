"""Films from TMDB: made, and brought up to date but for what staff edited."""

import threading
from datetime import date
from io import BytesIO

import pytest
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from PIL import Image

from accounts.tests import make as people
from catalog.models import CastMember, Movie
from catalog.selectors import film_search
from catalog.services import tmdb_import
from catalog.services.movies import update_movie
from catalog.services.tmdb_import import FilmArchived, import_movie, preview_movie, read_film, store_film
from catalog.services.tmdb_merge import Change
from catalog.tests import fake_tmdb, make
from catalog.tests.fake_tmdb import TMDB_ID, answer, film, jpeg, video
from catalog.tmdb.client import TmdbNotFound, TmdbUnavailable
from cinema_project.common.database import query

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

POSTER, BACKDROP = "posters/tmdb/poster.webp", "backdrops/tmdb/backdrop.webp"
NEW_POSTER = "posters/tmdb/new.webp"


def imported(**changes):
    return import_movie(tmdb_id=TMDB_ID, by=None, **changes)


def stored(name: str) -> tuple[str | None, tuple[int, int]]:
    with default_storage.open(name) as file, Image.open(BytesIO(file.read())) as picture:
        return picture.format, picture.size


def cast_of(movie: Movie) -> list[tuple]:
    return list(
        movie.cast_members.order_by("order").values_list(
            "actor_name", "character_name", "role", "profile_image_url", "is_lead", "order"
        )
    )


def test_film_is_made_of_all_that_tmdb_tells(tmdb):
    done = imported()

    row = Movie.objects.values().get()
    left = ("id", "created_at", "updated_at", "imported", "details", "awards")
    assert {name: value for name, value in row.items() if name not in left} == {
        "title": "Nosferatu",
        "original_title": "Nosferatu, eine Symphonie des Grauens",
        "slug": "nosferatu",
        "description": "A count travels, and a town falls silent.",
        "duration_minutes": 94,
        "genre": ["Horror", "Fantasy"],
        "rating": None,
        "state": "SHOWING",
        "director": "F. W. Murnau",
        "writers": ["Henrik Galeen"],
        "producers": ["Enrico Dieckmann"],
        "release_date": date(1922, 2, 16),
        "country": "Germany",
        "language": "German",
        "budget": None,
        "revenue": None,
        "production_company": None,
        "distributor": None,
        "poster": POSTER,
        "backdrop_path": BACKDROP,
        "image_url": None,
        "trailer_url": "https://www.youtube.com/watch?v=the-one",
        "tmdb_id": TMDB_ID,
        "vote_average": 7.7,
        "vote_count": 2100,
        "archived_at": None,
    }
    assert cast_of(done.movie) == [
        ("Max Schreck", "Count Orlok", "actor", f"{tmdb.url}/t/p/w185/schreck.jpg", False, 0),
        ("Greta Schröder", "Ellen", "actor", None, False, 1),
    ]
    assert (stored(POSTER), stored(BACKDROP)) == (("WEBP", (500, 750)), ("WEBP", (1280, 720)))
    assert (done.created, done.kept, done.missing, done.notes) == (True, (), (), ())


def test_second_import_changes_nothing_and_fetches_no_picture_again(tmdb):
    imported()
    before, asked = Movie.objects.values().get(), len(tmdb.asked)

    again = imported()

    assert (again.created, again.changes, again.kept) == (False, {}, ())
    assert Movie.objects.values().get() == before
    assert tmdb.paths[asked:] == ["/3/movie/653"]


def test_what_tmdb_changed_is_changed(tmdb):
    imported()
    tmdb.does(answer(jpeg()), path="/t/p/w500/new.jpg")
    tmdb.says(film(overview="Better words.", vote_count=2101, poster_path="/new.jpg", runtime=95))

    done = imported()

    assert done.changes == {
        "description": Change("A count travels, and a town falls silent.", "Better words."),
        "vote_count": Change(2100, 2101),
        "duration_minutes": Change(94, 95),
        "poster": Change(POSTER, NEW_POSTER),
    }
    movie = Movie.objects.get()
    assert (movie.description, movie.vote_count, movie.duration_minutes) == ("Better words.", 2101, 95)
    assert stored(movie.poster.name) == ("WEBP", (500, 750))


def test_no_field_that_staff_edited_is_overwritten(tmdb):
    movie = imported().movie
    Movie.objects.update(title="Nosferatu (1922)", duration_minutes=89, genre=["silent"], trailer_url=None)
    Movie.objects.update(description=None, poster="posters/ours.webp", release_date=date(1922, 3, 4))
    CastMember.objects.filter(actor_name="Max Schreck").update(is_lead=True)
    before, cast = Movie.objects.values().get(), cast_of(movie)
    tmdb.says(
        film(
            title="Nosferatu!",
            overview="Other words.",
            runtime=96,
            genres=[],
            release_date="1922-01-01",
            poster_path="/new.jpg",
            videos={"results": [video("another")]},
            credits={"crew": [{"name": "Murnau", "job": "Director"}]},
        )
    )

    done = imported()

    assert set(done.kept) == {
        *("title", "description", "duration_minutes", "genre", "release_date", "poster", "trailer_url", "cast")
    }
    assert set(done.changes) == {"director", "writers", "producers"}
    after = Movie.objects.values().get()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"director", "writers", "producers", "imported", "updated_at"}
    assert cast_of(movie) == cast
    assert "/t/p/w500/new.jpg" not in tmdb.paths


def test_edit_that_tmdb_comes_to_agree_with_still_stays(tmdb):
    imported()
    Movie.objects.update(title="Nosferatu!")
    tmdb.says(film(title="Nosferatu!"))
    imported()
    tmdb.says(film(title="Nosferatu?"))

    assert imported().kept == ("title",)


def test_film_made_by_hand_is_filled_in(tmdb):
    make.movie(tmdb_id=TMDB_ID, title="The vampire", duration_minutes=90, genre=[], cast=("Schreck",))

    done = imported()

    movie = Movie.objects.get()
    assert (movie.title, movie.duration_minutes, movie.director) == ("The vampire", 90, "F. W. Murnau")
    assert (movie.genre, movie.poster.name) == (["Horror", "Fantasy"], POSTER)
    assert [member.actor_name for member in movie.cast_members.all()] == ["Schreck"]
    assert (done.created, set(done.kept)) == (False, {"title", "duration_minutes", "cast"})


def test_cast_that_nobody_edited_follows_tmdb(tmdb):
    movie = imported().movie
    tmdb.says(film(credits={"cast": [{"name": "Max Schreck", "character": None}], "crew": []}))

    done = imported()

    assert cast_of(movie) == [("Max Schreck", "", "actor", None, False, 0)]
    assert (done.movie.director, done.movie.writers) == (None, [])


def test_only_the_first_twenty_players_come_in(tmdb):
    tmdb.says(film(credits={"cast": [{"name": f"Player {n}", "order": n} for n in reversed(range(30))]}))

    assert [name for name, *_ in cast_of(imported().movie)] == [f"Player {n}" for n in range(20)]


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"status": "Released", "release_date": "2999-01-01"}, "SHOWING"),
        ({"status": "Post Production", "release_date": "1922-02-16"}, "COMING_SOON"),
        ({"status": "", "release_date": "1922-02-16"}, "SHOWING"),
        ({"status": "", "release_date": "2999-01-01"}, "COMING_SOON"),
        ({"status": "", "release_date": ""}, "COMING_SOON"),
    ],
)
def test_film_that_is_not_out_is_coming_soon(tmdb, said, state):
    tmdb.says(film(**said))

    assert imported().movie.state == state


def test_state_is_the_houses(tmdb):
    tmdb.says(film(status="In Production"))
    imported()
    Movie.objects.update(state="ENDED")
    tmdb.says(film())

    assert imported().changes == {}
    assert Movie.objects.get().state == "ENDED"


def test_length_that_nobody_knows_is_assumed_until_tmdb_does(tmdb):
    tmdb.says(film(runtime=0))
    unknown = imported()
    still = imported()
    tmdb.says(film(runtime=94))
    known = imported()

    assert (unknown.movie.duration_minutes, unknown.notes) == (120, (tmdb_import.ASSUMED,))
    assert (still.changes, known.changes) == ({}, {"duration_minutes": Change(120, 94)})


def test_long_words_are_cut_to_what_fits(tmdb):
    countries = [{"name": name} for name in ("France", "X" * 93, "Germany")]
    directors = [{"name": "N" * 300, "job": "Director"}]
    cast = [{"name": "P" * 300, "character": "C" * 300}]
    tmdb.says(film(title="T" * 300, production_countries=countries, credits={"crew": directors, "cast": cast}))

    movie = imported().movie

    assert (movie.title, movie.country, movie.director) == ("T" * 255, "France", "N" * 255)
    assert [(name, character) for name, character, *_ in cast_of(movie)] == [("P" * 255, "C" * 255)]


@pytest.mark.parametrize(
    "videos",
    [
        [],
        [video("a", site="Vimeo"), video("b", type="Clip")],
        [video("javascript:alert(1)"), video("x&y=z")],
    ],
)
def test_film_without_a_trailer_on_youtube_has_none(tmdb, videos):
    tmdb.says(film(videos={"results": videos}))

    assert imported().movie.trailer_url is None


def test_teaser_stands_in_for_a_trailer(tmdb):
    tmdb.says(film(videos={"results": [video("teaser", type="Teaser")]}))

    assert imported().movie.trailer_url == "https://www.youtube.com/watch?v=teaser"


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (fake_tmdb.NOT_FOUND, "TMDB has no such entry."),
        (answer(b"<svg/>"), "This is not a JPEG, PNG, WebP or GIF picture: choose another file."),
        (answer(bytes(5 * 1024**2 + 1)), "TMDB's answer is larger than 5 MB."),
    ],
)
def test_picture_that_cannot_be_had_is_told_and_tried_again(tmdb, script, sentence):
    tmdb.does(script, path="/t/p/w500/poster.jpg")

    without = imported()
    tmdb.does(answer(jpeg((30, 20))), path="/t/p/w500/poster.jpg")
    later = imported()

    assert without.missing == (f"The poster could not be had. {sentence}",)
    assert (without.movie.poster.name or "", without.movie.backdrop_path.name) == ("", BACKDROP)
    assert (later.changes, stored(POSTER)) == ({"poster": Change("", POSTER)}, ("WEBP", (500, 750)))


@pytest.mark.parametrize("length", [80, 81])
def test_picture_comes_in_as_long_as_its_name_fits_the_column(tmdb, length):
    name = "p" * length
    tmdb.does(answer(jpeg()), path=f"/t/p/w500/{name}.jpg")
    tmdb.says(film(poster_path=f"/{name}.jpg"))

    imported()

    assert Movie.objects.get().poster.name == (f"posters/tmdb/{name}.webp" if length == 80 else "")


def test_film_without_pictures_keeps_the_ones_it_has(tmdb):
    imported()
    tmdb.says(film(poster_path=None, backdrop_path=None))

    assert imported().changes == {}
    assert Movie.objects.get().poster.name == POSTER


def test_picture_that_is_stored_is_not_fetched_for_another_import(tmdb):
    imported()
    Movie.objects.all().delete()
    tmdb.asked.clear()

    assert imported().movie.poster.name == POSTER
    assert tmdb.paths == ["/3/movie/653"]


def test_pictures_never_get_the_key(tmdb, settings):
    imported()

    pictures = [(query, "Authorization" in headers) for path, query, headers in tmdb.asked if path.startswith("/t/p/")]
    assert pictures == [({}, False)] * 2


def test_preview_tells_all_and_does_nothing(tmdb):
    plan = preview_movie(tmdb_id=TMDB_ID)

    assert (plan.created, plan.changes["title"], plan.changes["poster"]) == (
        True,
        Change("", "Nosferatu"),
        Change("", POSTER),
    )
    assert (Movie.objects.count(), tmdb.paths, default_storage.exists(POSTER)) == (0, ["/3/movie/653"], False)


def test_namesake_without_a_number_is_told(tmdb):
    make.movie(title="NOSFERATU")

    assert preview_movie(tmdb_id=TMDB_ID).notes == (
        "There is another film named Nosferatu. To update that one instead, give it number 653.",
    )


def test_film_that_was_taken_out_is_left_alone(tmdb):
    make.movie(tmdb_id=TMDB_ID, title="Faust", archived_at=timezone.now())

    with pytest.raises(FilmArchived, match="Faust was taken out of the catalogue"):
        imported()

    assert Movie.objects.get().title == "Faust"


@pytest.mark.parametrize(
    ("script", "error"), [(fake_tmdb.NOT_FOUND, TmdbNotFound), (fake_tmdb.no_answer, TmdbUnavailable)]
)
def test_import_that_fails_writes_nothing(tmdb, script, error):
    tmdb.does(script)

    with pytest.raises(error):
        imported()

    assert Movie.objects.count() == 0


def test_history_names_who_imported_what(tmdb):
    person = people.user()
    import_movie(tmdb_id=TMDB_ID, by=person)
    import_movie(tmdb_id=TMDB_ID, by=person)
    tmdb.says(film(vote_count=1, title="Faust"))
    import_movie(tmdb_id=TMDB_ID, by=person)

    entries = LogEntry.objects.order_by("pk").values_list("user_id", "object_id", "action_flag", "change_message")
    movie = str(Movie.objects.get().pk)
    first, second = entries
    assert first[:3] == (person.pk, movie, ADDITION)
    assert second == (person.pk, movie, CHANGE, "Imported from TMDB: title, vote_count.")


def test_film_written_after_it_was_read_is_looked_at_again(tmdb):
    read = read_film(tmdb_id=TMDB_ID)
    make.movie(tmdb_id=TMDB_ID, title="Ours")

    done = store_film(film=read, by=None)

    assert (done.created, done.movie.title, Movie.objects.count()) == (False, "Ours", 1)


def test_picture_that_was_not_fetched_is_not_put_in(tmdb):
    imported()
    Movie.objects.update(poster="posters/ours.webp")
    tmdb.says(film(poster_path="/new.jpg"))
    read = read_film(tmdb_id=TMDB_ID)
    Movie.objects.update(poster=POSTER)

    done = store_film(film=read, by=None)

    assert (done.kept, done.changes, Movie.objects.get().poster.name) == (("poster",), {}, POSTER)


def test_film_is_found_as_it_came_and_as_it_was_changed(tmdb):
    imported()
    before = [film_search.matching(text).ids for text in ("nosferatu", "schreck", "vampire")]
    tmdb.says(film(title="The Vampire", credits={"cast": [{"name": "Willem Dafoe"}]}))
    imported()

    movie = Movie.objects.get().pk
    assert before == [[movie], [movie], []]
    assert [film_search.matching(text).ids for text in ("schreck", "dafoe", "vampire")] == [[], [movie], [movie]]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_staff_who_edit_while_an_import_writes_lose_nothing(tmdb, monkeypatch):
    movie = imported().movie
    tmdb.says(film(vote_count=1))

    def edit():
        try:
            update_movie(movie_id=movie.pk, title="Ours")
        finally:
            connection.close()

    staff = threading.Thread(target=edit)

    def save_beside_staff(plan, save=tmdb_import._save):
        staff.start()
        while staff.is_alive() and not query("SELECT 1 FROM pg_locks WHERE NOT granted"):
            pass
        save(plan)

    monkeypatch.setattr(tmdb_import, "_save", save_beside_staff)
    imported()
    staff.join()

    assert list(Movie.objects.values_list("title", "vote_count")) == [("Ours", 1)]


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_make_one_film(tmdb):
    read = read_film(tmdb_id=TMDB_ID)
    together, done = threading.Barrier(4), []

    def store():
        together.wait()
        try:
            done.append(store_film(film=read, by=None))
        finally:
            connection.close()

    threads = [threading.Thread(target=store) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(one.created for one in done) == [False, False, False, True]
    assert (Movie.objects.count(), CastMember.objects.count()) == (1, 2)
