"""The Movie Database: its lists as they are, and bringing a film in."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.authentication import SignedInRequest
from accounts.permissions import IsProgrammer
from catalog.api.described import KEY_REUSED, ONCE, refusal
from catalog.api.serializers.movies import MovieOutput
from catalog.api.views.base import Q_PARAMETER, query_of
from catalog.selectors.movies import movie
from catalog.services.tmdb_import import FilmArchived, read_film, store_film
from catalog.tmdb import client
from catalog.tmdb.listings import listing
from cinema_project.common.errors import Invalid
from cinema_project.common.idempotency import once
from cinema_project.common.limited_views import Limited
from cinema_project.common.queries import whole
from cinema_project.common.rates import Rate
from cinema_project.common.renderers import JSONRenderer

LAST_PAGE = 500
QUESTIONS = Rate("tmdb", 120)
"""For what each visitor asks something else: the lists are the same for all."""
TAGS = ["TMDB"]
AT_MOST_AN_HOUR_OLD = "TMDB's own answer, at most an hour old, or older while TMDB is down."
PAGE = OpenApiParameter("page", {"type": "integer", "minimum": 1, "maximum": LAST_PAGE}, default=1)
UNREACHED = refusal(client.TmdbNotConfigured, "This site has no key for TMDB: set TMDB_API_KEY.") | refusal(
    client.TmdbUnavailable, "TMDB does not answer. Please try again in a while."
)
NO_FILM = refusal(client.TmdbNotFound, "TMDB has no film 653.")
HIT = {"id": 653, "title": "Nosferatu", "release_date": "1922-02-16", "poster_path": "/zv7J85D8CC9qYagAEhPM63CIG6j.jpg"}


def _as_it_is(words: str, example: dict[str, Any]) -> dict[int, OpenApiResponse]:
    shape = {"type": "object", "additionalProperties": {}}
    return {200: OpenApiResponse(shape, words, examples=[OpenApiExample("TMDB's own", example)])}


FILMS = _as_it_is("As TMDB answers.", {"page": 1, "results": [HIT], "total_pages": 1, "total_results": 1})


def _page(request: Request) -> int:
    page = whole(request.query_params, "page", 1, least=1)
    if page > LAST_PAGE:
        raise Invalid(f"page is at most {LAST_PAGE}.", errors=[{"pointer": "/page", "detail": f"at most {LAST_PAGE}"}])
    return page


def _described(name: str, summary: str) -> Any:
    return extend_schema_view(
        get=extend_schema(
            operation_id=f"list_tmdb_{name}",
            tags=TAGS,
            summary=summary,
            description=AT_MOST_AN_HOUR_OLD,
            parameters=[PAGE],
            responses=FILMS | UNREACHED,
        )
    )


class _Listing(APIView):
    permission_classes = (AllowAny,)
    path: str

    def get(self, request: Request) -> Response:
        return Response(listing(self.path, page=_page(request)))


@_described("now_playing", "List the films now in cinemas, as TMDB knows them")
class NowPlaying(_Listing):
    path = "movie/now_playing"


@_described("upcoming", "List the films to come, as TMDB knows them")
class UpcomingFilms(_Listing):
    path = "movie/upcoming"


@_described("popular", "List the popular films of TMDB")
class PopularFilms(_Listing):
    path = "movie/popular"


@_described("top_rated", "List the best rated films of TMDB")
class TopRatedFilms(_Listing):
    path = "movie/top_rated"


class SearchTmdb(Limited):
    permission_classes = (AllowAny,)
    rate = QUESTIONS

    @extend_schema(
        operation_id="search_tmdb",
        tags=TAGS,
        summary="Find films at TMDB",
        description=AT_MOST_AN_HOUR_OLD,
        parameters=[Q_PARAMETER, PAGE],
        responses=FILMS | UNREACHED,
    )
    def get(self, request: Request) -> Response:
        return Response(listing("search/movie", query=query_of(request), page=_page(request)))


class TmdbFilm(Limited):
    permission_classes = (AllowAny,)
    rate = QUESTIONS

    @extend_schema(
        operation_id="show_tmdb_film",
        tags=TAGS,
        summary="Show one film of TMDB, with credits and videos",
        description=AT_MOST_AN_HOUR_OLD,
        responses=_as_it_is("As TMDB answers.", HIT | {"credits": {"cast": [], "crew": []}, "videos": {"results": []}})
        | NO_FILM
        | UNREACHED,
    )
    def get(self, request: Request, tmdb_id: int) -> Response:
        try:
            return Response(listing(client.film_path(tmdb_id), append_to_response=client.DETAILS))
        except client.TmdbNotFound:
            raise client.no_film(tmdb_id) from None


class ImportFromTmdb(APIView):
    permission_classes = (IsProgrammer,)

    @extend_schema(
        operation_id="import_from_tmdb",
        tags=TAGS,
        summary="Make a film of TMDB ours, or bring it up to date (staff)",
        description="With cast, director, trailer and pictures. What staff edited stays as it is.",
        parameters=ONCE,
        request=None,
        responses={200: MovieOutput, 201: MovieOutput}
        | NO_FILM
        | refusal(FilmArchived, "Nosferatu was taken out of the catalogue: bring it back before you import it.")
        | KEY_REUSED
        | UNREACHED,
    )
    def post(self, request: SignedInRequest, tmdb_id: int) -> HttpResponse:
        film = read_film(tmdb_id=tmdb_id)  # before the transaction that an Idempotency-Key opens

        def work() -> HttpResponse:
            done = store_film(film=film, by=request.user)
            body = JSONRenderer().render(MovieOutput(movie(done.movie.pk), context={"request": request}).data)
            return HttpResponse(body, status=201 if done.created else 200, content_type="application/json")

        return once(request._request, request.user.pk, work)
