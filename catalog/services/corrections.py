"""What is put right later: rooms, seats, screenings. Whether people's seats forbid it is for ``booking`` to say."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from catalog.models import Movie, Room, Screening, Seat
from catalog.selectors.cinemas import RoomNotFound
from catalog.selectors.movies import MovieNotFound
from catalog.services.checks import check_fields
from catalog.services.cinemas import RoomNameTaken
from catalog.services.locks import lock_movie, lock_rooms, lock_screening_and_rooms, stop_sales_in_room
from catalog.services.screenings import check_on_sale, planned, save_in_room
from cinema_project.common import clock
from cinema_project.common.database import write
from cinema_project.common.errors import Conflict, IllegalTransition, NotFound

TIMES = ("start_time", "end_time", "room_free_at")


class SeatNotFound(NotFound):
    code = "seat_not_found"


@write
def change_room(*, room_id: int, **changes: Any) -> Room:
    """Change the facts of a room: ``name``, ``cleaning_minutes``, ``step_free``, ``hearing_loop``.

    :raises RoomNotFound: if there is none
    :raises RoomNameTaken: if its cinema has another of that name
    """
    room = lock_rooms(room_id).get(room_id)
    if room is None:
        raise RoomNotFound(f"Room with id {room_id} not found")
    _set(room, changes)
    try:
        with transaction.atomic():
            room.save(update_fields=list(changes))
    except IntegrityError as clash:
        raise RoomNameTaken(f"{room.cinema.name} already has a room named {room.name}.") from clash
    return room


def seat_to_change(seat_id: int) -> Seat:
    """Return a seat while nobody can claim it: the sales in its room stand still until the transaction ends.

    :raises SeatNotFound: if there is none
    """
    room_id = Seat.objects.filter(pk=seat_id).values_list("room_id", flat=True).first()
    if room_id is not None:
        stop_sales_in_room(room_id)
    seat = Seat.objects.filter(pk=seat_id).first()
    if seat is None:
        raise SeatNotFound(f"Seat with id {seat_id} not found")
    return seat


def save_seat(*, seat: Seat, **changes: Any) -> None:
    """Change a seat that ``seat_to_change`` returned.

    :raises Conflict: if the room has another of that name
    """
    _set(seat, changes)
    try:
        with transaction.atomic():
            seat.save(update_fields=list(changes))
    except IntegrityError as clash:
        raise Conflict(f"The room already has a seat {seat.label}.") from clash


@write
def change_screening(*, screening_id: int, **changes: Any) -> Screening:
    """Change a screening. Its end follows its film, room and start, unless one is given.

    :param changes: what ``create_screening`` takes
    :raises ScreeningNotFound, MovieNotFound, RoomNotFound: if there is none
    :raises FilmComingSoon, StartsInThePast, EndsOutOfOrder, NoSuchMoment, RoomOverlap: as for ``create_screening``
    :raises IllegalTransition: if it is over, and would be shown at another time, in another room, or another film
    """
    screening = lock_screening_and_rooms(screening_id, changes.get("room_id", 0))
    now = clock.now()
    before, over = (_show(screening), screening.end_time), screening.end_time <= now
    _put(screening, **changes)
    check_on_sale(screening, now if _show(screening) != before[0] else None)
    if over and (_show(screening), screening.end_time) != before:
        raise IllegalTransition("A screening that is over stays as it was: put on another one.")
    save_in_room(screening)
    return screening


def _show(screening: Screening) -> tuple[int, int, datetime]:
    return screening.movie_id, screening.room_id, screening.start_time


def _put(
    screening: Screening,
    *,
    movie_id: int | None = None,
    room_id: int | None = None,
    end_time: Any = None,
    **changes: Any,
) -> None:
    film = screening.movie if movie_id in (None, screening.movie_id) else _film(movie_id)
    room = screening.room if room_id in (None, screening.room_id) else _room(room_id)
    start = changes.pop("start_time", screening.start_time)
    _set(screening, changes)
    plan = planned(movie=film, room=room, start_time=start, price=screening.price, end_time=end_time)
    same = (film.pk, room.pk, plan.start_time) == (screening.movie_id, screening.room_id, screening.start_time)
    if room.cinema_id != screening.room.cinema_id:
        screening.currency = plan.currency
    screening.movie, screening.room = film, room
    if end_time is not None or not same:
        for field in TIMES:
            setattr(screening, field, getattr(plan, field))


def _film(movie_id: Any) -> Movie:
    film = lock_movie(movie_id)
    if film is None:
        raise MovieNotFound(f"Movie with id {movie_id} not found")
    return film


def _room(room_id: Any) -> Room:
    room = lock_rooms(room_id).get(room_id)
    if room is None:
        raise RoomNotFound(f"Room with id {room_id} not found")
    return room


def _set(row: Room | Seat | Screening, changes: dict[str, Any]) -> None:
    for field, value in changes.items():
        setattr(row, field, value)
    check_fields(row)
