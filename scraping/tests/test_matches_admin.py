"""What staff see of matches, and what they decide there."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests import make as people
from catalog.models import Movie
from catalog.tests import make
from scraping.models import FilmMatch, TitleLesson
from scraping.services.decisions import confirm, reject
from scraping.services.staging import stage, staging_rows
from scraping.tests.scraped import faust, matched, scraped, shape

pytestmark = pytest.mark.django_db
LIST = reverse("admin:scraping_filmmatch_changelist")


def enter(client, *groups: str, **fields):
    user = people.user(is_staff=True, **fields)
    user.groups.add(*Group.objects.filter(name__in=groups))
    client.force_login(user)
    return user


@pytest.fixture
def programmer(client):
    return enter(client, "programmer")


def review_of(match: FilmMatch) -> str:
    return reverse("admin:scraping_filmmatch_review", args=[match.pk])


def staged_of(match: FilmMatch) -> str:
    return reverse("admin:scraping_filmmatch_staged", args=[match.pk])


def decide(client, match: FilmMatch, do: str, **sent: str):
    return client.post(review_of(match), {"do": do, "seen": match.version, **sent}, follow=True)


def test_scraped_film_stands_beside_ours_with_score_and_reasons(client, programmer):
    ours = faust()
    match = matched(scraped("THE FAUST", country="Germany", page={"minutes": 99}))
    assert shape(match) == ("waiting", None)

    page = client.get(review_of(match)).content.decode()

    assert f'value="confirm:{ours.pk}"' in page
    for words in ("THE FAUST", "Germany", "99", "F. W. Murnau", "106", f"{match.candidates[0]['score']:.0%}"[:-1]):
        assert words in page
    assert match.candidates[0]["reasons"][0].split("“")[0] in page


def test_confirming_leads_to_the_next_that_waits(client, programmer):
    ours = faust()
    first, second = matched(scraped("The Faust")), matched(scraped("A Faust"))
    assert (first.state, second.state) == ("waiting", "waiting")

    answer = decide(client, first, f"confirm:{ours.pk}")

    assert answer.redirect_chain == [(review_of(second), 302)]
    assert (shape(first), first.decided_by) == (("confirmed", ours.pk), programmer)
    assert "The Faust: is our film Faust." in answer.content.decode()


def test_last_that_waits_leads_back_to_the_list(client, programmer):
    match = matched(scraped("Small Hours"))

    answer = decide(client, match, "reject")

    assert answer.redirect_chain == [(LIST, 302)]
    assert shape(match) == ("rejected", None)
    assert decide(client, match, "reopen").redirect_chain == [(review_of(match), 302)]
    assert shape(match) == ("new", None)


def test_another_film_is_searched_and_chosen(client, programmer):
    other = make.movie(title="The Doctor's Wager")
    match = matched(scraped("Faust"))

    page = client.get(review_of(match), {"q": "wager"}).content.decode()
    assert f'value="confirm:{other.pk}"' in page
    assert "None of our films is found" in client.get(review_of(match), {"q": "zzzz"}).content.decode()

    decide(client, match, f"confirm:{other.pk}")
    assert shape(match) == ("confirmed", other.pk)


def test_new_film_is_made(client, programmer):
    match = matched(scraped("SMALL HOURS", genres=["Drama"], age_category="D17", page={"minutes": 99}))
    page = client.get(review_of(match)).content.decode()
    assert ('value="Small Hours"' in page, 'value="99"' in page) == (True, True)

    decide(client, match, "make", title="Small Hours", duration_minutes="99", facts=["genre"])

    movie = Movie.objects.get()
    assert (movie.title, movie.duration_minutes, movie.genre, movie.rating) == ("Small Hours", 99, ["Drama"], None)
    assert shape(match) == ("confirmed", movie.pk)


@pytest.mark.parametrize(
    "bad", [{"duration_minutes": "0"}, {"duration_minutes": "x"}, {"title": ""}, {"facts": ["id"]}]
)
def test_film_that_is_not_valid_is_shown_again_with_a_sentence(client, programmer, bad):
    match = matched(scraped("SMALL HOURS"))

    answer = decide(client, match, "make", **{"title": "Small Hours", "duration_minutes": "99"} | bad)

    assert answer.status_code == 200
    assert "text-red-700" in answer.content.decode()
    assert Movie.objects.count() == 0


@pytest.mark.parametrize("do", ["", "confirm:", "confirm:x", "confirm:²", f"confirm:{10**30}", "confirm:0", "burn"])
def test_nonsense_is_answered_with_a_sentence(client, programmer, do):
    match = matched(scraped("SMALL HOURS"))

    answer = decide(client, match, do)

    assert answer.status_code == 200
    assert shape(match) == ("new", None)
    assert "messagelist" in (page := answer.content.decode()) or "Choose one" in page or "not found" in page


def test_what_somebody_decided_meanwhile_is_said(client, programmer):
    ours = faust()
    match = matched(scraped("The Faust"))
    confirm(match_id=match.pk, movie_id=ours.pk, by=people.user())

    assert "Somebody else decided of this film meanwhile" in decide(client, match, "reject").content.decode()
    assert shape(match) == ("confirmed", ours.pk)


def test_ticked_facts_alone_are_taken_over(client, programmer):
    ours = faust(genre=[])
    match = matched(scraped("FAUST", genres=["Drama"], age_category="R13", country="Germany"))
    page = client.get(staged_of(match)).content.decode()
    [staged] = stage(staging_rows([match.pk]))
    token = {change.field: f"{match.pk}:{change.field}:{change.token}" for change in staged.changes}
    assert all(value in page for value in token.values())

    client.post(staged_of(match), {"take": [token["rating"], "x", "²:a:b", "1:2"], "sure": "yes"})
    ours.refresh_from_db()
    assert (ours.rating, ours.genre, ours.country) == (None, [], None)  # "1:2" is no change that was shown

    client.post(staged_of(match), {"take": [token["rating"]], "sure": "yes"})
    ours.refresh_from_db()
    assert (ours.rating, ours.genre, ours.country) == ("R13", [], None)


def test_many_films_are_staged_and_taken_over_together(client, programmer):
    tokens, ids = [], []
    for title in ("Faust", "Nosferatu"):
        make.movie(title=title)
        match = matched(scraped(title, age_category="R13"))
        [staged] = stage(staging_rows([match.pk]))
        tokens += [f"{match.pk}:{change.field}:{change.token}" for change in staged.changes]
        ids.append(match.pk)
    asked = {"action": "take", "_selected_action": ids}

    page = client.post(LIST, asked).content.decode()
    assert all(token in page for token in tokens)
    assert set(Movie.objects.values_list("rating", flat=True)) == {None}

    client.post(LIST, asked | {"sure": "yes", "take": tokens})
    assert set(Movie.objects.values_list("rating", flat=True)) == {"R13"}


def test_new_films_are_matched_on_request(client, programmer):
    scraped("Faust")
    now = reverse("admin:scraping_filmmatch_match_now")

    assert client.get(now).status_code == 200
    assert FilmMatch.objects.count() == 0
    client.post(now)
    assert FilmMatch.objects.count() == 1

    match, ours = FilmMatch.objects.get(), faust()
    client.post(LIST, {"action": "match_again", "_selected_action": match.pk})
    assert shape(match) == ("accepted", ours.pk)


def test_lesson_is_shown_and_revoked(client, programmer):
    reject(match_id=matched(scraped("SMALL HOURS")).pk, by=programmer)
    follower = matched(scraped("Small Hours (4K)", source="another"))
    lessons = reverse("admin:scraping_titlelesson_changelist")
    assert "small hours" in client.get(lessons).content.decode()

    client.post(lessons, {"action": "revoke", "_selected_action": TitleLesson.objects.get().pk})

    assert shape(follower) == ("new", None)


def test_auditor_reads_and_decides_nothing(client, programmer):
    ours = faust(genre=[])
    match = matched(scraped("FAUST", genres=["Drama"]))
    [staged] = stage(staging_rows([match.pk]))
    taken = [f"{match.pk}:{change.field}:{change.token}" for change in staged.changes]
    enter(client, "auditor")

    assert (client.get(review_of(match)).status_code, client.get(staged_of(match)).status_code) == (200, 200)
    assert 'name="do"' not in client.get(review_of(match)).content.decode()
    decide(client, match, "reject")
    decide(client, match, "make", title="x", duration_minutes="1")
    client.post(staged_of(match), {"take": taken, "sure": "yes"})
    client.post(LIST, {"action": "take", "_selected_action": match.pk, "take": taken, "sure": "yes"})
    client.post(reverse("admin:scraping_filmmatch_match_now"))

    ours.refresh_from_db()
    assert (shape(match), ours.genre, Movie.objects.count()) == (("accepted", ours.pk), [], 1)


def test_box_office_sees_nothing_of_it(client, programmer):
    match = matched(scraped("FAUST"))
    enter(client, "box office")

    pages = (LIST, review_of(match), staged_of(match), reverse("admin:scraping_filmmatch_match_now"))
    assert [client.get(page).status_code for page in pages] == [403] * 4


def test_pages_of_films_that_are_not_there_lead_to_the_list(client, programmer):
    for bad in ("999999", "9" * 30, "abc"):
        for name in ("review", "staged"):
            address = reverse(f"admin:scraping_filmmatch_{name}", args=[bad])
            assert client.get(address, follow=True).redirect_chain[-1] == (LIST, 302)


@pytest.mark.parametrize("model", [FilmMatch, TitleLesson])
def test_list_takes_as_many_queries_for_three_as_for_one(client, programmer, model):
    address = reverse(f"admin:scraping_{model._meta.model_name}_changelist")

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        return len(asked)

    counts = []
    for title in ("Orchard Blue", "Station Zwei", "Winter Canal"):
        movie = make.movie(title=title)
        confirm(match_id=matched(scraped(title)).pk, movie_id=movie.pk, by=people.user())
        counts.append(count())
    assert len({*counts}) == 1
