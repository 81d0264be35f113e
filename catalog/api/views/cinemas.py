from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import IsProgrammer
from catalog.api.described import KEY_REUSED, ONCE, PAGE, refusal
from catalog.api.serializers.cinemas import (
    CinemaInput,
    CinemaOutput,
    CinemasOutput,
    RoomInput,
    RoomOutput,
    SeatOutput,
    SeatsInput,
)
from catalog.api.views.base import Q_PARAMETER, CatalogueList, CatalogueView, Search
from catalog.models import Cinema, Room, Seat
from catalog.selectors import cinemas as selectors
from catalog.services import cinemas as services
from catalog.services.archiving import HasScreeningsToCome, remove_cinema, remove_room
from catalog.services.corrections import change_room
from catalog.services.plans import SeatSpec, WrongNumberOfSeats, block

NO_CINEMA = refusal(selectors.CinemaNotFound, "Cinema with id 1 not found")
NO_ROOM = refusal(selectors.RoomNotFound, "Room with id 2 not found")
NAME_TAKEN = refusal(services.RoomNameTaken, "Roxy already has a room named Room 1.")
TO_COME = refusal(HasScreeningsToCome, "Room 1 has 3 screenings to come: cancel or move them first.")


class Cinemas(CatalogueList):
    queryset = Cinema.objects.none()
    serializer_class = CinemaOutput

    @extend_schema(operation_id="list_cinemas", parameters=PAGE, responses=CinemasOutput)
    def get(self, request: Request) -> Response:
        """List the cinemas by name."""
        return self.listed(selectors.visible_cinemas(), envelope="cinemas")

    @extend_schema(
        operation_id="create_cinema",
        parameters=ONCE,
        request=CinemaInput,
        responses={201: CinemaOutput} | KEY_REUSED,
    )
    def post(self, request: Request) -> HttpResponse:
        """Open a cinema (staff)."""
        return self.created(request, lambda: services.create_cinema(**self.asked(CinemaInput)))


class SearchCinemas(Search):
    queryset = Cinema.objects.none()
    serializer_class = CinemaOutput
    kind = "cinema"

    @extend_schema(operation_id="search_cinemas", parameters=[Q_PARAMETER, *PAGE], responses=CinemasOutput)
    def get(self, request: Request) -> Response:
        """Find cinemas by name, city and address, the best match first. Typos and accents do no harm. The search of a
        signed-in caller is kept in their history."""
        return self.searched(selectors.matching, envelope="cinemas")


class OneCinema(CatalogueView):
    queryset = Cinema.objects.none()
    serializer_class = CinemaOutput

    @extend_schema(operation_id="show_cinema", responses={200: CinemaOutput} | NO_CINEMA)
    def get(self, request: Request, cinema_id: int) -> Response:
        """Show one cinema."""
        return self.shown(CinemaOutput, selectors.cinema(cinema_id))

    @extend_schema(operation_id="update_cinema", request=CinemaInput, responses={200: CinemaOutput} | NO_CINEMA)
    def patch(self, request: Request, cinema_id: int) -> Response:
        """Change some fields of a cinema (staff)."""
        changes = self.asked(CinemaInput, partial=True)
        return self.shown(CinemaOutput, services.update_cinema(cinema_id=cinema_id, **changes))

    @extend_schema(operation_id="replace_cinema", request=CinemaInput, responses={200: CinemaOutput} | NO_CINEMA)
    def put(self, request: Request, cinema_id: int) -> Response:
        """Change a cinema (staff). Optional fields that are not given stay as they are."""
        return self.shown(CinemaOutput, services.update_cinema(cinema_id=cinema_id, **self.asked(CinemaInput)))

    @extend_schema(operation_id="remove_cinema", responses={204: None} | NO_CINEMA | TO_COME)
    def delete(self, request: Request, cinema_id: int) -> Response:
        """Close a cinema with its rooms (staff). It is hidden from then on, and still named on tickets."""
        remove_cinema(cinema_id=cinema_id)
        return Response(status=204)


