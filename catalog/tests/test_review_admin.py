import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests import make as people
from catalog.models import Reaction, Review
from catalog.services.reviews import react
from catalog.tests import make

pytestmark = pytest.mark.django_db

LIST = reverse("admin:catalog_review_changelist")


@pytest.fixture
def boss(client):
    boss = people.user(is_staff=True, is_superuser=True)
    client.force_login(boss)
    return boss


def test_review_is_deleted_with_the_reactions_to_it(client, boss):
    review, other = make.review(movie=make.movie()), make.review(movie=make.movie())
    react(user_id=boss.pk, review_id=review.pk, kind="like")

    answer = client.post(reverse("admin:catalog_review_delete", args=[review.pk]), {"post": "yes"})

    assert (answer.status_code, answer.headers["Location"]) == (302, LIST)
    assert list(Review.objects.all()) == [other]
    assert not Reaction.objects.exists()


def test_nobody_writes_in_the_name_of_another(client, boss):
    review = make.review(movie=make.movie(), title="Yes")

    changed = client.post(reverse("admin:catalog_review_change", args=[review.pk]), {"title": "No", "rating": "1"})

    assert changed.status_code == 403
    assert client.get(reverse("admin:catalog_review_add")).status_code == 403
    assert Review.objects.values_list("title", "rating").get() == ("Yes", 4)


def test_list_is_filtered_by_rating_and_searched(client, boss):
    film = make.movie(title="Nosferatu")
    make.review(movie=film, rating=1, title="Dreadful")
    make.review(movie=film, rating=5, title="Wonderful")

    low = client.get(LIST, {"rating": "1"}).content.decode()
    found = client.get(LIST, {"q": "wonder"}).content.decode()

    assert ("Dreadful" in low, "Wonderful" in low) == (True, False)
    assert ("Dreadful" in found, "Wonderful" in found) == (False, True)


def test_list_takes_as_many_queries_for_three_as_for_one(client, boss):
    film = make.movie()

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(LIST).status_code == 200
        return len(asked)

    make.review(movie=film)
    one = count()
    for _ in range(2):
        make.review(movie=film)

    assert count() == one
