"""Registering, signing in, signing out."""

from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.authentication import SignedInRequest
from accounts.api.serializers.auth import (
    ChangePasswordInput,
    EmailInput,
    EmailKnownOutput,
    ForgotPasswordOutput,
    LoginFormInput,
    LoginInput,
    RefreshInput,
    RegisterInput,
    ResetPasswordInput,
    TokenPairOutput,
)
from accounts.api.serializers.base import MessageOutput
from accounts.api.serializers.people import UserOutput
from accounts.api.views.guesses import CountsGuesses
from accounts.callers import bearer_token
from accounts.models import User, canonical_email
from accounts.request_rates import EMAIL_QUESTIONS, FORGOTTEN_PASSWORDS, REGISTRATIONS
from accounts.reset_tokens import reset_token
from accounts.services.passwords import change_password
from accounts.services.registration import is_known, register_user
from accounts.services.resets import request_password_reset, reset_password
from accounts.services.sessions import refresh_tokens, sign_in, sign_out
from cinema_project.common.errors import Unauthenticated
from cinema_project.common.idempotency import once
from cinema_project.common.limited_views import Limited
from cinema_project.common.parsers import BoundedFormParser, BoundedJSONParser, BoundedMultiPartParser
from cinema_project.common.renderers import JSONRenderer

ONCE = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="Repeating a request with its key acts once."
)
KEY_REUSED = OpenApiResponse(description="This Idempotency-Key was used for another request.")
OPTIONAL_BEARER: Any = [{}, {"bearer": []}]
no_store = method_decorator(cache_control(no_store=True), name="dispatch")


class Register(Limited):
    rate = REGISTRATIONS
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="auth_register",
        tags=["auth"],
        summary="Register",
        parameters=[ONCE],
        request=RegisterInput,
        responses={201: UserOutput, 400: OpenApiResponse(description="Email already registered"), 422: KEY_REUSED},
    )
    def post(self, request: Request) -> HttpResponse:
        asked = RegisterInput(data=request.data)
        asked.is_valid(raise_exception=True)
        return registered(request, asked.validated_data, lambda user: UserOutput(user).data)


@no_store
class Login(CountsGuesses):
    authentication_classes = ()
    permission_classes = (AllowAny,)
    parser_classes = (BoundedJSONParser, BoundedFormParser, BoundedMultiPartParser)

    @extend_schema(
        operation_id="auth_login",
        tags=["auth"],
        summary="Sign in",
        request={"application/json": LoginInput, "application/x-www-form-urlencoded": LoginFormInput},
        responses={200: TokenPairOutput, 401: OpenApiResponse(description="Incorrect email or password")},
    )
    def post(self, request: Request) -> Response:
        kind = LoginFormInput if isinstance(request.data, dict) and "username" in request.data else LoginInput
        asked = kind(data=request.data)
        asked.is_valid(raise_exception=True)
        self.account = asked.validated_data["email"]
        return Response(TokenPairOutput(sign_in(**asked.validated_data, request=request)).data)


