"""Lists of films for which the box office has a say: what sells, and what may please."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import SignedInRequest
from booking.selectors.recommended import recommendations
from booking.selectors.trending import by_trend
from catalog import filters
from catalog.api.serializers.movies import MovieOutput
from catalog.api.views import movies
from catalog.api.views.base import CatalogueList
from catalog.models import Movie
from catalog.selectors.movies import now_showing, visible_movies
from cinema_project.common.pagination import SkipLimitPagination

FEW = 10


class MovieFilter(filters.MovieFilter):
    """Films; those that ended only when asked for."""

    sort_by = django_filters.ChoiceFilter(
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
        """The films on show by tickets sold in the last 14 days, the newest first on ties."""
        return self.listed(by_trend(now_showing()))


class RecommendedOutput(MovieOutput):
    """A film, and in words why it may please."""

    reason = serializers.SerializerMethodField()

    class Meta(MovieOutput.Meta):
        fields = [*MovieOutput.Meta.fields, "reason"]
        read_only_fields = fields

    def to_representation(self, movie: Movie) -> dict[str, Any]:
        return super().to_representation(movie) | {"reason": self.get_reason(movie)}

    def get_reason(self, movie: Movie) -> str:
        return str(self.context["reasons"][movie.pk])


class Recommended(CatalogueList):
    queryset = Movie.objects.none()
    serializer_class = RecommendedOutput
    read_permission = IsAuthenticated
    default_limit = FEW

    @extend_schema(
        operation_id="list_recommended_movies",
        parameters=[OpenApiParameter("limit", int, description="How many at most.", default=FEW)],
        responses=RecommendedOutput(many=True),
    )
    def get(self, request: SignedInRequest) -> Response:
        """Films you may like, judged by what you marked, rated and booked; to start with, what sells."""
        pages = SkipLimitPagination()
        page = pages.paginate_queryset(recommendations(request.user.pk), request, self)
        reasons = {one.movie_id: one.reason for one in page}
        films = visible_movies().in_bulk(reasons)
        context = {**self.get_serializer_context(), "reasons": reasons}
        shown = RecommendedOutput([films[pk] for pk in reasons if pk in films], many=True, context=context)
        return Response(shown.data, headers=pages.headers())
