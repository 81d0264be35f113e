"""Cinemas and rooms of a programme."""

from collections import defaultdict
from typing import Any

from catalog.models import Cinema, Movie, Room, Screening, Seat
from catalog.services.checks import check_fields
from catalog.services.cinemas import create_cinema, create_room, create_seats
from catalog.services.locks import stop_sales_in_room
from catalog.services.plans import SeatSpec, plan_to_seats
from catalog.services.programme.rows import CinemaRow, Raw, RoomRow, Row
from catalog.services.programme.run import Run, key, refusal

Place = tuple[str, int, str, int | None, int | None]


def import_places(run: Run) -> None:
    """Make or update the cinemas, then the rooms, of the run."""
    run.cinemas = {key(cinema.name, cinema.city): cinema for cinema in Cinema.objects.visible()}
    run.each("cinema", _cinema)
    run.rooms = {
        (room.cinema_id, room.name.casefold()): room for room in Room.objects.visible().select_related("cinema")
    }
    _Rooms().take(run)


def changed(row: Cinema | Room | Movie, given: dict[str, Any]) -> list[str]:
    """Set the given values; return the fields that had others before, for what else somebody changes to stay."""
    different = [name for name, value in given.items() if getattr(row, name) != value]
    for name in different:
        setattr(row, name, given[name])
    return different


def _cinema(run: Run, raw: Raw, row: Row) -> None:
    assert isinstance(row, CinemaRow)
    there = run.cinemas.get(key(row.name, row.city))
    given = row.model_dump(exclude_unset=True)
    if there is None:
        run.cinemas[key(row.name, row.city)] = create_cinema(**given)
        run.count(raw, "created")
    elif different := changed(there, given):
        check_fields(there)
        there.save(update_fields=different)
        run.count(raw, "updated")
    else:
        run.count(raw, "unchanged")


class _Rooms:
    """The rooms' step: it knows which seats stand, read once for all."""

    def __init__(self) -> None:
        self.seats: dict[int, set[Place]] = defaultdict(set)

    def take(self, run: Run) -> None:
        names = {row.name.casefold() for _, row in run.rows.get("room", []) if isinstance(row, RoomRow)}
        ids = [room.pk for room in run.rooms.values() if room.name.casefold() in names]
        fields = ("row_label", "seat_number", "seat_type", "x", "y")
        for room_id, *place in Seat.objects.filter(room__in=ids).values_list("room_id", *fields):
            self.seats[room_id].add(tuple(place))
        run.each("room", self.step)

    def step(self, run: Run, raw: Raw, row: Row) -> None:
        assert isinstance(row, RoomRow)
        cinema = run.cinema(row.cinema, row.city)
        specs = plan_to_seats(row.plan, numbering=row.numbering) if row.plan is not None else None
        given = row.model_dump(exclude_unset=True, include={"name", "cleaning_minutes", "step_free", "hearing_loop"})
        room = run.rooms.get((cinema.pk, row.name.casefold()))
        if room is None:
            room = create_room(cinema_id=cinema.pk, **given)
            run.rooms[cinema.pk, row.name.casefold()] = room
            self._seat(room, specs or [])
            run.count(raw, "created")
            return
        other_seats = specs is not None and {_place(spec) for spec in specs} != self.seats[room.pk]
        if other_seats and _is_in_use(room):
            raise refusal("/plan", f"The seats of {room.name} differ, but it has screenings: give the room a new name.")
        if different := changed(room, given):
            check_fields(room)
            room.save(update_fields=different)
        elif not other_seats:
            run.count(raw, "unchanged")
            return
        if other_seats:
            Seat.objects.filter(room=room).delete()
            self._seat(room, specs or [])
        run.count(raw, "updated")

    def _seat(self, room: Room, specs: list[SeatSpec]) -> None:
        if specs:
            create_seats(room_id=room.pk, seats=specs)
            self.seats[room.pk] = {_place(spec) for spec in specs}


def _is_in_use(room: Room) -> bool:
    stop_sales_in_room(room.pk)  # nor does anybody put the first screening on before the seats are others
    return Screening.objects.filter(room=room).exists()


def _place(spec: SeatSpec) -> Place:
    return spec.row_label, spec.seat_number, str(spec.seat_type), spec.x, spec.y
