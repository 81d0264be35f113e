import pytest

from catalog.models import Favourite
from catalog.tests import make
from catalog.tests.api import Api, cinema_body, film_body, ids, utc
from cinema_project.common import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def api():
    return Api().as_()


@pytest.fixture(params=["cinemas", "movies"])
def kind(request):
    return request.param


def thing(kind, **fields):
    return make.cinema(**fields) if kind == "cinemas" else make.movie(cast=("Helm", "Abel"), **fields)


def test_marking_answers_the_favorite(api, kind):
    marked = thing(kind)

    answer = api.post(f"{kind}/{marked.pk}/favorite", {"user_id": 99})

    favourite = Favourite.objects.get()
    assert (answer.status_code, answer.json()) == (
        201,
        {
            "id": favourite.pk,
            "user_id": favourite.user_id,
            "cinema_id": marked.pk if kind == "cinemas" else None,
            "movie_id": marked.pk if kind == "movies" else None,
            "created_at": utc(favourite.created_at),
        },
    )


def test_marking_again_and_unmarking_again_is_refused(api, kind):
    address, name = f"{kind}/{thing(kind).pk}/favorite", kind.removesuffix("s").capitalize()
    api.post(f"{address}/", {})

    again = api.post(address, {})
    gone, not_there = api.send("delete", f"{address}/", {}), api.send("delete", address, {})

    assert (again.status_code, again.json()["detail"]) == (400, f"{name} already in favorites")
    assert (gone.status_code, gone.content) == (204, b"")
    assert (not_there.status_code, not_there.json()["detail"]) == (404, f"{name} not in favorites")


def test_check_tells_whether_it_is_marked(api, kind):
    marked, other = thing(kind), thing(kind)
    api.post(f"{kind}/{marked.pk}/favorite", {})

    assert api.get(f"{kind}/{marked.pk}/favorite/check").json() == {"is_favorite": True}
    assert api.get(f"{kind}/{other.pk}/favorite/check/").json() == {"is_favorite": False}
    assert api.get(f"{kind}/99999/favorite/check").status_code == 404


def test_what_does_not_exist_cannot_be_marked(api, kind):
    gone, name = thing(kind, archived_at=clock.now()), kind.removesuffix("s").capitalize()

    for number in (gone.pk, 10**17):
        answer = api.post(f"{kind}/{number}/favorite", {})
        assert (answer.status_code, answer.json()["detail"]) == (404, f"{name} with id {number} not found")
    assert not Favourite.objects.exists()


def test_list_shows_them_whole(api, kind):
    marked = thing(kind)
    api.post(f"{kind}/{marked.pk}/favorite", {})
    body = cinema_body(marked) if kind == "cinemas" else film_body(marked)

    answer = api.get(f"{kind}/favorites")

    assert (answer.json(), answer["X-Total-Count"]) == ([body], "1")
    assert api.get(f"{kind}/favorites/").json() == [body]
    assert Api().as_().get(f"{kind}/favorites").json() == []


def test_the_same_key_marks_once(api, kind):
    address = f"{kind}/{thing(kind).pk}/favorite"

    first, second = (api.post(address, {}, **{"Idempotency-Key": "k1"}) for _ in range(2))

    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert second["Idempotent-Replayed"] == "true"


def test_nobody_has_no_favourites(kind):
    address, nobody = f"{kind}/{thing(kind).pk}/favorite", Api()

    answers = [nobody.get(f"{kind}/favorites"), nobody.get(f"{address}/check")]
    answers += [nobody.post(address, {}), nobody.send("delete", address, {})]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 401]


def test_list_takes_as_many_queries_for_three_as_for_one(api, kind, django_assert_num_queries):
    for number in (1, 2, 3):
        api.post(f"{kind}/{thing(kind).pk}/favorite", {})
        if number != 2:
            with django_assert_num_queries(4 if kind == "movies" else 2):  # the caller, the ids, the rows, the cast
                assert len(ids(api.get(f"{kind}/favorites"))) == number
