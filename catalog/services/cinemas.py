"""Cinemas, rooms and seats: making and changing them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from catalog.models import Cinema, Room, Seat
from catalog.selectors.cinemas import CinemaNotFound, RoomNotFound
from catalog.services.checks import check_fields, save_with_slug
from catalog.services.plans import SeatSpec, check_number
from cinema_project.common.database import write
from cinema_project.common.errors import Conflict


class RoomNameTaken(Conflict):
    code = "room_name_taken"


class SeatsExist(Conflict):
    code = "seats_exist"


@write
def create_cinema(*, name: str, address: str, city: str, **details: Any) -> Cinema:
    """Open a cinema.

    :param details: other fields of :class:`Cinema`, such as ``timezone`` and ``currency``
    :raises Invalid: if a value is not valid
    """
    cinema = Cinema(name=name, address=address, city=city, **details)
    check_fields(cinema)
    save_with_slug(cinema, f"{name} {city}")
    return cinema


@write
def update_cinema(*, cinema_id: int, **changes: Any) -> Cinema:
    """Change fields of a cinema.

    :raises CinemaNotFound: if there is none
    :raises Invalid: if a value is not valid
    """
    cinema = Cinema.objects.visible().select_for_update().filter(pk=cinema_id).first()
    if cinema is None:
        raise CinemaNotFound(f"Cinema with id {cinema_id} not found")
    for field, value in changes.items():
        setattr(cinema, field, value)
    check_fields(cinema)
    cinema.save()
    return cinema


@write
def create_room(*, cinema_id: int, name: str, **details: Any) -> Room:
    """Add a room, without seats, to a cinema.

    :param details: ``cleaning_minutes``, ``step_free``, ``hearing_loop``
    :raises CinemaNotFound: if there is no such cinema
    :raises RoomNameTaken: if it has a room of that name
    """
    cinema = Cinema.objects.visible().filter(pk=cinema_id).first()
    if cinema is None:
        raise CinemaNotFound(f"Cinema with id {cinema_id} not found")
    room = Room(cinema=cinema, name=name, **details)
    check_fields(room)
    try:
        with transaction.atomic():
            room.save()
    except IntegrityError as clash:
        raise RoomNameTaken(f"{cinema.name} already has a room named {name}.") from clash
    return room


@write
def create_seats(*, room_id: int, seats: Sequence[SeatSpec]) -> list[Seat]:
    """Add seats to a room, all or none (R50). Open seat maps of the room are renewed.

    :raises RoomNotFound: if there is no such room
    :raises WrongNumberOfSeats: if there are none, or more than 2,000
    :raises SeatsExist: if the room has one of them, or one is named twice
    """
    check_number(len(seats))
    # This update is also the lock of the room: two bulk calls for it queue here.
    if not Room.objects.filter(pk=room_id, archived_at=None).update(layout_version=F("layout_version") + 1):
        raise RoomNotFound(f"Room with id {room_id} not found")
    standing = dict(Seat.objects.filter(room_id=room_id).order_by("pk").values_list("row_label", "y"))
    made = [Seat(room_id=room_id, **asdict(spec)) for spec in placed(seats, standing)]
    for seat in made:
        check_fields(seat)
    try:
        with transaction.atomic():
            return Seat.objects.bulk_create(made, batch_size=500)
    except IntegrityError as clash:
        raise SeatsExist(_sentence(room_id, seats)) from clash


def placed(seats: Sequence[SeatSpec], standing: dict[str, int | None]) -> list[SeatSpec]:
    """Return the seats each with its grid cell: a new row goes behind the last one, seat 1 to the left.

    :param standing: the rows there are, label to ``y``
    """
    lines = {label: y for label, y in standing.items() if y is not None}
    behind = max(lines.values(), default=-1) + 1
    found = []
    for seat in seats:
        y = seat.y if seat.y is not None else lines.setdefault(seat.row_label, behind)
        behind = max(behind, y + 1)
        found.append(replace(seat, y=y, x=seat.x if seat.x is not None else seat.seat_number - 1))
    return found


def _sentence(room_id: int, seats: Sequence[SeatSpec]) -> str:
    asked = Counter((seat.row_label, seat.seat_number) for seat in seats)
    twice = [label for label, times in asked.items() if times > 1]
    labels = Seat.objects.filter(room_id=room_id).values_list("row_label", "seat_number")
    taken = [label for label in labels if label in asked]
    names = ", ".join(f"{row}{number}" for row, number in sorted(taken or twice)[:10])
    return f"The room already has the seats {names}." if taken else f"The seats {names} are named twice."
