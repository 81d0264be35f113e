from datetime import timedelta

import pytest

from accounts.models import Search
from accounts.tests import make as people
from catalog.models import CastMember, Movie, Seat
from catalog.tests import make
from catalog.tests.api import Api, cinema_body, film_body, ids, room_body, screening_body
from cinema_project.common import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def api():
    return Api()


def test_cinemas_come_with_their_number(api):
    cinema = make.cinema()

    assert api.get("cinemas").json() == {"cinemas": [cinema_body(cinema)], "total": 1}
    assert api.get("cinemas/").json() == api.get("cinemas").json()
    assert api.get(f"cinemas/{cinema.pk}").json() == cinema_body(cinema)


def test_rooms_and_seats_of_a_cinema(api):
    room = make.room(seats=(1, 2))
    seats = [
        {"room_id": room.pk, "row_label": "A", "seat_number": number, "seat_type": "standard", "x": number - 1, "y": 0}
        for number in (1, 2)
    ]

    assert api.get(f"cinemas/{room.cinema_id}/rooms/").json() == [room_body(room, 2)]
    assert api.get(f"rooms/{room.pk}").json() == room_body(room, 2)
    found = api.get(f"rooms/{room.pk}/seats/")
    assert [{**seat, "id": 0} for seat in found.json()] == [{"id": 0, **seat} for seat in seats]
    assert found["X-Total-Count"] == "2"


def test_seats_are_complete_unless_limited(api):
    room = make.room(seats=(20, 30))

    assert len(ids(api.get(f"rooms/{room.pk}/seats"))) == 600
    limited = api.get(f"rooms/{room.pk}/seats", limit=10)
    assert (len(ids(limited)), limited["X-Total-Count"]) == (10, "600")


def test_a_film_has_every_field(api):
    film = make.movie(cast=("Helm", "Abel"))

    assert api.get(f"movies/{film.pk}").json() == film_body(film)


def test_a_poster_is_the_picture_unless_there_is_another(api):
    film = make.movie(poster="posters/a.webp")

    assert api.get(f"movies/{film.pk}").json()["image_url"] == "http://testserver/media/posters/a.webp"
    Movie.objects.update(image_url="https://films.test/b.jpg")
    shown = api.get(f"movies/{film.pk}").json()
    assert (shown["image_url"], shown["poster_path"]) == (
        "https://films.test/b.jpg",
        "http://testserver/media/posters/a.webp",
    )


def test_movies_leave_out_what_ended_unless_asked(api):
    ended, showing, coming = (
        make.movie(state=state, release_date=day)
        for state, day in (("ENDED", "2001-01-01"), ("SHOWING", "2003-01-01"), ("COMING_SOON", "2002-01-01"))
    )

    assert ids(api.get("movies")) == [coming.pk, showing.pk]
    assert ids(api.get("movies", include_ended="true")) == [coming.pk, showing.pk, ended.pk]
    assert ids(api.get("movies", state="ENDED")) == [ended.pk]
    assert ids(api.get("movies", sort_by="release_date", include_ended="true")) == [showing.pk, coming.pk, ended.pk]
    assert ids(api.get("movies/coming-soon")) == [coming.pk]


def test_films_without_a_date_come_last_by_date():
    api, undated, dated = Api(), make.movie(), make.movie(release_date="2001-01-01")

    assert ids(api.get("movies", sort_by="release_date")) == [dated.pk, undated.pk]


@pytest.mark.parametrize(("value", "number"), [("true", 1), ("True", 1), ("1", 1), ("false", 0), ("0", 0)])
def test_include_ended_may_be_written_in_several_ways(api, value, number):
    make.movie(state="ENDED")

    assert len(ids(api.get("movies", include_ended=value))) == number


@pytest.mark.parametrize(
    ("path", "name", "known"),
    [
        ("movies", "state", "COMING_SOON, SHOWING, ENDED"),
        ("movies", "sort_by", "trending, release_date, created_at"),
        ("movies", "include_ended", "true, false"),
        ("movies/advanced-search", "sort_by", "title, release_date, rating"),
        ("movies/advanced-search", "sort_order", "asc, desc"),
    ],
)
def test_a_word_that_is_not_known_is_refused_with_the_known_ones(api, path, name, known):
    refused = api.get(path, **{name: "nonsense"})

    assert refused.status_code == 400
    assert refused.json()["errors"] == [{"pointer": f"/{name}", "detail": f"Choose one of {known}."}]


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "application/problem+json", "*/*", "nonsense"])
def test_answers_are_json_whatever_is_asked_for(client, accept):
    for path in ("movies", "movies?format=xml", f"showtimes/{make.screening().pk}/seats"):
        answer = client.get(f"/api/v1/{path}", headers={"accept": accept})

        assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


