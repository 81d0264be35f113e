"""The catalogue in the admin: what services refuse is shown in the form, and nothing is lost of what was typed."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import User
from catalog.models import PRICE_FACTORS, CastMember, Cinema, Movie, Room, Seat
from catalog.tests import make


@pytest.fixture(autouse=True)
def programmer(client, db) -> User:
    user = User.objects.create(email="programmer@cinema.test", is_staff=True)
    user.groups.set(Group.objects.filter(name__in=("programmer", "manager")))
    client.force_login(user)
    return user


def post(client, model, row=None, **fields):
    page, args = ("change", [row.pk]) if row else ("add", [])
    return client.post(reverse(f"admin:catalog_{model}_{page}", args=args), fields)


def errors_of(answer) -> list[str]:
    form = answer.context["adminform"].form
    return [str(error) for errors in form.errors.values() for error in errors]


def film_fields(**fields) -> dict[str, str]:
    inline = {"cast_members-TOTAL_FORMS": "0", "cast_members-INITIAL_FORMS": "0"}
    return {"title": "Faust", "duration_minutes": "106", "state": "SHOWING", "details": "{}", **inline, **fields}


def test_film_is_made_with_lists_of_words_and_cast(client):
    cast = {"cast_members-0-actor_name": "Emil Jannings", "cast_members-0-character_name": "Mephisto"}
    cast |= {"cast_members-0-role": "actor", "cast_members-0-order": "0", "cast_members-TOTAL_FORMS": "1"}

    answer = post(client, "movie", **film_fields(genre="drama, horror , ", **cast))

    assert answer.status_code == 302
    movie = Movie.objects.get()
    assert (movie.slug, movie.genre, movie.writers) == ("faust", ["drama", "horror"], [])
    assert CastMember.objects.get().movie == movie


def test_film_cannot_go_back_to_coming_soon(client):
    movie = make.movie(title="Faust", state="ENDED")

    answer = post(client, "movie", movie, **film_fields(state="SHOWING", title="Faust II"))

    assert answer.status_code == 200
    assert errors_of(answer) == ["A film goes from COMING_SOON to SHOWING to ENDED: ENDED cannot become SHOWING."]
    assert Movie.objects.get().title == "Faust"
    assert b"Faust II" in answer.content


def test_addresses_inside_our_own_network_are_refused(client):
    answer = post(client, "movie", **film_fields(image_url="http://127.0.0.1/a.jpg", trailer_url="http://10.0.0.1/"))

    assert errors_of(answer) == ["The address must lead to a public host, by its name in plain letters."] * 2
    assert not Movie.objects.exists()


def test_film_with_screenings_is_not_deleted(client):
    movie = make.screening().movie

    answer = client.post(reverse("admin:catalog_movie_delete", args=[movie.pk]), {"post": "yes"})

    assert answer.status_code in (200, 403)
    assert Movie.objects.filter(pk=movie.pk).exists()


def test_cinema_is_made_and_changed(client):
    fields = {
        "name": "Roxy",
        "city": "Berlin",
        "address": "1 Station Road",
        "timezone": "Europe/Berlin",
        "currency": "EUR",
    }
    fields |= {"amenities": "bar, hearing loop", "trailer_minutes": "15"}
    fields |= {"cancel_cutoff_minutes": "60", "companion_release_minutes": "45"}
    fields |= dict.fromkeys(PRICE_FACTORS, "1.1") | {"child_factor": "0.5", "booking_fee": "0.75"}

    made = post(client, "cinema", **fields)
    cinema = Cinema.objects.get()
    changed = post(client, "cinema", cinema, **fields | {"name": "Rex", "timezone": "Nowhere/Land"})
    right = post(client, "cinema", cinema, **fields | {"name": "Rex"})

    assert (made.status_code, changed.status_code, right.status_code) == (302, 200, 302)
    assert errors_of(changed) == ["Nowhere/Land is not an IANA time zone, such as Europe/Berlin."]
    cinema.refresh_from_db()
    assert (cinema.name, cinema.slug, cinema.amenities) == ("Rex", "roxy-berlin", ["bar", "hearing loop"])
    prices = (cinema.vip_factor, cinema.child_factor, cinema.booking_fee, cinema.cancel_cutoff_minutes)
    assert prices == (Decimal("1.1"), Decimal("0.5"), Decimal("0.75"), 60)


def test_room_is_made_from_its_plan(client):
    cinema = make.cinema()

    answer = post(client, "room", cinema=cinema.pk, name="Screen 1", cleaning_minutes="20", plan="ss_ss\nww_cc\n\n")

    assert answer.status_code == 302
    seats = Seat.objects.order_by("pk").values_list("row_label", "seat_number", "seat_type", "x")
    assert [f"{row}{number} {kind} {x}" for row, number, kind, x in seats] == [
        "A1 standard 0",
        "A2 standard 1",
        "A3 standard 3",
        "A4 standard 4",
        "B1 wheelchair 0",
        "B2 wheelchair 1",
        "B3 couple 3",
        "B4 couple 4",
    ]
    page = client.get(reverse("admin:catalog_room_change", args=[Room.objects.get().pk])).content.decode()
    assert "B4 couple" in page


def test_wrong_plan_is_explained_and_makes_no_room(client):
    answer = post(client, "room", cinema=make.cinema().pk, name="Screen 1", cleaning_minutes="20", plan="ss_ss\ns?s")

    assert answer.status_code == 200
    assert "Line 2 of the plan" in errors_of(answer)[0]
    assert not Room.objects.exists()


def test_room_name_taken_is_explained(client):
    room = make.room(name="Screen 1")
    other = make.room(name="Screen 2", cinema=room.cinema)

    answer = post(client, "room", other, name="Screen 1", cleaning_minutes="15")

    assert errors_of(answer) == [f"{room.cinema.name} already has a room named Screen 1."]
