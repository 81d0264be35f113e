"""Screenings in the words of the older clients' staff: the catalogue's facts, and what the box office took."""

from collections.abc import Sequence
from typing import cast

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import IsProgrammer, IsStaffMember
from booking.selectors.stats import Takings, takings_of_screenings
from booking.services.screenings import HasLiveClaims, cancel_screening, change_screening
from catalog.api.described import KEY_REUSED, ONCE, refusal
from catalog.api.serializers.fields import LocalOrMoment
from catalog.api.serializers.showings import ShowingOutput
from catalog.api.views.screenings import NO_MOVIE, AtThisMoment, ScreeningList
from catalog.filters import ScreeningFilter
from catalog.models import Screening
from catalog.selectors import screenings as selectors
from catalog.services.screenings import RoomOverlap, StartsInThePast, create_screening
from cinema_project.common.errors import IllegalTransition

TAGS = ["Reports"]
NOT_FOUND = refusal(selectors.ScreeningNotFound, "Showing with id 42 not found")
OVERLAP = refusal(RoomOverlap, "Room 1 is in use from 2026-11-21 19:30 to 21:34, cleaning included, by Faust.")
PAST = refusal(StartsInThePast, "A screening cannot start in the past.")


def know_takings(screenings: Sequence[Screening]) -> None:
    """Give each screening its takings, all at once."""
    strange = [one for one in screenings if "takings" not in vars(one)]
    found = takings_of_screenings([one.pk for one in strange]) if strange else {}
    for one in strange:
        vars(one)["takings"] = found[one.pk]


def _takings(screening: Screening) -> Takings:
    know_takings([screening])
    return cast(Takings, vars(screening)["takings"])


class StaffShowingOutput(ShowingOutput):
    """A screening with its tickets that count, and what they brought in its currency."""

    tickets_sold = serializers.SerializerMethodField()
    revenue = serializers.SerializerMethodField()
    needs = {**ShowingOutput.needs, "tickets_sold": know_takings, "revenue": know_takings}

    class Meta(ShowingOutput.Meta):
        fields = [*ShowingOutput.Meta.fields, "tickets_sold", "revenue"]
        read_only_fields = fields

    def get_tickets_sold(self, screening: Screening) -> int:
        return _takings(screening).tickets

    def get_revenue(self, screening: Screening) -> float:
        return float(_takings(screening).by_currency.get(screening.currency, 0))


class ShowingInput(serializers.ModelSerializer[Screening]):
    movie_id = serializers.IntegerField(min_value=1)
    room_id = serializers.IntegerField(min_value=1)
    start_time = LocalOrMoment(help_text="Without offset: a time on the cinema's clock.")
    end_time = LocalOrMoment(required=False, help_text="After trailers and film unless given.")

    class Meta:
        model = Screening
        fields = ["movie_id", "room_id", "start_time", "end_time", "price", "is_3d", "is_imax", "is_dolby"]


class Showings(ScreeningList):
    serializer_class = StaffShowingOutput
    filterset_class = ScreeningFilter
    read_permission = IsStaffMember
    write_permission = IsProgrammer

    @extend_schema(operation_id="list_showings_for_staff", tags=TAGS, responses=StaffShowingOutput(many=True))
    def get(self, request: Request) -> Response:
        """Screenings by time, past and cancelled ones too, each with the tickets it sold and what they brought."""
        return self.listed(self.filter_queryset(selectors.screenings().select_related("movie", "room")))

    @extend_schema(
        operation_id="create_showing",
        tags=TAGS,
        parameters=ONCE,
        request=ShowingInput,
        responses={201: StaffShowingOutput} | PAST | NO_MOVIE | OVERLAP | KEY_REUSED,
    )
    def post(self, request: Request) -> HttpResponse:
        """Put a film on; the same as a POST to screenings."""
        return self.created(request, lambda: create_screening(**self.asked(ShowingInput)))


class OneShowing(AtThisMoment):
    queryset = Screening.objects.none()
    serializer_class = StaffShowingOutput
    write_permission = IsProgrammer

    @extend_schema(
        operation_id="change_showing",
        tags=TAGS,
        request=ShowingInput,
        responses={200: StaffShowingOutput}
        | NOT_FOUND
        | PAST
        | OVERLAP
        | refusal(
            HasLiveClaims, "Seats of this screening are held or sold: remap them to the same seats of the other room."
        ),
    )
    def put(self, request: Request, showing_id: int) -> Response:
        """Change some facts of a screening; owners of tickets are told of another start."""
        change_screening(screening_id=showing_id, **self.asked(ShowingInput, partial=True))
        return self.shown(StaffShowingOutput, selectors.screening(showing_id, thing="Showing"))

    @extend_schema(
        operation_id="cancel_showing",
        tags=TAGS,
        responses={204: None} | NOT_FOUND | refusal(IllegalTransition, "A screening that is over cannot be cancelled."),
    )
    def delete(self, request: Request, showing_id: int) -> Response:
        """Call a screening off; the same as a DELETE of it below screenings."""
        cancel_screening(screening_id=showing_id, by=request.user.pk)
        return Response(status=204)