def test_cast_comes_in_the_order_of_the_credits(api):
    film = make.movie(cast=("Helm", "Abel"))
    CastMember.objects.filter(actor_name="Helm").update(order=5)

    assert [member["actor_name"] for member in api.get(f"movies/{film.pk}/cast").json()] == ["Abel", "Helm"]
    assert api.get(f"movies/{film.pk}").json()["cast"] == ["Abel", "Helm"]


def test_a_screening_in_detail_and_plain(api):
    screening = make.screening(room=make.room(seats=(1, 3)), movie=make.movie(cast=("Helm", "Abel")))
    room = room_body(screening.room, 3) | {"cinema": cinema_body(screening.room.cinema)}
    detailed = screening_body(screening) | {"movie": film_body(screening.movie), "room": room}

    assert api.get(f"screenings/{screening.pk}").json() == detailed
    assert api.get("screenings/").json() == [detailed]
    assert api.get(f"movies/{screening.movie_id}/showtimes").json() == [detailed]
    assert api.get("showtimes/").json() == [screening_body(screening)]
    assert api.get(f"showtimes/{screening.pk}").json() == screening_body(screening)


def test_a_screening_that_is_over_is_completed(api):
    over = make.screening(start_time=clock.now() - timedelta(hours=3))
    running = make.screening(start_time=clock.now() - timedelta(minutes=3))

    assert api.get(f"screenings/{over.pk}").json()["status"] == "completed"
    assert api.get(f"showtimes/{running.pk}").json()["status"] == "scheduled"


def test_screenings_narrowed(api):
    first, second = make.screening(), make.screening()
    for name, value in (
        ("movie_id", second.movie_id),
        ("room_id", second.room_id),
        ("cinema_id", second.room.cinema_id),
    ):
        assert ids(api.get("screenings", **{name: value})) == [second.pk]
    assert ids(api.get("screenings", date="2001-01-01")) == []
    day = first.start_time.astimezone(first.room.cinema.zone).date()
    assert ids(api.get("screenings", date=day.isoformat())) == [first.pk, second.pk]


def test_showtimes_leave_out_the_past(api):
    ahead = make.screening()
    past = make.screening(room=ahead.room, movie=ahead.movie, start_time=clock.now() - timedelta(days=1))

    assert ids(api.get("showtimes")) == [ahead.pk]
    assert ids(api.get("screenings")) == [past.pk, ahead.pk]
    assert ids(api.get(f"movies/{ahead.movie_id}/showtimes")) == [ahead.pk]


def test_a_cinema_s_films_and_showtimes(api):
    room = make.room(cinema=make.cinema(amenities=["bar"]))
    film = make.movie()
    shown = [make.screening(room=room, movie=film, price=price) for price in ("9.50", "8.00")]
    make.screening()

    path = f"cinemas/{room.cinema_id}"
    assert api.get(f"{path}/movies").json()["total"] == 1
    assert ids(api.get(f"{path}/movies/{film.pk}/showtimes")) == [one.pk for one in shown]
    [entry] = api.get(f"{path}/showtimes").json()
    assert (entry["movie"]["id"], entry["price"]) == (film.pk, 8.0)
    assert [sorted(showtime) for showtime in entry["showtimes"]] == [["id", "price", "room", "screening_time"]] * 2
    assert api.get(f"{path}/amenities").json() == ["bar"]


@pytest.mark.parametrize(
    "path",
    [
        "cinemas",
        "cinemas/{cinema}/rooms",
        "cinemas/{cinema}/movies",
        "cinemas/{cinema}/showtimes",
        "movies",
        "movies/{movie}/showtimes",
        "screenings",
        "showtimes",
        "rooms/{room}/seats",
    ],
)
def test_lists_take_the_same_number_of_queries_for_one_row_and_three(api, path, django_assert_max_num_queries):
    room, film = make.room(seats=(1, 1)), make.movie(cast=("Helm",))
    make.screening(room=room, movie=film)
    path = path.format(cinema=room.cinema_id, movie=film.pk, room=room.pk)
    with django_assert_max_num_queries(20) as before:
        api.get(path)

    for number in range(2):
        make.screening(movie=film, room=make.room(cinema=room.cinema))
        make.screening(room=room, movie=make.movie(cast=("Abel", "Helm")))
        make.screening()
        Seat.objects.create(room=room, row_label="B", seat_number=number + 1)
    with django_assert_max_num_queries(len(before)):
        assert api.get(path).status_code == 200


