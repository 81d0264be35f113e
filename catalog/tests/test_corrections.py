"""What staff put right later; the seats of people are in booking/tests."""

from datetime import timedelta

import pytest

from catalog.models import Screening
from catalog.selectors.cinemas import RoomNotFound
from catalog.selectors.movies import MovieNotFound
from catalog.selectors.screenings import ScreeningNotFound
from catalog.services import corrections
from catalog.services.screenings import RoomOverlap, StartsInThePast
from catalog.tests import make
from cinema_project.common import clock
from cinema_project.common.errors import IllegalTransition, Invalid

pytestmark = pytest.mark.django_db


def test_screening_may_change_its_facts():
    screening = make.screening(seat_seq=1)

    corrections.change_screening(screening_id=screening.pk, price="9.00", subtitles="de")

    kept = Screening.objects.get(pk=screening.pk)
    assert (str(kept.price), kept.subtitles, kept.end_time) == ("9.00", "de", screening.end_time)


def test_screening_takes_the_currency_of_its_new_room():
    screening, room = make.screening(), make.room(cinema=make.cinema(currency="JPY"))

    corrections.change_screening(screening_id=screening.pk, room_id=room.pk)

    assert Screening.objects.get().currency == "JPY"


def test_end_follows_film_and_start_unless_given():
    screening, film = make.screening(), make.movie(duration_minutes=45)
    start = screening.start_time + timedelta(days=1)

    followed = corrections.change_screening(screening_id=screening.pk, movie_id=film.pk)
    given = corrections.change_screening(
        screening_id=screening.pk, start_time=start, end_time=start + timedelta(minutes=200)
    )

    assert (followed.start_time, followed.end_time - followed.start_time) == (
        screening.start_time,
        timedelta(minutes=60),
    )
    assert (given.start_time, given.end_time - start) == (start, timedelta(minutes=200))
    assert given.room_free_at - given.end_time == timedelta(minutes=15)


def test_end_once_given_stays_when_only_the_price_changes():
    screening = make.screening()
    end = screening.start_time + timedelta(minutes=200)
    corrections.change_screening(screening_id=screening.pk, end_time=end)

    corrections.change_screening(screening_id=screening.pk, price="9.00")

    assert Screening.objects.get().end_time == end


def test_screening_of_yesterday_keeps_its_time_and_may_change_its_price():
    screening = make.screening(start_time=clock.now() - timedelta(days=1))

    corrections.change_screening(screening_id=screening.pk, start_time=screening.start_time, price="9.00")
    with pytest.raises(StartsInThePast):
        corrections.change_screening(screening_id=screening.pk, start_time=screening.start_time + timedelta(hours=1))

    kept = Screening.objects.get()
    assert (kept.start_time, str(kept.price)) == (screening.start_time, "9.00")


@pytest.mark.both_databases
@pytest.mark.parametrize("field", ["start_time", "end_time"])
def test_screening_that_is_over_is_not_shown_again(field):
    over = make.screening(start_time=clock.now() - timedelta(hours=23))

    with pytest.raises(IllegalTransition, match="over stays as it was"):
        corrections.change_screening(screening_id=over.pk, **{field: over.start_time + timedelta(hours=24)})

    kept = Screening.objects.get()
    assert (kept.start_time, kept.end_time) == (over.start_time, over.end_time)


@pytest.mark.both_databases
def test_screening_that_runs_may_begin_late():
    running = make.screening(start_time=clock.now() - timedelta(minutes=5))
    late = clock.now() + timedelta(minutes=20)

    corrections.change_screening(screening_id=running.pk, start_time=late)

    assert Screening.objects.get().start_time == late


def test_screening_moved_onto_another_names_it():
    first = make.screening()
    second = make.screening(room=first.room)

    with pytest.raises(RoomOverlap) as refused:
        corrections.change_screening(screening_id=second.pk, start_time=first.start_time)

    assert refused.value.extra == {"conflicting_screening_id": first.pk}


@pytest.mark.parametrize(("gone", "error"), [("movie", MovieNotFound), ("room", RoomNotFound)])
def test_screening_cannot_go_to_what_is_archived(gone, error):
    archived = getattr(make, gone)(archived_at=clock.now())

    with pytest.raises(error):
        corrections.change_screening(screening_id=make.screening().pk, **{f"{gone}_id": archived.pk})


def test_price_below_zero_is_refused():
    screening = make.screening()

    with pytest.raises(Invalid) as refused:
        corrections.change_screening(screening_id=screening.pk, price="-1")

    assert refused.value.errors[0]["pointer"] == "/price"


@pytest.mark.parametrize(
    ("service", "row", "error"),
    [
        (corrections.change_screening, "screening_id", ScreeningNotFound),
        (corrections.change_room, "room_id", RoomNotFound),
    ],
)
def test_unknown_row_is_not_found(service, row, error):
    with pytest.raises(error):
        service(**{row: 1})
