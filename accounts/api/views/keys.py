"""API keys, for managers and admins; auditors read."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import SignedInRequest
from accounts.api.serializers.keys import KeyInput, KeyOutput, NewKeyOutput
from accounts.api.views.me import check_who
from accounts.permissions import IsStaffMember
from accounts.selectors import living_key, living_keys
from accounts.services.api_keys import create_key, revoke_key

TAGS = ["API keys"]


class ApiKeys(GenericAPIView[Any]):
    may_answer_429 = True
    permission_classes = (IsStaffMember,)
    serializer_class = KeyOutput
    filter_backends = ()

    @extend_schema(
        operation_id="list_api_keys", tags=TAGS, summary="The keys that are not revoked", responses=KeyOutput(many=True)
    )
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(living_keys())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="create_api_key",
        tags=TAGS,
        summary="Make a key for a program",
        description="The key is shown in this answer and never again. `Idempotency-Key` is not honoured here: to "
        "repeat the answer, the key would have to be stored. It takes a sign-in of the last hour, or "
        "`current_password`.",
        request=KeyInput,
        responses={201: NewKeyOutput, 400: OpenApiResponse(description="This moment is in the past.")},
    )
    def post(self, request: SignedInRequest) -> Response:
        asked = KeyInput(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        check_who(request, given.pop("current_password", None))
        made = create_key(by=request.user, **given)
        shown = {**KeyOutput(made.key).data, "key": made.raw}
        return Response(shown, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})


class OneApiKey(GenericAPIView[Any]):
    permission_classes = (IsStaffMember,)
    serializer_class = KeyOutput
    pagination_class = None
    filter_backends = ()

    @extend_schema(operation_id="show_api_key", tags=TAGS, summary="One key that is not revoked", responses=KeyOutput)
    def get(self, request: Request, key_id: int) -> Response:
        return Response(self.get_serializer(living_key(key_id)).data)

    @extend_schema(
        operation_id="revoke_api_key",
        tags=TAGS,
        summary="Revoke a key",
        description="It stops counting at once. Revoking it again changes nothing.",
        responses={204: None},
    )
    def delete(self, request: SignedInRequest, key_id: int) -> Response:
        revoke_key(key_id=key_id, by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)
