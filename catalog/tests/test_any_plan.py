"""R48, R54: whatever times somebody types: each is that time or refused, and a room is never used twice at once."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from catalog.models import Screening
from catalog.services.screenings import RoomOverlap, create_screening
from catalog.tests import make
from catalog.zones import NoSuchMoment

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
JUMPS = {  # places, and nights when their clocks jump: ahead by an hour or half of one, and back
    "Europe/Berlin": [datetime(2031, 3, 30, 2), datetime(2031, 10, 26, 2)],
    "America/New_York": [datetime(2031, 3, 9, 2), datetime(2031, 11, 2, 1)],
    "Australia/Lord_Howe": [datetime(2031, 10, 5, 2), datetime(2031, 4, 6, 1, 30)],
    "Asia/Kolkata": [datetime(2031, 6, 1)],
}
NIGHTS = [(zone, night) for zone, nights in JUMPS.items() for night in nights]


thoroughly = settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))


@thoroughly
@given(night=st.sampled_from(NIGHTS), minutes=st.integers(-180, 180), length=st.integers(1, 300))
@example(night=NIGHTS[0], minutes=30, length=105)
@example(night=NIGHTS[1], minutes=30, length=105)
def test_a_time_on_the_wall_is_that_time_or_refused(night, minutes, length):
    zone, asked = night[0], night[1] + timedelta(minutes=minutes)
    film = make.movie(duration_minutes=length)
    room = make.room(seats=(0, 0), cinema=make.cinema(timezone=zone, trailer_minutes=0))
    shown = wall_times(asked, ZoneInfo(zone))

    try:
        made = create_screening(movie_id=film.pk, room_id=room.pk, start_time=asked, price=Decimal(9))
    except NoSuchMoment:
        assert len(shown) != 1
        assert not Screening.objects.filter(room=room).exists()
        return

    stored = Screening.objects.get(pk=made.pk)
    assert shown == [stored.start_time]
    assert stored.end_time - stored.start_time == timedelta(minutes=length)


def wall_times(asked: datetime, zone: ZoneInfo) -> list[datetime]:
    """Look through the moments of two days for those at which the wall clock shows this."""
    first = asked.replace(tzinfo=UTC) - timedelta(days=1)
    moments = [first + timedelta(minutes=number) for number in range(2 * 24 * 60)]
    return [moment for moment in moments if moment.astimezone(zone).replace(tzinfo=None) == asked]


@pytest.mark.long
@thoroughly
@given(
    asked=st.lists(st.tuples(st.integers(0, 600), st.integers(1, 90)), min_size=2, max_size=8),
    cleaning=st.integers(0, 30),
)
@example(asked=[(0, 60), (60, 60), (70, 60)], cleaning=10)
@example(asked=[(70, 60), (1, 60), (0, 60)], cleaning=10)
def test_a_room_is_used_by_one_screening_at_a_time(asked, cleaning):
    room = make.room(seats=(0, 0), cinema=make.cinema(trailer_minutes=0), cleaning_minutes=cleaning)
    began, taken = datetime(2031, 6, 1, tzinfo=UTC), []

    for start, length in asked:
        film, end = make.movie(duration_minutes=length), start + length + cleaning
        is_free = all(end <= other or start >= other_end for other, other_end in taken)
        new = {"movie_id": film.pk, "room_id": room.pk, "start_time": began + timedelta(minutes=start)}
        try:
            create_screening(**new, price=Decimal(9))
        except RoomOverlap:
            assert not is_free
        else:
            assert is_free
            taken.append((start, end))

    assert Screening.objects.filter(room=room).count() == len(taken)
