"""The same people and sign-ins in the shapes of the gateway: refresh token in a cookie, ids as UUIDs."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, PolymorphicProxySerializer, extend_schema
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.authentication import SignedInRequest
from accounts.api.serializers.base import MessageOutput
from accounts.api.serializers.gateway import (
    DetailOutput,
    GatewayCredentialsInput,
    GatewayPasswordInput,
    GatewayTokenOutput,
    GatewayUserOutput,
    PongOutput,
)
from accounts.api.views.auth import KEY_REUSED, ONCE, OPTIONAL_BEARER, no_store, registered
from accounts.api.views.guesses import CountsGuesses
from accounts.callers import bearer_token
from accounts.request_rates import REGISTRATIONS
from accounts.services.sessions import sign_in, sign_in_with_new_password, sign_out
from accounts.tokens import TokenPair, rotate
from cinema_project.common.errors import NotAllowed, Unauthenticated
from cinema_project.common.limited_views import Limited

COOKIE, COOKIE_PATH = "refresh_token", "/auth/refresh"
TAGS = ["gateway"]
REGISTERED = PolymorphicProxySerializer("GatewayRegistered", [GatewayUserOutput, MessageOutput], None)
FOREIGN = OpenApiResponse(description="The page of another site asked.")
WRONG = OpenApiResponse(description="Incorrect email or password")


class OriginRefused(NotAllowed):
    """The page of another site sent the cookie along."""

    code = "origin_refused"


class Register(Limited):
    rate = REGISTRATIONS
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="gateway_register",
        tags=TAGS,
        summary="Register",
        description='With `X-Gateway: 1` the answer is `{"message": "Succes"}`, as the gateway gives it.',
        parameters=[ONCE, OpenApiParameter("X-Gateway", str, OpenApiParameter.HEADER, enum=["1"])],
        request=GatewayCredentialsInput,
        responses={201: REGISTERED, 400: OpenApiResponse(description="Email already registered"), 422: KEY_REUSED},
    )
    def post(self, request: Request) -> HttpResponse:
        asked = GatewayCredentialsInput(data=request.data)
        asked.is_valid(raise_exception=True)
        as_gateway = settings.AUTH_REGISTER_REPLY == "gateway" or request.headers.get("X-Gateway") == "1"
        return registered(
            request,
            asked.validated_data,
            lambda user: {"message": "Succes"} if as_gateway else GatewayUserOutput(user).data,
        )


@no_store
class Login(CountsGuesses):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="gateway_login",
        tags=TAGS,
        summary="Sign in; the refresh token comes as a cookie",
        request=GatewayCredentialsInput,
        responses={200: GatewayTokenOutput, 401: WRONG, 403: FOREIGN},
    )
    def post(self, request: Request) -> Response:
        _check_origin(request)
        asked = GatewayCredentialsInput(data=request.data)
        asked.is_valid(raise_exception=True)
        self.account = asked.validated_data["email"]
        return _with_cookie(sign_in(**asked.validated_data, request=request))


@no_store
class Refresh(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="gateway_refresh",
        tags=TAGS,
        summary="Exchange the refresh token of the cookie, or of the header",
        description="The token is spent by this; sending a spent one again ends the whole sign-in.",
        auth=OPTIONAL_BEARER,
        request=None,
        responses={
            200: GatewayTokenOutput,
            401: OpenApiResponse(description="Not authenticated"),
            403: FOREIGN,
        },
    )
    def post(self, request: Request) -> Response:
        _check_origin(request)
        token = request.COOKIES.get(COOKIE) or bearer_token(request)
        if not token:
            raise Unauthenticated("Not authenticated")
        return _with_cookie(rotate(token))


@no_store
class ChangePassword(CountsGuesses):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="gateway_change_password",
        tags=TAGS,
        summary="Change the password, by the old one",
        description="All sign-ins of the person end; the answer is a new one.",
        request=GatewayPasswordInput,
        responses={200: GatewayTokenOutput, 401: WRONG, 403: FOREIGN},
    )
    def post(self, request: Request) -> Response:
        _check_origin(request)
        asked = GatewayPasswordInput(data=request.data)
        asked.is_valid(raise_exception=True)
        self.account = asked.validated_data["email"]
        return _with_cookie(sign_in_with_new_password(**asked.validated_data, request=request))


class Logout(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="gateway_logout",
        tags=TAGS,
        summary="Sign out",
        request=None,
        responses={200: DetailOutput, 403: FOREIGN},
    )
    def post(self, request: SignedInRequest) -> Response:
        _check_origin(request)
        sign_out(caller=request.auth)
        response = Response(DetailOutput({"detail": "Logged out"}).data)
        response.delete_cookie(COOKIE, path=COOKIE_PATH, samesite="Lax")
        return response


class Ping(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(operation_id="gateway_ping", tags=TAGS, summary="Who am I?", responses=PongOutput)
    def get(self, request: SignedInRequest) -> Response:
        return Response(PongOutput({"message": "pong", "user_id": request.user.uuid}).data)


def _with_cookie(pair: TokenPair) -> Response:
    response = Response(GatewayTokenOutput(pair).data)
    response.set_cookie(
        COOKIE,
        pair.refresh_token,
        max_age=settings.REFRESH_TOKEN_SECONDS,
        path=COOKIE_PATH,
        secure=settings.COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _check_origin(request: Request) -> None:
    """Let the cookie be set, sent and cleared by our own pages and the sites we know; no browser, no Origin."""
    origin: Any = request.headers.get("Origin")
    ours = f"{request.scheme}://{request.get_host()}"
    if origin and origin not in {ours, *settings.CSRF_TRUSTED_ORIGINS, *settings.CORS_ALLOWED_ORIGINS}:
        raise OriginRefused("This site may not use your sign-in here.")
