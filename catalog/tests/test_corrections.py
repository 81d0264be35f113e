"""What can still be put right, and what cannot once somebody has claimed a seat."""

from datetime import timedelta

import pytest

from catalog.models import Room, Screening, Seat
from catalog.selectors.cinemas import RoomNotFound
from catalog.selectors.screenings import ScreeningNotFound
from catalog.services import corrections
from catalog.tests import make
from cinema_project.common.errors import Conflict, Invalid

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("change", ["movie", "room", "start_time"])
def test_claimed_screening_does_not_move(change):
    screening = make.screening(seat_seq=1)
    moves = {"movie": make.movie(), "room": make.room(), "start_time": screening.start_time + timedelta(days=1)}

    with pytest.raises(corrections.ScreeningSold):
        corrections.change_screening(screening_id=screening.pk, **{change: moves[change]})

    kept = Screening.objects.get(pk=screening.pk)
    assert (kept.movie, kept.room, kept.start_time) == (screening.movie, screening.room, screening.start_time)


def test_claimed_screening_may_change_its_facts():
    screening = make.screening(seat_seq=1)

    corrections.change_screening(screening_id=screening.pk, price="9.00", subtitles="de")

    kept = Screening.objects.get(pk=screening.pk)
    assert (str(kept.price), kept.subtitles, kept.end_time) == ("9.00", "de", screening.end_time)


def test_screening_takes_the_currency_of_its_new_room():
    screening, room = make.screening(), make.room(cinema=make.cinema(currency="JPY"))

    corrections.change_screening(screening_id=screening.pk, room=room)

    assert Screening.objects.get().currency == "JPY"


def test_price_below_zero_is_refused():
    screening = make.screening()

    with pytest.raises(Invalid) as refused:
        corrections.change_screening(screening_id=screening.pk, price="-1")

    assert refused.value.errors[0]["pointer"] == "/price"


def test_seat_of_a_claimed_room_keeps_label_and_type_and_stays():
    seat = make.screening(seat_seq=1).room.seats.first()

    with pytest.raises(corrections.SeatSold):
        corrections.change_seat(seat_id=seat.pk, seat_type="vip")
    with pytest.raises(corrections.SeatSold):
        corrections.remove_seat(seat_id=seat.pk)
    corrections.change_seat(seat_id=seat.pk, is_active=False)

    kept = Seat.objects.get(pk=seat.pk)
    assert (kept.seat_type, kept.is_active) == ("standard", False)


def test_two_seats_cannot_have_one_label():
    first, second, *_ = make.room().seats.order_by("pk")

    with pytest.raises(Conflict, match=f"already has a seat {first.label}"):
        corrections.change_seat(seat_id=second.pk, row_label=first.row_label, seat_number=first.seat_number)


def test_changed_seat_makes_open_maps_out_of_date():
    room = make.room()

    corrections.change_seat(seat_id=room.seats.first().pk, seat_type="vip")

    assert Room.objects.get(pk=room.pk).layout_version == room.layout_version + 1


@pytest.mark.parametrize(
    ("service", "row", "error"),
    [
        (corrections.change_screening, "screening_id", ScreeningNotFound),
        (corrections.change_room, "room_id", RoomNotFound),
        (corrections.change_seat, "seat_id", corrections.SeatNotFound),
        (corrections.remove_seat, "seat_id", corrections.SeatNotFound),
    ],
)
def test_unknown_row_is_not_found(service, row, error):
    with pytest.raises(error):
        service(**{row: 1})
