"""What older clients ask about a screening, which they call a showing: how many seats are left, and which."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from booking.api.serializers.seats import money, seat_json
from booking.realtime import wire_time
from booking.selectors.seatmap import SeatView, seat_map
from catalog.models import SeatType
from catalog.selectors.screenings import screening
from cinema_project.common.json_api import JsonView, answer, answer_page


class TicketsLeft(JsonView):
    def get(self, request: HttpRequest, showing_id: int) -> HttpResponse:
        showing = screening(showing_id, thing="Showing")
        seats, film = seat_map(showing_id), showing.movie
        return answer(
            {
                "showing_id": showing.pk,
                "total_capacity": sum(place.is_active for place in seats.layout.seats.values()),
                "available_tickets": len(seats.free_seats()),
                "price": money(showing.price),
                "movie_title": film.title,
                "movie_id": film.pk,
                "start_time": wire_time(showing.start_time),
                "end_time": wire_time(showing.end_time),
                "room_name": showing.room.name,
                "movie_poster": film.poster_url and request.build_absolute_uri(film.poster_url),
                "movie_overview": film.description,
            }
        )


class SeatsOfShowing(JsonView):
    def get(self, request: HttpRequest, showing_id: int) -> HttpResponse:
        seats = seat_map(showing_id, "Showing")
        return answer_page(request, [_seat(view, seats.layout.room_id) for view in seats.seats()], default_limit=None)


def _seat(view: SeatView, room_id: int) -> dict[str, Any]:
    return seat_json(view.seat, room_id) | {
        "row": view.seat.row_label,
        "number": view.seat.seat_number,
        "status": view.status,
        "isAccessible": view.seat.seat_type == SeatType.WHEELCHAIR,
        "price": money(view.price),
    }
