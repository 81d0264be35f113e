"""One screening: the catalogue tells of it, the box office changes it, because people may have seats there."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import IsProgrammer
from booking.services.screenings import HasLiveClaims, cancel_screening, change_screening
from catalog.api.described import refusal
from catalog.api.serializers.screenings import DetailedScreeningOutput, ScreeningChangeInput
from catalog.api.views import screenings as catalogue
from catalog.selectors.screenings import ScreeningNotFound, screening
from catalog.services.screenings import RoomOverlap, StartsInThePast
from cinema_project.common.errors import IllegalTransition
from cinema_project.common.queries import flag

TAGS = ["Screenings"]
NOT_FOUND = refusal(ScreeningNotFound, "Screening with id 42 not found")


class OneScreening(catalogue.OneScreening):
    """The whole of ``screenings/{id}``."""

    write_permission = IsProgrammer

    @extend_schema(
        operation_id="replace_screening",
        tags=TAGS,
        parameters=[OpenApiParameter("remap", bool, description="The same as in the body.")],
        request=ScreeningChangeInput,
        responses={200: DetailedScreeningOutput}
        | NOT_FOUND
        | refusal(StartsInThePast, "A screening cannot start in the past.")
        | refusal(RoomOverlap, "Room 1 is in use from 2026-11-21 19:30 to 21:34, cleaning included, by Faust.")
        | refusal(HasLiveClaims, "The other room has no seat E7.")
        | refusal(IllegalTransition, "A screening that is over stays as it was: put on another one."),
    )
    def put(self, request: Request, screening_id: int) -> Response:
        """Change a screening (staff). Its end follows, unless given; owners of tickets are told of another start or
        room. Optional fields that are not given stay as they are."""
        asked = self.asked(ScreeningChangeInput)
        asked["remap"] |= flag(request.query_params, "remap")
        change_screening(screening_id=screening_id, **asked)
        return self.shown(DetailedScreeningOutput, screening(screening_id))

    @extend_schema(
        operation_id="cancel_screening",
        tags=TAGS,
        responses={204: None} | NOT_FOUND | refusal(IllegalTransition, "A screening that is over cannot be cancelled."),
    )
    def delete(self, request: Request, screening_id: int) -> Response:
        """Call a screening off (staff). Holds end, tickets are refunded, everybody gets a mail. One that nobody ever
        had a seat of is deleted."""
        cancel_screening(screening_id=screening_id, by=request.user.pk)
        return Response(status=204)
