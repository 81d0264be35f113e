"""R53-R55: moments on the wire are UTC with ``Z``, local times must exist, and the one clock is the database's."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import orjson
import pytest

from accounts.tests.make import bearer
from booking.services.reservations import hold_seats
from booking.tests import make
from catalog.models import Screening
from catalog.services.screenings import create_screening
from catalog.tests import make as catalog
from cinema_project.common import clock as product_clock
from cinema_project.common.errors import Invalid
from cinema_project.common.models import OutboxMessage

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_r53_the_wire_speaks_utc_wherever_the_cinema_is(client, noon):
    screening, person = make.screening(house={"timezone": "Pacific/Auckland"}), make.user()
    [seat, *_] = make.seats_of(screening)
    hold_seats(buyer=person, screening_id=screening.pk, seat_ids=[seat])

    [hold] = client.get("/api/v1/seat-reservations/my-reservations", headers=bearer(person)).json()
    told = OutboxMessage.objects.values_list("payload", flat=True).get()

    assert hold["reserved_at"] == told["timestamp"] == "2031-06-02T12:00:00.500000Z"
    assert hold["expires_at"] == told["updates"][0]["expires_at"] == "2031-06-02T12:05:00.500000Z"
    assert orjson.loads(orjson.dumps(told)) == told


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2031-07-01T20:00:00", "2031-07-01T18:00:00+00:00"),
        ("2031-12-01T20:00:00", "2031-12-01T19:00:00+00:00"),
        ("2031-10-26T02:30:00+02:00", "2031-10-26T00:30:00+00:00"),
        ("2031-10-26T02:30:00+01:00", "2031-10-26T01:30:00+00:00"),
    ],
)
def test_r53_a_time_without_offset_is_read_in_the_cinemas_zone(noon, local, utc):
    made = create_screening(
        movie_id=catalog.movie().pk,
        room_id=catalog.room().pk,
        price=Decimal(9),
        start_time=datetime.fromisoformat(local),
    )

    assert Screening.objects.get(pk=made.pk).start_time == datetime.fromisoformat(utc)


@pytest.mark.parametrize("local", ["2031-03-30T02:30:00", "2031-10-26T02:30:00"])
def test_r54_a_local_time_that_is_no_moment_or_two_is_refused(noon, local):
    movie, room = catalog.movie(), catalog.room()

    with pytest.raises(Invalid):
        create_screening(movie_id=movie.pk, room_id=room.pk, price=Decimal(9), start_time=datetime.fromisoformat(local))

    assert not Screening.objects.exists()


def test_r54_durations_are_absolute_when_the_clocks_change(noon):
    """A film that runs while the clocks go back is not an hour longer."""
    start = datetime.fromisoformat("2031-10-26T02:00:00+02:00")
    made = create_screening(
        movie_id=catalog.movie(duration_minutes=90).pk, room_id=catalog.room().pk, price=Decimal(9), start_time=start
    )

    assert made.end_time - start == timedelta(minutes=105)


def test_r55_the_clock_is_the_databases_and_tests_move_it_there(clock):
    real = product_clock.now()

    clock.travel(3600)
    moved = product_clock.now()
    clock.at(datetime(2040, 1, 1, tzinfo=UTC))

    assert timedelta(seconds=3599) < moved - real < timedelta(seconds=3700)
    assert product_clock.now() == datetime(2040, 1, 1, tzinfo=UTC)
