"""What can still be put right: a room's facts at any time, a seat or a screening only while nobody has claimed it.

``Screening.seat_seq`` counts the changes of its seats: above zero, somebody has or had a claim there.
"""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from catalog.models import Room, Screening, Seat
from catalog.selectors.cinemas import RoomNotFound
from catalog.selectors.screenings import ScreeningNotFound
from catalog.services.checks import check_fields
from catalog.services.cinemas import RoomNameTaken
from catalog.services.screenings import RoomOverlap, check_on_sale, is_overlap, planned
from cinema_project.common import clock
from cinema_project.common.database import write
from cinema_project.common.errors import Conflict, NotFound

MOVES = frozenset({"movie", "room", "start_time"})


class ScreeningSold(Conflict):
    code = "screening_sold"


class SeatSold(Conflict):
    code = "seat_sold"


class SeatNotFound(NotFound):
    code = "seat_not_found"


@write
def change_room(*, room_id: int, **changes: Any) -> Room:
    """Change the facts of a room: ``name``, ``cleaning_minutes``, ``step_free``, ``hearing_loop``.

    :raises RoomNotFound: if there is none
    :raises RoomNameTaken: if its cinema has another of that name
    """
    room = Room.objects.visible().select_for_update(of=("self",)).select_related("cinema").filter(pk=room_id).first()
    if room is None:
        raise RoomNotFound(f"Room with id {room_id} not found")
    _set(room, changes)
    try:
        with transaction.atomic():
            room.save(update_fields=list(changes))
    except IntegrityError as clash:
        raise RoomNameTaken(f"{room.cinema.name} already has a room named {room.name}.") from clash
    return room


@write
def change_seat(*, seat_id: int, **changes: Any) -> Seat:
    """Change a seat; where seats were claimed in its room, only ``is_active``.

    :raises SeatNotFound: if there is none
    :raises SeatSold: if more is to change than may
    """
    seat = _seat_of_locked_room(seat_id)
    if set(changes) - {"is_active"} and seats_are_fixed(seat.room_id):
        raise SeatSold(
            "Seats of this room have been held or sold: their labels and types stay. You can switch a seat off."
        )
    _set(seat, changes)
    try:
        with transaction.atomic():
            seat.save(update_fields=list(changes))
    except IntegrityError as clash:
        raise Conflict(f"The room already has a seat {seat.label}.") from clash
    return seat


@write
def remove_seat(*, seat_id: int) -> None:
    """Take a seat out of a room in which no seat was claimed yet.

    :raises SeatNotFound: if there is none
    :raises SeatSold: if one was
    """
    seat = _seat_of_locked_room(seat_id)
    if seats_are_fixed(seat.room_id):
        raise SeatSold("Seats of this room have been held or sold: switch the seat off instead.")
    seat.delete()


@write
def change_screening(*, screening_id: int, **changes: Any) -> Screening:
    """Change a screening; its film, room and start only while nobody has claimed a seat.

    :param changes: fields of :class:`Screening`; ``start_time`` as for ``create_screening``
    :raises ScreeningNotFound: if there is none
    :raises ScreeningSold: if more is to change than may
    :raises FilmComingSoon, StartsInThePast, NoSuchMoment, RoomOverlap: as for ``create_screening``
    """
    locked = Screening.objects.select_for_update(of=("self",)).with_places()
    screening = locked.filter(pk=screening_id).first()
    if screening is None:
        raise ScreeningNotFound(f"Screening with id {screening_id} not found")
    moves = MOVES & set(changes)
    if moves and screening.seat_seq:
        raise ScreeningSold("Seats of this screening have been held or sold: film, room and start stay as they are.")
    _set(screening, changes)
    if moves:
        _move(screening)
    _save(screening)
    return screening


def seats_are_fixed(room_id: int) -> bool:
    """Tell whether a seat of the room has ever been claimed."""
    return Screening.objects.filter(room_id=room_id, seat_seq__gt=0).exists()


def _seat_of_locked_room(seat_id: int) -> Seat:
    seat = Seat.objects.filter(pk=seat_id).first()
    if seat is None:
        raise SeatNotFound(f"Seat with id {seat_id} not found")
    # The lock of the room, and the sign for every open seat map to be drawn anew.
    Room.objects.filter(pk=seat.room_id).update(layout_version=F("layout_version") + 1)
    seat.refresh_from_db()
    return seat


def _set(row: Room | Seat | Screening, changes: dict[str, Any]) -> None:
    for field, value in changes.items():
        setattr(row, field, value)
    check_fields(row)


def _move(screening: Screening) -> None:
    """Work the times and the currency out again."""
    plan = planned(movie=screening.movie, room=screening.room, start_time=screening.start_time, price=screening.price)
    for field in ("start_time", "end_time", "room_free_at", "currency"):
        setattr(screening, field, getattr(plan, field))
    check_on_sale(screening, clock.now())


def _save(screening: Screening) -> None:
    try:
        with transaction.atomic():
            screening.save()
    except IntegrityError as refused:
        if not is_overlap(refused):
            raise
        raise RoomOverlap(f"{screening.room.name} is in use at that time, cleaning included.") from refused
