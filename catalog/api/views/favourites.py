"""What a person marked: cinemas and films alike."""

from collections.abc import Callable

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from accounts.api.authentication import SignedInRequest
from catalog.api.described import KEY_REUSED, ONCE, refusal
from catalog.api.serializers.cinemas import CinemaOutput
from catalog.api.serializers.favourites import FavouriteOutput, IsFavouriteOutput
from catalog.api.serializers.movies import MovieOutput
from catalog.api.views.base import CatalogueList, CatalogueView
from catalog.models import Cinema, Favourite, Movie
from catalog.selectors import favourites as selectors
from catalog.selectors.cinemas import CinemaNotFound
from catalog.selectors.movies import MovieNotFound
from catalog.services import favourites as services

NOT_FOUND = {
    "cinema": refusal(CinemaNotFound, "Cinema with id 1 not found"),
    "movie": refusal(MovieNotFound, "Movie with id 3 not found"),
}


class FavouriteCinemas(CatalogueList):
    queryset = Cinema.objects.none()
    serializer_class = CinemaOutput
    read_permission = IsAuthenticated

    @extend_schema(operation_id="list_favorite_cinemas", responses=CinemaOutput(many=True))
    def get(self, request: SignedInRequest) -> Response:
        """List the cinemas that you marked, the latest first."""
        return self.listed(selectors.favourite_cinemas(request.user.pk))


class FavouriteMovies(CatalogueList):
    queryset = Movie.objects.none()
    serializer_class = MovieOutput
    read_permission = IsAuthenticated

    @extend_schema(operation_id="list_favorite_movies", responses=MovieOutput(many=True))
    def get(self, request: SignedInRequest) -> Response:
        """List the films that you marked, the latest first."""
        return self.listed(selectors.favourite_movies(request.user.pk))


def _about(thing: str) -> Callable[[type], type]:
    """Describe what a view does as done to this kind of thing."""
    already = refusal(services.AlreadyFavourite, f"{thing.capitalize()} already in favorites")
    described = {
        "post": extend_schema(
            operation_id=f"add_favorite_{thing}",
            summary=f"Mark a {thing} as one of your favorites",
            parameters=ONCE,
            request=None,
            responses={201: FavouriteOutput} | already | NOT_FOUND[thing] | KEY_REUSED,
        ),
        "delete": extend_schema(
            operation_id=f"remove_favorite_{thing}",
            summary=f"Take a {thing} out of your favorites",
            responses={204: None} | refusal(services.NotFavourite, f"{thing.capitalize()} not in favorites"),
        ),
        "get": extend_schema(
            operation_id=f"check_favorite_{thing}",
            summary=f"Tell whether a {thing} is one of your favorites",
            responses={200: IsFavouriteOutput} | NOT_FOUND[thing],
        ),
    }
    return lambda view: extend_schema_view(**{name: of for name, of in described.items() if hasattr(view, name)})(view)


class _Mark(CatalogueView):
    queryset = Favourite.objects.none()
    serializer_class = FavouriteOutput
    write_permission = IsAuthenticated
    add: Callable[..., Favourite]
    remove: Callable[..., None]

    def post(self, request: SignedInRequest, **which: int) -> HttpResponse:
        return self.created(request, lambda: self.add(user_id=request.user.pk, **which))

    def delete(self, request: SignedInRequest, **which: int) -> Response:
        self.remove(user_id=request.user.pk, **which)
        return Response(status=status.HTTP_204_NO_CONTENT)


class _Check(CatalogueView):
    serializer_class = IsFavouriteOutput
    read_permission = IsAuthenticated
    is_marked: Callable[..., bool]

    def get(self, request: SignedInRequest, **which: int) -> Response:
        return Response({"is_favorite": self.is_marked(user_id=request.user.pk, **which)})


@_about("cinema")
class FavouriteCinema(_Mark):
    add, remove = staticmethod(services.add_favourite_cinema), staticmethod(services.remove_favourite_cinema)


@_about("movie")
class FavouriteMovie(_Mark):
    add, remove = staticmethod(services.add_favourite_movie), staticmethod(services.remove_favourite_movie)


@_about("cinema")
class IsFavouriteCinema(_Check):
    is_marked = staticmethod(selectors.is_favourite_cinema)


@_about("movie")
class IsFavouriteMovie(_Check):
    is_marked = staticmethod(selectors.is_favourite_movie)
