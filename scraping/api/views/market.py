"""What other cinemas show and how full they are, for managers, admins and auditors."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from accounts.permissions import IsStaffMember
from cinema_project.common.errors import NotFound
from scraping.api.serializers import market as shapes
from scraping.models import MarketFilm, MarketShowtime, MarketTheatre, SeatSnapshot
from scraping.selectors import fill as fills
from scraping.selectors import market
from scraping.tix.layouts import CAVEAT
from scraping.tix.watching import LOWER_BOUND

BOTH_BOUNDS = f"{CAVEAT} {LOWER_BOUND}"


class MarketView(GenericAPIView[Any]):
    permission_classes = (IsStaffMember,)
    filter_backends = ()

    def asked(self, query: type[Serializer[Any]]) -> dict[str, Any]:
        """Return what the query string asks for."""
        given = query(data=self.request.query_params.dict())
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    def listed(self, rows: Any) -> Response:
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)


class Movies(MarketView):
    queryset = MarketFilm.objects.none()
    serializer_class = shapes.MarketFilmOutput

    @extend_schema(
        operation_id="list_market_movies",
        parameters=[shapes.CityQuery],
        responses=shapes.MarketFilmOutput(many=True),
    )
    def get(self, request: Request) -> Response:
        """List the films that other cinemas list now, by title."""
        films = self.paginate_queryset(market.films(**self.asked(shapes.CityQuery))) or []
        where = market.listed([film.pk for film in films])
        return self.listed([_film(film, where.get(film.pk, market.Listed())) for film in films])


class Theatres(MarketView):
    queryset = MarketTheatre.objects.none()
    serializer_class = shapes.MarketTheatreOutput

    @extend_schema(
        operation_id="list_market_theatres",
        parameters=[shapes.CityQuery],
        responses=shapes.MarketTheatreOutput(many=True),
    )
    def get(self, request: Request) -> Response:
        """List other cinemas, by city and name."""
        return self.listed(self.paginate_queryset(market.theatres(**self.asked(shapes.CityQuery))))


class Showtimes(MarketView):
    queryset = MarketShowtime.objects.none()
    serializer_class = shapes.MarketShowtimeOutput

    @extend_schema(
        operation_id="list_market_showtimes",
        parameters=[shapes.ShowtimesQuery],
        responses=shapes.MarketShowtimeOutput(many=True),
    )
    def get(self, request: Request) -> Response:
        """List showings of other cinemas, the latest day first. Those that were called off are not among them. How full
        they were is told in bounds: the site does not tell sold seats from blocked ones."""
        asked = self.asked(shapes.ShowtimesQuery)
        found = market.showtimes(
            city=asked.get("city", ""), day=asked.get("date"), movie=asked.get("movie", "").strip()
        )
        return self.listed(self.paginate_queryset(found))


class Occupancy(MarketView):
    queryset = SeatSnapshot.objects.none()
    serializer_class = shapes.OccupancyOutput
    pagination_class = None

    @extend_schema(
        operation_id="show_market_occupancy",
        responses={
            200: shapes.OccupancyOutput,
            404: OpenApiResponse(description="Nobody has looked at the seats of showtime 4711."),
        },
    )
    def get(self, request: Request, market_showtime_id: int) -> Response:
        """Show how full a showing is at most and at least. The numbers are those of the latest look; all looks follow
        in `looks`."""
        showing = market.showtime(market_showtime_id)
        looks = market.looks_at(showing.pk)
        if not looks:
            raise NotFound(
                f"Nobody has looked at the seats of showtime {showing.pk}. manage.py scrape_seats looks at what starts"
                " within 15 minutes."
            )
        latest = looks[-1]
        told = {"showtime_id": showing.pk, **shapes.LookOutput(latest).data, "by_row": latest.by_row}
        return Response(told | {"caveat": BOTH_BOUNDS, "looks": shapes.LookOutput(looks, many=True).data})


class HowFull(MarketView):
    serializer_class = shapes.HowFullOutput
    pagination_class = None

    @extend_schema(
        operation_id="show_market_fill",
        parameters=[shapes.FillQuery],
        responses=shapes.HowFullOutput,
    )
    def get(self, request: Request) -> Response:
        """Show how full other cinemas were by film, chain or hour. Only showings that were seen at most 15 minutes
        before they began count, each with its seats; `observed` says how many of them there are."""
        asked = self.asked(shapes.FillQuery)
        first, last = fills.period(asked.get("first"), asked.get("last"))
        by = fills.By(asked["by"])
        rows = fills.fill_by(by, first, last, city=asked.get("city", ""), chain=asked.get("merchant", ""))
        told = {"by": by.value, "first": first, "last": last, "caveat": BOTH_BOUNDS}
        return Response(self.get_serializer(told | {"total": fills.together(rows), "rows": rows}).data)


def _film(film: MarketFilm, where: market.Listed) -> dict[str, Any]:
    columns = ("id", "upstream_id", "source", "title", "genres", "poster", "age_category", "country")
    moments = ("first_seen_at", "changed_at")
    return {name: getattr(film, name) for name in (*columns, *moments)} | asdict(where)