def test_pages_send_total_and_links(api):
    for _ in range(3):
        make.screening()

    page = api.get("showtimes", skip=1, limit=1)

    assert page["X-Total-Count"] == "3"
    assert page["Link"] == (
        '<http://testserver/api/v1/showtimes?limit=1&skip=2>; rel="next",'
        ' <http://testserver/api/v1/showtimes?limit=1&skip=0>; rel="prev"'
    )
    assert api.get("showtimes", limit=501).status_code == 400


@pytest.mark.parametrize("number", [0, 7, 2**63, 10**30])
@pytest.mark.parametrize(
    ("path", "thing"),
    [
        ("cinemas/{}", "Cinema"),
        ("cinemas/{}/rooms", "Cinema"),
        ("cinemas/{}/movies", "Cinema"),
        ("cinemas/{}/showtimes", "Cinema"),
        ("cinemas/{}/amenities", "Cinema"),
        ("rooms/{}", "Room"),
        ("rooms/{}/seats", "Room"),
        ("movies/{}", "Movie"),
        ("movies/{}/cast", "Movie"),
        ("movies/{}/showtimes", "Movie"),
        ("screenings/{}", "Screening"),
        ("showtimes/{}", "Showtime"),
    ],
)
def test_unknown_ids_are_named(api, path, thing, number):
    refused = api.get(path.format(number))

    assert (refused.status_code, refused.json()["detail"]) == (404, f"{thing} with id {number} not found")


@pytest.mark.parametrize("number", [0, 7])
@pytest.mark.parametrize(
    ("path", "thing"),
    [
        ("screenings/{}/available-seats", "Screening"),
        ("showtimes/{}/seats", "Showtime"),
        ("showings/{}", "Showing"),
        ("showings/{}/seats", "Showing"),
        ("showings/{}/tickets", "Showing"),
    ],
)
def test_unknown_screenings_are_named_as_the_path_does(api, path, thing, number):
    refused = api.get(path.format(number))

    assert (refused.status_code, refused.json()["detail"]) == (404, f"{thing} with id {number} not found")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("movies", {"state": "RUNNING"}),
        ("movies", {"sort_by": "price"}),
        ("movies", {"include_ended": "perhaps"}),
        ("screenings", {"date": "tomorrow"}),
        ("screenings", {"date": "0001-01-01"}),
        ("screenings", {"date": "9999-12-31"}),
        ("screenings", {"movie_id": "x"}),
        ("screenings", {"room_id": "1e9"}),
        ("showtimes", {"cinema_id": 10**30}),
        ("showtimes", {"movie_id": "1\0"}),
        ("cinemas", {"skip": "-1"}),
    ],
)
def test_wrong_queries_are_refused(api, path, query):
    make.cinema()

    refused = api.get(path, **query)

    assert refused.status_code == 400
    assert refused["Content-Type"] == "application/problem+json"


def test_films_are_found_by_title_genre_and_people(api):
    metropolis = make.movie(title="Metropolis", genre=["drama"], cast=("Brigitte Helm",))
    make.movie(title="Nosferatu", genre=["horror"])
    late = make.movie(title="The Late Metropolitan", genre=["horror"])

    assert ids(api.get("movies/search?q=metrop")) == [metropolis.pk, late.pk]
    assert ids(api.get("movies/search?q=helm")) == [metropolis.pk]
    assert ids(api.get("movies/search?q=drama")) == [metropolis.pk]
    assert ids(api.get("movies/search?q=nothing")) == []


def test_cinemas_are_found_by_name_and_city(api):
    roxy = make.cinema(name="Roxy", city="Berlin")
    make.cinema(name="Apollo", city="Wien")

    assert api.get("cinemas/search?q=berl").json() == {"cinemas": [cinema_body(roxy)], "total": 1}
    assert api.get("cinemas/search?q=rox").json()["total"] == 1


@pytest.mark.parametrize("path", ["movies/search", "cinemas/search"])
@pytest.mark.parametrize("query", ["", "?q=", "?q=%20", "?q=" + "x" * 256, "?q=%00"])
def test_a_search_without_words_is_refused(api, path, query):
    answer = api.get(path + query)

    assert (answer.status_code, answer.json()["code"]) == (400, "query_missing")


def test_a_search_is_noted_for_who_is_signed_in(client):
    ann = people.user()
    for path in ("movies/search?q=metropolis", "cinemas/search?q=roxy"):
        client.get(f"/api/v1/{path}", headers=people.bearer(ann))
        client.get(f"/api/v1/{path}")

    noted = Search.objects.order_by("pk").values_list("user_id", "search_type", "search_query")
    assert list(noted) == [(ann.pk, "movie", "metropolis"), (ann.pk, "cinema", "roxy")]
