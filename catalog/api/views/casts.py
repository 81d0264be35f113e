from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import IsProgrammer
from catalog.api.described import KEY_REUSED, ONCE, refusal
from catalog.api.serializers.movies import CastInput, CastOutput
from catalog.api.views.base import CatalogueList, CatalogueView
from catalog.api.views.movies import NO_MOVIE, Cast
from catalog.models import CastMember
from catalog.selectors import casts as selectors
from catalog.services import casts as services

NOBODY = refusal(selectors.CastMemberNotFound, "Cast member not found")


class Casts(CatalogueList):
    queryset = CastMember.objects.none()
    serializer_class = CastOutput
    write_permission = IsProgrammer

    @extend_schema(operation_id="list_casts", responses=CastOutput(many=True))
    def get(self, request: Request) -> Response:
        """List everybody in every film, film by film, in the order of the credits."""
        return self.listed(selectors.cast_members())

    @extend_schema(
        operation_id="create_cast_member",
        parameters=ONCE,
        request=CastInput,
        responses={201: CastOutput} | NO_MOVIE | KEY_REUSED,
    )
    def post(self, request: Request) -> HttpResponse:
        """Add a person's part to a film (staff)."""
        return self.created(request, lambda: services.create_cast_member(**self.asked(CastInput)))


class OneCastMember(CatalogueView):
    queryset = CastMember.objects.none()
    serializer_class = CastOutput
    write_permission = IsProgrammer

    @extend_schema(operation_id="show_cast_member", responses={200: CastOutput} | NOBODY)
    def get(self, request: Request, cast_id: int) -> Response:
        """Show one part in a film."""
        return self.shown(CastOutput, selectors.found_member(cast_id, selectors.cast_members()))

    @extend_schema(operation_id="update_cast_member", request=CastInput, responses={200: CastOutput} | NOBODY)
    def patch(self, request: Request, cast_id: int) -> Response:
        """Change some fields of a part (staff)."""
        changes = self.asked(CastInput, partial=True)
        return self.shown(CastOutput, services.update_cast_member(cast_id=cast_id, **changes))

    @extend_schema(
        operation_id="replace_cast_member", request=CastInput(partial=True), responses={200: CastOutput} | NOBODY
    )
    def put(self, request: Request, cast_id: int) -> Response:
        """Change a part (staff). Fields that are not given stay as they are."""
        return self.patch(request, cast_id)

    @extend_schema(operation_id="delete_cast_member", responses={204: None} | NOBODY)
    def delete(self, request: Request, cast_id: int) -> Response:
        """Take a part out of its film (staff)."""
        services.delete_cast_member(cast_id=cast_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class CastOfMovie(Cast):
    @extend_schema(operation_id="list_casts_of_movie", responses={200: CastOutput(many=True)} | NO_MOVIE)
    def get(self, request: Request, movie_id: int) -> Response:
        """List who is in a film, in the order of the credits. The same as `movies/{movie_id}/cast`."""
        return super().get(request, movie_id)
