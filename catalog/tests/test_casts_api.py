import pytest

from catalog.models import CastMember
from catalog.tests import make
from catalog.tests.api import Api, ids, utc
from cinema_project.common import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def film():
    return make.movie(cast=("Max Schreck",))


@pytest.fixture
def member(film):
    return film.cast_members.get()


def body(member):
    return {
        "id": member.pk,
        "movie_id": member.movie_id,
        "actor_name": "Max Schreck",
        "character_name": "Herself",
        "role": "actor",
        "profile_image_url": None,
        "is_lead": False,
        "order": 0,
        "created_at": utc(member.created_at),
        "updated_at": utc(member.updated_at),
    }


def given(film, **fields):
    return {"movie_id": film.pk, "actor_name": "Greta Schröder", "character_name": "Ellen", "role": "actress"} | fields


def test_parts_are_read_by_everybody(film, member):
    make.movie(cast=("Helm",), archived_at=clock.now())
    api = Api()

    assert api.get("casts").json() == api.get("casts/").json() == [body(member)]
    assert api.get(f"casts/{member.pk}").json() == api.get(f"casts/{member.pk}/").json() == body(member)
    assert api.get(f"casts/movie/{film.pk}").json() == api.get(f"movies/{film.pk}/cast").json() == [body(member)]


def test_parts_of_a_film_come_in_the_order_of_the_credits(film):
    second = CastMember.objects.create(movie=film, actor_name="B", character_name="C", role="actor", order=2)
    first = CastMember.objects.create(movie=film, actor_name="A", character_name="C", role="actor", order=1)
    other = make.movie(cast=("Helm",)).cast_members.get()

    assert ids(Api().get("casts"))[1:] == [first.pk, second.pk, other.pk]
    assert ids(Api().get(f"casts/movie/{film.pk}", skip=1, limit=1)) == [first.pk]


def test_list_takes_as_many_queries_for_three_as_for_one(member, django_assert_num_queries):
    for number in (1, 3):
        with django_assert_num_queries(1):
            assert len(ids(Api().get("casts"))) == number
        make.movie(cast=("Helm", "Abel"))


def test_programmer_makes_changes_and_removes_a_part(film):
    api, other = Api().as_("programmer"), make.movie()
    picture = "https://films.test/greta.webp"

    made = api.post("casts/", given(film, is_lead=True, order=3, profile_image_url=picture, id=99))
    address = f"casts/{made.json()['id']}"
    replaced = api.send("put", address, {"role": "star"})
    changed = api.send("patch", f"{address}/", {"order": 1, "movie_id": other.pk})
    removed = api.send("delete", address, {})

    row = {"profile_image_url": picture, "is_lead": True, "order": 3}
    assert made.status_code == 201
    assert {name: made.json()[name] for name in (*given(film), *row)} == given(film) | row
    assert (replaced.status_code, replaced.json()["role"], replaced.json()["order"]) == (200, "star", 3)
    assert (changed.status_code, changed.json()["order"], changed.json()["movie_id"]) == (200, 1, other.pk)
    assert (removed.status_code, removed.content) == (204, b"")
    assert list(CastMember.objects.values_list("actor_name", flat=True)) == ["Max Schreck"]


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_nobody_of_that_number(method):
    answer = Api().as_("manager").send(method, "casts/99999", {})

    assert (answer.status_code, answer.json()["detail"]) == (404, "Cast member not found")


def test_part_in_a_film_that_does_not_exist_is_refused(film, member):
    api = Api().as_("manager")

    answers = [api.post("casts", given(film, movie_id=99999)), api.get("casts/movie/99999")]
    answers.append(api.send("patch", f"casts/{member.pk}", {"movie_id": 99999}))

    assert {(answer.status_code, answer.json()["detail"]) for answer in answers} == {
        (404, "Movie with id 99999 not found")
    }


@pytest.mark.parametrize(
    "wrong",
    [
        *({"actor_name": ""}, {"order": -1}, {"order": 2**31}, {"movie_id": "x"}),
        *({"profile_image_url": "x"}, {"profile_image_url": "http://10.0.0.1/helm.jpg"}),
    ],
)
def test_wrong_value_is_pointed_at(film, member, wrong):
    api = Api().as_("manager")
    before = list(CastMember.objects.values())

    for answer in (api.post("casts", given(film) | wrong), api.send("patch", f"casts/{member.pk}", wrong)):
        assert answer.status_code == 400
        assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{next(iter(wrong))}"]
    assert list(CastMember.objects.values()) == before


def test_the_same_key_adds_one_part(film):
    api = Api().as_("manager")

    first, second = (api.post("casts", given(film), **{"Idempotency-Key": "k1"}) for _ in range(2))

    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert film.cast_members.count() == 2


def test_customers_and_auditors_change_nothing(film, member):
    asked = [("post", "casts", given(film))]
    asked += [(method, f"casts/{member.pk}", {"role": "star"}) for method in ("put", "patch", "delete")]

    for method, path, sent in asked:
        assert Api().send(method, path, sent).status_code == 401
        for person in (Api().as_(), Api().as_("auditor"), Api().as_("box office")):
            assert person.send(method, path, sent).status_code == 403
    assert list(CastMember.objects.values_list("role")) == [("actor",)]
