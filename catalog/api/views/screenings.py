import functools
from datetime import datetime
from itertools import chain, islice
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import IsProgrammer
from catalog.api.described import KEY_REUSED, ONCE, refusal
from catalog.api.serializers.movies import MovieOutput
from catalog.api.serializers.screenings import (
    DetailedScreeningOutput,
    MovieShowtimesOutput,
    ScreeningInput,
    ScreeningOutput,
)
from catalog.api.serializers.showtimes import ShowtimeOutput
from catalog.api.views.base import CatalogueList, CatalogueView
from catalog.filters import DayFilter, ScreeningFilter, ShowtimeFilter
from catalog.models import Screening
from catalog.selectors import cinemas, movies
from catalog.selectors import screenings as selectors
from catalog.services import screenings as services
from catalog.zones import week_end
from cinema_project.common import clock

NO_CINEMA = refusal(cinemas.CinemaNotFound, "Cinema with id 1 not found")
NO_MOVIE = refusal(movies.MovieNotFound, "Movie with id 3 not found")


class AtThisMoment(CatalogueView):
    """Screenings look different once they are over."""

    @functools.cached_property
    def now(self) -> datetime:
        return clock.now()

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "now": self.now}


class OnTheirClock(DjangoFilterBackend):
    """Tells a filter of days the time zone that the view knows."""

    def get_filterset_kwargs(self, request: Request, queryset: Any, view: "ScreeningList") -> dict[str, Any]:
        return {**super().get_filterset_kwargs(request, queryset, view), "zone": view.zone}


class ScreeningList(AtThisMoment, CatalogueList):
    """Lists of screenings, narrowed by ``filterset_class``."""

    queryset = Screening.objects.none()
    filter_backends = [OnTheirClock]
    filterset_class: type[DayFilter] = DayFilter
    zone: ZoneInfo | None = None
    """The time zone of all of them, if they are of one cinema."""


class Screenings(ScreeningList):
    serializer_class = DetailedScreeningOutput
    filterset_class = ScreeningFilter
    write_permission = IsProgrammer

    def get_serializer_class(self) -> Any:
        return DetailedScreeningOutput if self.request.method == "GET" else ScreeningOutput

    @extend_schema(operation_id="list_screenings", responses=DetailedScreeningOutput(many=True))
    def get(self, request: Request) -> Response:
        """List all screenings by time, past and cancelled ones too, with film, room and cinema."""
        return self.listed(self.filter_queryset(selectors.screenings()))

    @extend_schema(
        operation_id="create_screening",
        parameters=ONCE,
        request=ScreeningInput,
        responses={201: ScreeningOutput}
        | refusal(services.StartsInThePast, "A screening cannot start in the past.")
        | NO_MOVIE
        | refusal(services.RoomOverlap, "Room 1 is in use from 2026-11-21 19:30 to 21:34, cleaning included, by Faust.")
        | KEY_REUSED,
    )
    def post(self, request: Request) -> HttpResponse:
        """Put a film on (staff). Two screenings of a room never overlap, cleaning included."""
        return self.created(request, lambda: services.create_screening(**self.asked(ScreeningInput)))


class OneScreening(AtThisMoment):
    queryset = Screening.objects.none()
    serializer_class = DetailedScreeningOutput

    @extend_schema(
        operation_id="show_screening",
        responses={200: DetailedScreeningOutput}
        | refusal(selectors.ScreeningNotFound, "Screening with id 42 not found"),
    )
    def get(self, request: Request, screening_id: int) -> Response:
        """Show one screening with film, room and cinema."""
        return self.shown(DetailedScreeningOutput, selectors.screening(screening_id))


class Showtimes(ScreeningList):
    serializer_class = ScreeningOutput
    filterset_class = ShowtimeFilter

    @extend_schema(operation_id="list_showtimes", responses=ScreeningOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the screenings to come, by time."""
        return self.listed(self.filter_queryset(selectors.upcoming(self.now)))


class OneShowtime(AtThisMoment):
    queryset = Screening.objects.none()
    serializer_class = ScreeningOutput

    @extend_schema(
        operation_id="show_showtime",
        responses={200: ScreeningOutput} | refusal(selectors.ScreeningNotFound, "Showtime with id 42 not found"),
    )
    def get(self, request: Request, showtime_id: int) -> Response:
        """Show one screening."""
        return self.shown(ScreeningOutput, selectors.screening(showtime_id, thing="Showtime"))


class ShowtimesOfMovie(ScreeningList):
    serializer_class = DetailedScreeningOutput

    @extend_schema(
        operation_id="list_showtimes_of_movie", responses={200: DetailedScreeningOutput(many=True)} | NO_MOVIE
    )
    def get(self, request: Request, movie_id: int) -> Response:
        """List the screenings to come of a film, by time, with film, room and cinema."""
        found = self.listed(self.filter_queryset(selectors.upcoming(self.now, movie_id=movie_id)), few=True)
        if not found.data:
            movies.require_movie(movie_id)
        return found


class ShowtimesOfCinema(ScreeningList):
    serializer_class = MovieShowtimesOutput

    @extend_schema(
        operation_id="list_showtimes_of_cinema", responses={200: MovieShowtimesOutput(many=True)} | NO_CINEMA
    )
    def get(self, request: Request, cinema_id: int) -> Response:
        """List the screenings to come in a cinema by film, each film with its lowest price."""
        self.zone = cinemas.zone_of(cinema_id)
        found = self.filter_queryset(selectors.upcoming(self.now, room__cinema_id=cinema_id))
        columns = ShowtimeOutput().narrowed(found, "movie_id", "price")
        return self.listed([*selectors.by_movie(columns).values()], show=self.by_film)

    def by_film(self, groups: list[list[Any]]) -> list[dict[str, Any]]:
        """Return the screenings of each film as JSON, with the film."""
        context = self.get_serializer_context()
        films = MovieOutput(context=context).json_by_id([shown[0].movie_id for shown in groups])
        showtimes = iter(ShowtimeOutput(context=context).json_of([*chain(*groups)]))
        return [
            {
                "movie": films[shown[0].movie_id],
                "price": min(one.price for one in shown),
                "showtimes": [*islice(showtimes, len(shown))],
            }
            for shown in groups
        ]


class ShowtimesOfMovieInCinema(ScreeningList):
    serializer_class = ScreeningOutput

    @extend_schema(
        operation_id="list_showtimes_of_movie_in_cinema", responses={200: ScreeningOutput(many=True)} | NO_CINEMA
    )
    def get(self, request: Request, cinema_id: int, movie_id: int) -> Response:
        """List the screenings to come of a film in a cinema, today and on the six days after it."""
        self.zone = cinemas.zone_of(cinema_id)
        movies.require_movie(movie_id)
        found = selectors.upcoming(self.now, room__cinema_id=cinema_id, movie_id=movie_id)
        return self.listed(self.filter_queryset(found.filter(start_time__lt=week_end(self.now, self.zone))))
