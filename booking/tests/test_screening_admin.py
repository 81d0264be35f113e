"""Screenings in the admin: what the services refuse is shown in the form, and what was claimed stays as it is."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.contrib.admin.sites import site
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import User
from booking.services.tickets import book_seats
from booking.tests import make as sales
from catalog.models import Movie, Room, Screening
from catalog.tests import make
from cinema_project.common import clock


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


def screening_fields(movie: Movie, room: Room, start) -> dict[str, str]:
    local = start.astimezone(room.cinema.zone)
    moment = {"start_time_0": f"{local:%Y-%m-%d}", "start_time_1": f"{local:%H:%M}"}
    return {"movie": movie.pk, "room": room.pk, "price": "11.50", **moment}


def test_screening_is_made_on_the_clock_of_the_cinema(client):
    movie, room = make.movie(duration_minutes=90), make.room(cinema=make.cinema(timezone="America/New_York"))
    start = (make.screening().start_time + timedelta(days=1)).replace(minute=0, second=0)

    answer = post(client, "screening", **screening_fields(movie, room, start))

    made = Screening.objects.get(room=room)
    assert answer.status_code == 302
    assert (made.start_time, made.end_time) == (start, start + timedelta(minutes=105))
    assert (made.price, made.currency) == (Decimal("11.50"), room.cinema.currency)


def test_overlap_is_shown_in_the_form(client):
    there = make.screening()

    answer = post(
        client, "screening", **screening_fields(there.movie, there.room, there.start_time + timedelta(minutes=30))
    )

    assert answer.status_code == 200
    assert f"{there.room.name} is in use from" in errors_of(answer)[0]
    assert Screening.objects.count() == 1


def test_screening_in_the_past_is_refused_at_its_field(client):
    movie, room = make.movie(), make.room()
    start = make.screening().start_time - timedelta(days=30)

    answer = post(client, "screening", **screening_fields(movie, room, start))

    form = answer.context["adminform"].form
    assert form.errors == {"start_time": ["A screening cannot start in the past."]}


def test_hour_that_the_clock_skips_is_refused(client):
    movie, room = make.movie(), make.room(cinema=make.cinema(timezone="Europe/Berlin"))

    fields = screening_fields(movie, room, make.screening().start_time)
    answer = post(client, "screening", **fields | {"start_time_0": "2031-03-30", "start_time_1": "02:30"})

    assert "does not exist in Europe/Berlin" in errors_of(answer)[0]


def test_hour_that_the_clock_shows_twice_is_taken_with_its_offset(client):
    movie, room = make.movie(), make.room(cinema=make.cinema(timezone="Europe/Berlin"))
    fields = screening_fields(movie, room, make.screening().start_time) | {"start_time_0": "2031-10-26"}

    refused = post(client, "screening", **fields | {"start_time_1": "02:30"})
    wrong = post(client, "screening", **fields | {"start_time_1": "02:30+99:00"})
    made = post(client, "screening", **fields | {"start_time_1": "02:30+01:00"})

    assert "add the offset, such as 2031-10-26T02:30:00+02:00" in errors_of(refused)[0]
    assert (errors_of(wrong), made.status_code) == (["Enter a valid time."], 302)
    assert Screening.objects.get(room=room).start_time == datetime(2031, 10, 26, 1, 30, tzinfo=UTC)


def test_screening_at_an_hour_that_is_shown_twice_is_not_moved_by_another_change(client):
    start = datetime(2031, 10, 26, 1, 30, tzinfo=UTC)
    screening = make.screening(room=make.room(cinema=make.cinema(timezone="Europe/Berlin")), start_time=start)

    answer = post(client, "screening", screening, **screening_fields(screening.movie, screening.room, start))

    assert (answer.status_code, Screening.objects.get().start_time) == (302, start)
    assert Screening.objects.get().price == Decimal("11.50")


def test_unsold_screening_moves_and_its_times_with_it(client):
    screening = make.screening()
    start = (screening.start_time + timedelta(days=2)).replace(second=0)

    answer = post(client, "screening", screening, **screening_fields(screening.movie, screening.room, start))

    moved = Screening.objects.get()
    assert answer.status_code == 302
    assert (moved.start_time, moved.end_time) == (start, start + timedelta(minutes=105))
    assert (moved.room_free_at, moved.price) == (start + timedelta(minutes=120), Decimal("11.50"))


def test_screening_moved_onto_another_is_refused(client):
    first = make.screening()
    second = make.screening(room=first.room)

    answer = post(client, "screening", second, **screening_fields(second.movie, second.room, first.start_time))

    assert f"{first.room.name} is in use from" in errors_of(answer)[0]
    assert Screening.objects.get(pk=second.pk).start_time == second.start_time


def test_claimed_screening_keeps_film_and_room_and_moves(client):
    screening = make.screening(seat_seq=1)
    start = (screening.start_time + timedelta(days=2)).replace(second=0)

    answer = post(client, "screening", screening, **screening_fields(make.movie(), make.room(), start))
    deleted = client.post(reverse("admin:catalog_screening_delete", args=[screening.pk]), {"post": "yes"})

    kept = Screening.objects.get(pk=screening.pk)
    assert (answer.status_code, deleted.status_code) == (302, 403)
    assert (kept.movie, kept.room, kept.start_time) == (screening.movie, screening.room, start)
    assert kept.price == Decimal("11.50")


def test_screening_that_nobody_claimed_is_deleted(client):
    screening = make.screening()

    client.post(reverse("admin:catalog_screening_delete", args=[screening.pk]), {"post": "yes"})

    assert not Screening.objects.exists()


def test_screenings_are_cancelled_and_those_that_are_over_are_not(client):
    over = make.screening(seat_seq=1, start_time=clock.now() - timedelta(days=1))
    ahead = make.screening(seat_seq=1)

    ticked = {"action": "cancel_screenings", "_selected_action": [over.pk, ahead.pk], "sure": "yes"}
    page = client.post(reverse("admin:catalog_screening_changelist") + "?when=all", ticked, follow=True)

    assert list(Screening.objects.order_by("pk").values_list("status", flat=True)) == ["scheduled", "cancelled"]
    assert "A screening that is over cannot be cancelled." in page.content.decode()


def test_cancelling_says_how_many_tickets_are_sold_and_asks_first(client):
    screening = sales.screening(seats=2)
    book_seats(buyer=sales.user(), screening_id=screening.pk, seat_ids=sales.seats_of(screening), payment_id="p")
    ticked = {"action": "cancel_screenings", "_selected_action": screening.pk}

    asked = client.post(reverse("admin:catalog_screening_changelist"), ticked)

    assert "2 tickets sold" in asked.content.decode()
    assert Screening.objects.get().status == "scheduled"


def test_page_of_a_screening_says_its_status_in_a_word(client):
    screening = make.screening()

    page = client.get(reverse("admin:catalog_screening_change", args=[screening.pk])).content.decode()

    assert "Scheduled" in page
    assert "(&#x27;scheduled" not in page


def test_list_shows_start_on_the_clock_of_the_cinema(client):
    screening = make.screening(room=make.room(cinema=make.cinema(timezone="Asia/Tokyo")))

    page = client.get(reverse("admin:catalog_screening_changelist")).content.decode()

    start = screening.start_time.astimezone(ZoneInfo("Asia/Tokyo"))
    assert f"{start:%a %d %b %Y, %H:%M} Asia/Tokyo" in page
    assert str(screening) == f"{screening.movie} {start:%Y-%m-%d %H:%M}"


def test_list_of_the_past_begins_with_the_last_one_and_says_that_it_is_over(client):
    first, last = (make.screening(start_time=clock.now() - timedelta(days=days)) for days in (2, 1))
    make.screening(status="cancelled", start_time=clock.now() - timedelta(days=3))

    page = client.get(reverse("admin:catalog_screening_changelist"), {"when": "past"})

    shown = page.context["cl"].result_list
    statuses = [site.get_model_admin(Screening).shown_status(one) for one in shown]
    assert list(shown)[:2] == [last, first]
    assert [word for word, _ in statuses] == ["completed", "completed", "cancelled"]