class Amenities(CatalogueList):
    @extend_schema(
        operation_id="list_amenities",
        responses={200: serializers.ListSerializer(child=serializers.CharField())} | NO_CINEMA,
    )
    def get(self, request: Request, cinema_id: int) -> Response:
        """List what a cinema offers besides films."""
        return self.listed(selectors.cinema(cinema_id).amenities, show=list)


class Rooms(CatalogueList):
    queryset = Room.objects.none()
    serializer_class = RoomOutput
    write_permission = IsProgrammer

    @extend_schema(operation_id="list_rooms", responses={200: RoomOutput(many=True)} | NO_CINEMA)
    def get(self, request: Request, cinema_id: int) -> Response:
        """List the rooms of a cinema by name."""
        return self.listed(selectors.rooms_of(cinema_id))

    @extend_schema(
        operation_id="create_room",
        parameters=ONCE,
        request=RoomInput,
        responses={201: RoomOutput} | NO_CINEMA | NAME_TAKEN | KEY_REUSED,
    )
    def post(self, request: Request, cinema_id: int) -> HttpResponse:
        """Add a room, still without seats (staff)."""

        def make() -> Room:
            return selectors.room(services.create_room(cinema_id=cinema_id, **self.asked(RoomInput)).pk)

        return self.created(request, make)


class OneRoom(CatalogueView):
    queryset = Room.objects.none()
    serializer_class = RoomOutput
    write_permission = IsProgrammer

    @extend_schema(operation_id="show_room", responses={200: RoomOutput} | NO_ROOM)
    def get(self, request: Request, room_id: int) -> Response:
        """Show one room."""
        return self.shown(RoomOutput, selectors.room(room_id))

    @extend_schema(operation_id="update_room", request=RoomInput, responses={200: RoomOutput} | NO_ROOM | NAME_TAKEN)
    def patch(self, request: Request, room_id: int) -> Response:
        """Change some facts of a room (staff)."""
        change_room(room_id=room_id, **self.asked(RoomInput, partial=True))
        return self.shown(RoomOutput, selectors.room(room_id))

    @extend_schema(operation_id="replace_room", request=RoomInput, responses={200: RoomOutput} | NO_ROOM | NAME_TAKEN)
    def put(self, request: Request, room_id: int) -> Response:
        """Change a room (staff). Optional fields that are not given stay as they are."""
        change_room(room_id=room_id, **self.asked(RoomInput))
        return self.shown(RoomOutput, selectors.room(room_id))

    @extend_schema(operation_id="remove_room", responses={204: None} | NO_ROOM | TO_COME)
    def delete(self, request: Request, room_id: int) -> Response:
        """Close a room (staff). It is hidden from then on, and still named on tickets."""
        remove_room(room_id=room_id)
        return Response(status=204)


class Seats(CatalogueList):
    queryset = Seat.objects.none()
    serializer_class = SeatOutput
    default_limit = None

    @extend_schema(operation_id="list_seats", responses={200: SeatOutput(many=True)} | NO_ROOM)
    def get(self, request: Request, room_id: int) -> Response:
        """List the seats of a room, front row first. All of them come unless a limit is given."""
        return self.listed(selectors.seats_of(room_id))


class SeatsInBulk(CatalogueView):
    queryset = Seat.objects.none()
    serializer_class = SeatOutput
    write_permission = IsProgrammer

    @extend_schema(
        operation_id="create_seats",
        parameters=ONCE,
        request=SeatsInput,
        responses={201: SeatOutput(many=True)}
        | refusal(WrongNumberOfSeats, "1 to 2000 seats can be made at once, not 4000.")
        | NO_ROOM
        | refusal(services.SeatsExist, "The room already has the seats A1, A2.")
        | KEY_REUSED,
    )
    def post(self, request: Request, room_id: int) -> HttpResponse:
        """Add seats to a room, all or none (staff). A block has rows named A to Z, then AA and on; a list names each
        seat."""

        def make() -> list[Seat]:
            return services.create_seats(room_id=room_id, seats=_specs(self.asked(SeatsInput)))

        return self.created(request, make)


def _specs(asked: dict[str, Any]) -> list[SeatSpec]:
    if "seats" in asked:
        return [SeatSpec(**seat) for seat in asked["seats"]]
    return block(asked["rows"], asked["seats_per_row"], asked["seat_type"])