class Me(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(operation_id="auth_me", tags=["auth"], summary="The signed-in person", responses=UserOutput)
    def get(self, request: SignedInRequest) -> Response:
        return Response(UserOutput(request.user).data)


@no_store
class RefreshToken(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="auth_refresh_token",
        tags=["auth"],
        summary="Exchange a token for new ones",
        description="A refresh token is spent by this; sending a spent one again ends the whole sign-in.",
        auth=OPTIONAL_BEARER,
        request=RefreshInput,
        responses={200: TokenPairOutput, 401: OpenApiResponse(description="Token has been revoked")},
    )
    def post(self, request: Request) -> Response:
        asked = RefreshInput(data=request.data)
        asked.is_valid(raise_exception=True)
        token = asked.validated_data.get("token") or bearer_token(request)
        if token is None:
            raise Unauthenticated("Not authenticated")
        return Response(TokenPairOutput(refresh_tokens(token=token)).data)


class Logout(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="auth_logout",
        tags=["auth"],
        summary="Sign out",
        description="The access token and its refresh token stop counting at once.",
        request=None,
        responses=MessageOutput,
    )
    def post(self, request: SignedInRequest) -> Response:
        sign_out(caller=request.auth)
        return Response(MessageOutput({"message": "Successfully logged out"}).data)


class ChangePassword(APIView):
    may_answer_429 = True
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="auth_change_password",
        tags=["auth"],
        summary="Change the password",
        description="All other sign-ins of the person end, those of the pages too.",
        request=ChangePasswordInput,
        responses={200: MessageOutput, 400: OpenApiResponse(description="Current password is incorrect")},
    )
    def put(self, request: SignedInRequest) -> Response:
        asked = ChangePasswordInput(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        change_password(
            user=request.user,
            current=given["current_password"],
            new=given["new_password"],
            request=request,
            keep_family=request.auth.family,
        )
        return Response(MessageOutput({"message": "Password changed successfully"}).data)


class CheckEmail(Limited):
    rate = EMAIL_QUESTIONS
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="auth_check_email",
        tags=["auth"],
        summary="Ask whether an address has an account",
        parameters=[EmailInput],
        responses=EmailKnownOutput,
    )
    def get(self, request: Request) -> Response:
        asked = EmailInput(data=request.query_params)
        asked.is_valid(raise_exception=True)
        email = asked.validated_data["email"]
        return Response(EmailKnownOutput({"email": email, "exists": is_known(email)}).data)


@no_store
class ForgotPassword(Limited):
    rate = FORGOTTEN_PASSWORDS
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="auth_forgot_password",
        tags=["auth"],
        summary="Have a link for a new password mailed",
        description="The answer is the same whether or not the address has an account.",
        request=EmailInput,
        responses=ForgotPasswordOutput,
    )
    def post(self, request: Request) -> Response:
        asked = EmailInput(data=request.data)
        asked.is_valid(raise_exception=True)
        email = asked.validated_data["email"]
        request_password_reset(email=email)
        told = {
            "message": "If this address has an account, a link to choose a new password is on its way.",
            "expires_in_minutes": settings.PASSWORD_RESET_TIMEOUT // 60,
        }
        return Response(ForgotPasswordOutput(told | _token_for_developers(email)).data)


class ResetPassword(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="auth_reset_password",
        tags=["auth"],
        summary="Choose a new password with the token of the mail",
        description="All sign-ins of the person end.",
        request=ResetPasswordInput,
        responses={200: MessageOutput, 400: OpenApiResponse(description="Invalid or expired reset token")},
    )
    def post(self, request: Request) -> Response:
        asked = ResetPasswordInput(data=request.data)
        asked.is_valid(raise_exception=True)
        reset_password(token=asked.validated_data["token"], password=asked.validated_data["new_password"])
        return Response(MessageOutput({"message": "Password has been reset. Please sign in."}).data)


def registered(request: Request, given: dict[str, Any], shown: Callable[[User], Any]) -> HttpResponse:
    """Register somebody, once for each ``Idempotency-Key`` that they send, and answer in this shape."""

    def work() -> HttpResponse:
        body = JSONRenderer().render(shown(register_user(**given)))
        return HttpResponse(body, status=status.HTTP_201_CREATED, content_type="application/json")

    return once(request._request, 0, work, stranger=canonical_email(given["email"]))


def _token_for_developers(email: str) -> dict[str, str]:
    """With DEBUG alone the answer carries what the mail does; for an unknown address it is good for nothing."""
    if not settings.DEBUG:
        return {}
    user = User.objects.filter(email=canonical_email(email), is_active=True, is_guest=False).first()
    return {"reset_token": reset_token(user or User(email=email, uuid=uuid5(NAMESPACE_URL, email)))}
