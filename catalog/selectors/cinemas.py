"""Cinemas, rooms and seats, for reading."""

from django.db.models import Count, Q, QuerySet

from catalog.models import Cinema, Room, Seat
from cinema_project.common.errors import NotFound


class CinemaNotFound(NotFound):
    code = "cinema_not_found"


class RoomNotFound(NotFound):
    code = "room_not_found"


def visible_cinemas() -> QuerySet[Cinema]:
    """Return every cinema that is not archived, by name."""
    return Cinema.objects.visible().order_by("name", "pk")


def matching(text: str) -> QuerySet[Cinema]:
    """Return the cinemas in whose name, city or address the text stands, by name."""
    found = Q(name__icontains=text) | Q(city__icontains=text) | Q(address__icontains=text)
    return visible_cinemas().filter(found)


def cinema(cinema_id: int) -> Cinema:
    """Return one cinema that is not archived.

    :raises CinemaNotFound: if there is none
    """
    found = Cinema.objects.visible().filter(pk=cinema_id).first()
    if found is None:
        raise CinemaNotFound(f"Cinema with id {cinema_id} not found")
    return found


def rooms_of(cinema_id: int) -> QuerySet[Room]:
    """Return the rooms of a cinema, each with ``capacity``, the number of seats on sale.

    :raises CinemaNotFound: if there is no such cinema
    """
    return with_capacity(Room.objects.visible().filter(cinema=cinema(cinema_id))).order_by("name", "pk")


def room(room_id: int) -> Room:
    """Return one room with its cinema and ``capacity``.

    :raises RoomNotFound: if there is none
    """
    found = with_capacity(Room.objects.visible()).select_related("cinema").filter(pk=room_id).first()
    if found is None:
        raise RoomNotFound(f"Room with id {room_id} not found")
    return found


def seats_of(room_id: int) -> QuerySet[Seat]:
    """Return the seats of a room as they stand, front row first, from the left.

    :raises RoomNotFound: if there is no such room
    """
    return Seat.objects.filter(room=room(room_id), is_active=True).order_by("y", "row_label", "seat_number", "pk")


def with_capacity(rooms: QuerySet[Room]) -> QuerySet[Room]:
    """Return the rooms, each with ``capacity``, the number of its seats on sale."""
    return rooms.annotate(capacity=Count("seats", filter=Q(seats__is_active=True)))
