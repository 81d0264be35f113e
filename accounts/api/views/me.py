"""What people tell about themselves, and what others may know of them."""

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.authentication import SignedInRequest
from accounts.api.serializers.people import UserOutput
from accounts.api.serializers.profiles import (
    PreferencesInput,
    PreferencesOutput,
    ProfileInput,
    PublicProfileOutput,
    SearchInput,
    SearchOutput,
)
from accounts.api.views.auth import KEY_REUSED, ONCE, OPTIONAL_BEARER
from accounts.models import canonical_email
from accounts.selectors import public_profile, searches_of
from accounts.services.emails import request_email_change
from accounts.services.passwords import confirm_password
from accounts.services.profiles import change_preferences, change_profile
from accounts.services.searches import forget_search, forget_searches, remember_search
from accounts.services.sessions import check_fresh_sign_in
from cinema_project.common.idempotency import once
from cinema_project.common.pagination import SkipLimitPagination
from cinema_project.common.renderers import JSONRenderer

TAGS = ["users"]
NO_SEARCH = {404: OpenApiResponse(description="Search with id 1 not found")}


def check_who(request: SignedInRequest, password: str | None) -> None:
    """Let somebody do what could take the account from its owner: they know the password, or gave it lately.

    :raises SignInAgain: without a password, if the sign-in is over an hour old
    :raises WrongPassword: if it is another
    """
    if password is None:
        check_fresh_sign_in(caller=request.auth)
    else:
        confirm_password(user=request.user, password=password, request=request)


class Profile(APIView):
    may_answer_429 = True
    permission_classes = (IsAuthenticated,)

    @extend_schema(operation_id="users_show_me", tags=TAGS, summary="The signed-in person", responses=UserOutput)
    def get(self, request: SignedInRequest) -> Response:
        return Response(UserOutput(request.user).data)

    @extend_schema(
        operation_id="users_change_me",
        tags=TAGS,
        summary="Change the profile",
        description=(
            "A new `email` counts once the link that is mailed to it was followed. It takes a sign-in of the last "
            "hour, or `current_password`."
        ),
        request=ProfileInput,
        responses={200: UserOutput, 403: OpenApiResponse(description="Please sign in again to change the address.")},
    )
    def put(self, request: SignedInRequest) -> Response:
        asked = ProfileInput(data=request.data)
        asked.is_valid(raise_exception=True)
        changes = asked.validated_data
        email, password = changes.pop("email", None), changes.pop("current_password", None)
        if email is not None and canonical_email(email) != request.user.email:
            check_who(request, password)
            request_email_change(user=request.user, email=email)
        return Response(UserOutput(change_profile(user=request.user, **changes)).data)


class Preferences(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="users_change_preferences",
        tags=TAGS,
        summary="Choose how things are",
        request=PreferencesInput,
        responses=PreferencesOutput,
    )
    def put(self, request: SignedInRequest) -> Response:
        asked = PreferencesInput(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response(PreferencesOutput(change_preferences(user=request.user, **asked.validated_data)).data)


class PublicProfile(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="users_show",
        tags=TAGS,
        summary="What anybody may know of a person",
        auth=OPTIONAL_BEARER,
        responses={200: PublicProfileOutput, 404: OpenApiResponse(description="User with id 1 not found")},
    )
    def get(self, request: Request, user_id: int) -> Response:
        shown = PublicProfileOutput(public_profile(user_id), context={"viewer_id": request.user.pk})
        return Response(shown.data)


class SearchHistory(APIView):
    permission_classes = (IsAuthenticated,)
    pagination_class = SkipLimitPagination

    @extend_schema(
        operation_id="users_list_searches",
        tags=TAGS,
        summary="What you looked for, newest first",
        description="The hundred latest are kept. Searches for films and cinemas add themselves.",
        responses=SearchOutput(many=True),
    )
    def get(self, request: SignedInRequest) -> Response:
        page = SkipLimitPagination()
        found = page.paginate_queryset(searches_of(request.user), request, self)
        return page.get_paginated_response(SearchOutput(found, many=True).data)

    @extend_schema(
        operation_id="users_add_search",
        tags=TAGS,
        summary="Note a search",
        parameters=[ONCE],
        request=SearchInput,
        responses={201: SearchOutput, 422: KEY_REUSED},
    )
    def post(self, request: SignedInRequest) -> HttpResponse:
        return once(request._request, request.user.pk, lambda: self._noted(request))

    @extend_schema(operation_id="users_clear_searches", tags=TAGS, summary="Forget all searches", responses={204: None})
    def delete(self, request: SignedInRequest) -> Response:
        forget_searches(user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _noted(self, request: SignedInRequest) -> HttpResponse:
        asked = SearchInput(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        made = remember_search(user_id=request.user.pk, query=given["search_query"], kind=given["search_type"])
        body = JSONRenderer().render(SearchOutput(made).data)
        return HttpResponse(body, status=status.HTTP_201_CREATED, content_type="application/json")


class OneSearch(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="users_delete_search", tags=TAGS, summary="Forget one search", responses={204: None} | NO_SEARCH
    )
    def delete(self, request: SignedInRequest, search_id: int) -> Response:
        forget_search(user=request.user, search_id=search_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema_view(
    get=extend_schema(operation_id="users_list_searches_alias"),
    post=extend_schema(operation_id="users_add_search_alias"),
    delete=extend_schema(operation_id="users_clear_searches_alias"),
)
class SearchHistoryAlias(SearchHistory):
    """The same under the name that older clients know."""


@extend_schema_view(delete=extend_schema(operation_id="users_delete_search_alias"))
class OneSearchAlias(OneSearch):
    """The same under the name that older clients know."""
