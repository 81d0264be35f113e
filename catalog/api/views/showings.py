"""Screenings under the name that older clients know. How many seats are left is booking's to tell."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.described import refusal
from catalog.api.serializers.movies import MovieOutput
from catalog.api.serializers.showings import ShowingOutput
from catalog.api.views.base import CatalogueList
from catalog.api.views.screenings import AtThisMoment, ScreeningList
from catalog.filters import ShowtimeFilter
from catalog.models import Movie, Screening
from catalog.selectors import movies
from catalog.selectors import screenings as selectors


class Showings(ScreeningList):
    serializer_class = ShowingOutput
    filterset_class = ShowtimeFilter

    @extend_schema(operation_id="list_showings", responses=ShowingOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the screenings to come in the words of older clients, by time."""
        return self.listed(self.filter_queryset(selectors.upcoming().with_places()))


class OneShowing(AtThisMoment):
    queryset = Screening.objects.none()
    serializer_class = ShowingOutput

    @extend_schema(
        operation_id="show_showing",
        responses={200: ShowingOutput} | refusal(selectors.ScreeningNotFound, "Showing with id 42 not found"),
    )
    def get(self, request: Request, showing_id: int) -> Response:
        """Show one screening in the words of older clients."""
        return self.shown(ShowingOutput, selectors.screening(showing_id, thing="Showing"))


class NowPlaying(CatalogueList):
    queryset = Movie.objects.none()
    serializer_class = MovieOutput

    @extend_schema(operation_id="list_now_playing", responses=MovieOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the films that have a screening to come, by title."""
        return self.listed(movies.with_screenings_to_come())
