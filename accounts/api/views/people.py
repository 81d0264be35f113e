"""Other people's accounts, for managers and admins; auditors read."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.authentication import SignedInRequest
from accounts.api.serializers.people import UserOutput
from accounts.api.serializers.staff import NewPersonInput, PeopleQuery, StatusQuery
from accounts.api.views.auth import KEY_REUSED, ONCE
from accounts.permissions import IsStaffMember
from accounts.selectors import known_people, with_role
from accounts.services.people import create_person, set_active
from cinema_project.common.idempotency import once
from cinema_project.common.renderers import JSONRenderer

TAGS = ["users"]


class People(GenericAPIView[Any]):
    permission_classes = (IsStaffMember,)
    serializer_class = UserOutput
    filter_backends = ()

    @extend_schema(
        tags=TAGS,
        summary="Everybody with an account",
        description="Neither guests nor closed accounts are among them.",
        parameters=[PeopleQuery],
        responses=UserOutput(many=True),
    )
    def get(self, request: Request) -> Response:
        asked = PeopleQuery(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        people, wanted = known_people(), asked.validated_data
        if "status" in wanted:
            people = people.filter(is_active=wanted["status"] == "active")
        if "role" in wanted:
            people = with_role(people, wanted["role"])
        page = self.paginate_queryset(people)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        tags=TAGS,
        summary="Create an account",
        parameters=[ONCE],
        request=NewPersonInput,
        responses={
            201: UserOutput,
            400: OpenApiResponse(description="Email already registered"),
            403: OpenApiResponse(description="Only an admin can create an admin."),
            422: KEY_REUSED,
        },
    )
    def post(self, request: SignedInRequest) -> HttpResponse:
        asked = NewPersonInput(data=request.data)
        asked.is_valid(raise_exception=True)

        def work() -> HttpResponse:
            made = UserOutput(create_person(by=request.user, **asked.validated_data)).data
            return HttpResponse(JSONRenderer().render(made), status=201, content_type="application/json")

        return once(request._request, request.user.pk, work)


class Suspension(APIView):
    permission_classes = (IsStaffMember,)

    @extend_schema(
        tags=TAGS,
        summary="Suspend somebody, or let them in again",
        parameters=[StatusQuery],
        request=None,
        responses={
            200: UserOutput,
            403: OpenApiResponse(description="Only an admin can suspend an admin."),
            409: OpenApiResponse(description="You cannot suspend yourself, nor let yourself in again."),
        },
    )
    def patch(self, request: SignedInRequest, user_id: int) -> Response:
        # A plain dict: of a query string REST framework would read a missing boolean as false.
        asked = StatusQuery(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        person = set_active(user_id=user_id, is_active=asked.validated_data["is_active"], by=request.user)
        return Response(UserOutput(person).data)
