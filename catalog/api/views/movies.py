from django.http import HttpResponse
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import IsProgrammer
from catalog.api.described import KEY_REUSED, ONCE, PAGE, refusal
from catalog.api.serializers.movies import CastOutput, MovieInput, MovieOutput, MoviesOutput, SuggestionOutput
from catalog.api.views.base import Q_PARAMETER, CatalogueList, CatalogueView, Search, query_of
from catalog.filters import TEXTS, AdvancedFilter, MovieCriteriaFilter, MovieFilter
from catalog.models import CastMember, Movie, MovieState
from catalog.selectors import cinemas, film_search
from catalog.selectors import movies as selectors
from catalog.selectors.suggestions import suggestions
from catalog.services import movies as services
from catalog.services.archiving import HasScreeningsToCome, remove_movie

NO_MOVIE = refusal(selectors.MovieNotFound, "Movie with id 3 not found")
TO_COME = refusal(HasScreeningsToCome, "Faust has 3 screenings to come: cancel or move them first.")
GOES_BACK = refusal(
    services.StateGoesBack, "A film goes from COMING_SOON to SHOWING to ENDED: SHOWING cannot become COMING_SOON."
)


class Movies(CatalogueList):
    queryset = Movie.objects.none()
    serializer_class = MovieOutput
    filter_backends = [DjangoFilterBackend]
    filterset_class = MovieFilter
    write_permission = IsProgrammer

    @extend_schema(operation_id="list_movies", responses=MovieOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the films, newest first. Those that ended come on request only."""
        return self.listed(self.filter_queryset(Movie.objects.visible()))

    @extend_schema(
        operation_id="create_movie",
        parameters=ONCE,
        request=MovieInput,
        responses={201: MovieOutput} | KEY_REUSED,
    )
    def post(self, request: Request) -> HttpResponse:
        """Add a film (staff)."""

        def make() -> Movie:
            film = {"state": MovieState.SHOWING} | self.asked(MovieInput)
            return selectors.movie(services.create_movie(**film).pk)

        return self.created(request, make)


class SearchMovies(Search):
    queryset = Movie.objects.none()
    serializer_class = MovieOutput
    kind = "movie"

    @extend_schema(operation_id="search_movies", parameters=[Q_PARAMETER], responses=MovieOutput(many=True))
    def get(self, request: Request) -> Response:
        """Find films by title, genre and people, the best match first. Typos and accents do no harm. The search of a
        signed-in caller is kept in their history."""
        return self.searched(film_search.ids_of, show=self.by_id)


class SuggestMovies(CatalogueList):
    serializer_class = SuggestionOutput

    @extend_schema(operation_id="suggest_movies", parameters=[Q_PARAMETER], responses=SuggestionOutput(many=True))
    def get(self, request: Request) -> Response:
        """Suggest titles and people while somebody is typing. At most eight come, the likeliest first. Typos and
        accents do no harm, and nothing is kept in the search history."""
        return self.listed(suggestions(query_of(request)))


class FilterMovies(CatalogueList):
    queryset = Movie.objects.none()
    serializer_class = MovieOutput
    filter_backends = [DjangoFilterBackend]
    filterset_class = MovieCriteriaFilter

    @extend_schema(operation_id="filter_movies", responses=MovieOutput(many=True))
    def get(self, request: Request) -> Response:
        """Find films that meet all criteria, by title, whatever their state. Of names a part will do, in any case and
        without accents."""
        return self.listed(self.filter_queryset(Movie.objects.visible()))


class SearchMoviesByField(Search):
    queryset = Movie.objects.none()
    serializer_class = MovieOutput
    filter_backends = [DjangoFilterBackend]
    filterset_class = AdvancedFilter
    kind = "movie"

    @extend_schema(operation_id="search_movies_by_field", responses=MovieOutput(many=True))
    def get(self, request: Request) -> Response:
        """Find films that have all the texts, each in its field, whatever their state. The search of a signed-in caller
        is kept in their history."""
        found = self.filter_queryset(Movie.objects.visible()).values_list("pk", flat=True)
        # All of them are read, for to count them takes as long as to find them.
        answer = self.listed([*found], show=self.by_id)
        self.note(" ".join(filter(None, (request.query_params.get(name, "").strip() for name in TEXTS))))
        return answer


class OneMovie(CatalogueView):
    queryset = Movie.objects.none()
    serializer_class = MovieOutput
    write_permission = IsProgrammer

    @extend_schema(operation_id="show_movie", responses={200: MovieOutput} | NO_MOVIE)
    def get(self, request: Request, movie_id: int) -> Response:
        """Show one film."""
        return self.shown(MovieOutput, selectors.movie(movie_id))

    @extend_schema(
        operation_id="update_movie",
        request=MovieInput,
        responses={200: MovieOutput} | GOES_BACK | NO_MOVIE,
    )
    def patch(self, request: Request, movie_id: int) -> Response:
        """Change some fields of a film (staff). The state only moves forward."""
        services.update_movie(movie_id=movie_id, **self.asked(MovieInput, partial=True))
        return self.shown(MovieOutput, selectors.movie(movie_id))

    @extend_schema(operation_id="remove_movie", responses={204: None} | NO_MOVIE | TO_COME)
    def delete(self, request: Request, movie_id: int) -> Response:
        """Take a film out of the programme (staff). It is hidden from then on, and still named on tickets."""
        remove_movie(movie_id=movie_id)
        return Response(status=204)


class ComingSoon(CatalogueList):
    queryset = Movie.objects.none()
    serializer_class = MovieOutput

    @extend_schema(operation_id="list_coming_soon", responses=MovieOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the films to come, the next release first."""
        return self.listed(selectors.coming_soon())


class Cast(CatalogueList):
    queryset = CastMember.objects.none()
    serializer_class = CastOutput

    @extend_schema(operation_id="list_cast", responses={200: CastOutput(many=True)} | NO_MOVIE)
    def get(self, request: Request, movie_id: int) -> Response:
        """List who is in a film, in the order of the credits."""
        return self.listed(selectors.cast_of(movie_id))


class MoviesOfCinema(CatalogueList):
    queryset = Movie.objects.none()
    serializer_class = MovieOutput

    @extend_schema(
        operation_id="list_movies_of_cinema",
        parameters=PAGE,
        responses={200: MoviesOutput} | refusal(cinemas.CinemaNotFound, "Cinema with id 1 not found"),
    )
    def get(self, request: Request, cinema_id: int) -> Response:
        """List the films that a cinema now shows."""
        return self.listed(selectors.now_showing(cinemas.cinema(cinema_id)), envelope="movies")
