from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
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

NO_CINEMA = refusal(CinemaNotFound, "Cinema with id 1 not found")
NO_MOVIE = refusal(MovieNotFound, "Movie with id 3 not found")


class FavouriteCinemas(CatalogueList):
    queryset = Cinema.objects.none()
    serializer_class = CinemaOutput
    read_permission = IsAuthenticated

    @extend_schema(operation_id="list_favorite_cinemas", responses=CinemaOutput(many=True))
    def get(self, request: SignedInRequest) -> Response:
        """The cinemas you marked, the latest first."""
        return self.listed(selectors.favourite_cinemas(request.user.pk))


class FavouriteCinema(CatalogueView):
    queryset = Favourite.objects.none()
    serializer_class = FavouriteOutput
    write_permission = IsAuthenticated

    @extend_schema(
        operation_id="add_favorite_cinema",
        parameters=ONCE,
        request=None,
        responses={201: FavouriteOutput}
        | refusal(services.AlreadyFavourite, "Cinema already in favorites")
        | NO_CINEMA
        | KEY_REUSED,
    )
    def post(self, request: SignedInRequest, cinema_id: int) -> HttpResponse:
        """Mark a cinema."""
        person = request.user.pk
        return self.created(request, lambda: services.add_favourite_cinema(user_id=person, cinema_id=cinema_id))

    @extend_schema(
        operation_id="remove_favorite_cinema",
        responses={204: None} | refusal(services.NotFavourite, "Cinema not in favorites"),
    )
    def delete(self, request: SignedInRequest, cinema_id: int) -> Response:
        """Take the mark off."""
        services.remove_favourite_cinema(user_id=request.user.pk, cinema_id=cinema_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class IsFavouriteCinema(CatalogueView):
    serializer_class = IsFavouriteOutput
    read_permission = IsAuthenticated

    @extend_schema(operation_id="check_favorite_cinema", responses={200: IsFavouriteOutput} | NO_CINEMA)
    def get(self, request: SignedInRequest, cinema_id: int) -> Response:
        """Whether you marked this cinema."""
        return Response({"is_favorite": selectors.is_favourite_cinema(user_id=request.user.pk, cinema_id=cinema_id)})


class FavouriteMovies(CatalogueList):
    queryset = Movie.objects.none()
    serializer_class = MovieOutput
    read_permission = IsAuthenticated

    @extend_schema(operation_id="list_favorite_movies", responses=MovieOutput(many=True))
    def get(self, request: SignedInRequest) -> Response:
        """The films you marked, the latest first."""
        return self.listed(selectors.favourite_movies(request.user.pk))


class FavouriteMovie(CatalogueView):
    queryset = Favourite.objects.none()
    serializer_class = FavouriteOutput
    write_permission = IsAuthenticated

    @extend_schema(
        operation_id="add_favorite_movie",
        parameters=ONCE,
        request=None,
        responses={201: FavouriteOutput}
        | refusal(services.AlreadyFavourite, "Movie already in favorites")
        | NO_MOVIE
        | KEY_REUSED,
    )
    def post(self, request: SignedInRequest, movie_id: int) -> HttpResponse:
        """Mark a film."""
        person = request.user.pk
        return self.created(request, lambda: services.add_favourite_movie(user_id=person, movie_id=movie_id))

    @extend_schema(
        operation_id="remove_favorite_movie",
        responses={204: None} | refusal(services.NotFavourite, "Movie not in favorites"),
    )
    def delete(self, request: SignedInRequest, movie_id: int) -> Response:
        """Take the mark off."""
        services.remove_favourite_movie(user_id=request.user.pk, movie_id=movie_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class IsFavouriteMovie(CatalogueView):
    serializer_class = IsFavouriteOutput
    read_permission = IsAuthenticated

    @extend_schema(operation_id="check_favorite_movie", responses={200: IsFavouriteOutput} | NO_MOVIE)
    def get(self, request: SignedInRequest, movie_id: int) -> Response:
        """Whether you marked this film."""
        return Response({"is_favorite": selectors.is_favourite_movie(user_id=request.user.pk, movie_id=movie_id)})
