"""Lists of films for which the box office has a say: what sells, and what may please."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import SignedInRequest
from booking.selectors.recommended import recommendations
from booking.selectors.trending import by_trend
from booking.taste import Recommendation
from catalog import filters
from catalog.api.serializers.movies import MovieOutput
from catalog.api.views import movies
from catalog.api.views.base import CatalogueList
from catalog.models import Movie
from catalog.selectors.movies import now_showing

FEW = 10


class MovieFilter(filters.MovieFilter):
    """Films; those that ended only when asked for."""

    sort_by = filters.ChoiceFilter(
        choices=[("trending", "trending"), *filters.SORTS],
        method="_leave",
        help_text="Default created_at, newest first.",
    )

    def in_order(self, found: QuerySet[Movie], sort_by: str) -> QuerySet[Movie]:
        return by_trend(found) if sort_by == "trending" else super().in_order(found, sort_by)


class Movies(movies.Movies):
    filterset_class = MovieFilter


class Trending(CatalogueList):
    queryset = Movie.objects.none()
    serializer_class = MovieOutput

    @extend_schema(operation_id="list_trending_movies", responses=MovieOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the films on show by tickets sold in the last 14 days, the newest first on ties."""
        return self.listed(by_trend(now_showing()))


class RecommendedOutput(MovieOutput):
    """A film, and in words why it may please."""

    reason = serializers.CharField()

    class Meta(MovieOutput.Meta):
        fields = [*MovieOutput.Meta.fields, "reason"]
        read_only_fields = fields


class Recommended(CatalogueList):
    queryset = Movie.objects.none()
    serializer_class = RecommendedOutput
    read_permission = IsAuthenticated
    default_limit = FEW

    @extend_schema(
        operation_id="list_recommended_movies",
        responses=RecommendedOutput(many=True),
    )
    def get(self, request: SignedInRequest) -> Response:
        """List films that you may like, and why. They are judged by what you marked, rated and booked; to start with,
        by what sells. Films that you know already are left out."""
        return self.listed(recommendations(request.user.pk), show=self.films)

    def films(self, page: list[Recommendation]) -> Any:
        """Return the films as JSON, each with its reason."""
        found: dict[int, Any] = Movie.objects.visible().in_bulk([one.movie_id for one in page])
        there = [one for one in page if one.movie_id in found]
        for one in there:
            found[one.movie_id].reason = one.reason
        return self.as_json(RecommendedOutput, [found[one.movie_id] for one in there])
