"""R51 in the admin: what staff take out of the programme is archived or erased, and comes back."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from catalog.models import Cinema, Favourite, Movie, Room
from catalog.services.favourites import add_favourite_movie
from catalog.tests import make
from cinema_project.common import clock


def act(client, model, action, *rows):
    ticked = {"action": action, "_selected_action": [row.pk for row in rows]}
    page = client.post(reverse(f"admin:catalog_{model}_changelist"), ticked, follow=True)
    return [str(message) for message in page.context["messages"]]


@pytest.fixture
def shown(db):
    """A screening that is over."""
    return make.screening(start_time=clock.now() - timedelta(days=1))


@pytest.mark.parametrize(("model", "table"), [("movie", Movie), ("room", Room), ("cinema", Cinema)])
def test_what_was_shown_goes_out_and_comes_back(admin_client, shown, model, table):
    row = {"movie": shown.movie, "room": shown.room, "cinema": shown.room.cinema}[model]

    out = act(admin_client, model, "take_out", row)
    archived_at = table.objects.get(pk=row.pk).archived_at
    back = act(admin_client, model, "bring_back", row)

    assert (out, back) == ([f"{row}: taken out of the programme."], [f"{row}: back in the programme."])
    assert (archived_at is not None, table.objects.get(pk=row.pk).archived_at) == (True, None)
    assert sorted(LogEntry.objects.values_list("change_message", flat=True)) == [
        "Back in the programme.",
        "Taken out of the programme.",
    ]


def test_refusals_are_told_and_the_others_are_done(admin_client, shown):
    ahead = make.screening().movie

    said = act(admin_client, "movie", "take_out", shown.movie, ahead)

    assert said == [
        f"{shown.movie}: taken out of the programme.",
        f"{ahead}: {ahead} has 1 screening to come: cancel or move them first.",
    ]
    assert list(Movie.objects.filter(archived_at=None)) == [ahead]


def test_button_that_deletes_loses_nothing_that_people_said(admin_client):
    film = make.movie()
    add_favourite_movie(user_id=make.review(movie=make.movie()).user_id, movie_id=film.pk)

    admin_client.post(reverse("admin:catalog_movie_delete", args=[film.pk]), {"post": "yes"})

    assert (Movie.objects.get(pk=film.pk).archived_at is not None, Favourite.objects.count()) == (True, 1)
