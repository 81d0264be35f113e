"""Bearer tokens and API keys for REST framework's views; plain views call ``caller_of`` themselves."""

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.api_keys import KeyHolder, holder_of
from accounts.callers import Caller, bearer_token, caller_of
from accounts.models import User
from cinema_project.common.addresses import client_address

__all__ = ["BearerAuthentication", "caller_of"]


class SignedInRequest(Request):
    """For annotations: a request that :class:`BearerAuthentication` knows the sender of."""

    user: User
    auth: Caller


class BearerAuthentication(BaseAuthentication):
    """Set ``request.user`` to the person and ``request.auth`` to the :class:`Caller`."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        if bearer_token(request) is None:
            return None
        caller = caller_of(request)
        return User.objects.get(pk=caller.id), caller

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class ApiKeyAuthentication(BaseAuthentication):
    """Set ``request.auth`` to the :class:`KeyHolder` of ``X-API-Key``; only ``has_scope`` lets those in.

    A program is no person: ``request.user`` stays anonymous, so whatever asks for one refuses it.
    """

    def authenticate(self, request: Request) -> tuple[AnonymousUser, KeyHolder] | None:
        raw = request.META.get("HTTP_X_API_KEY", "").strip()
        return (AnonymousUser(), holder_of(raw)) if raw else None

    def authenticate_header(self, request: Request) -> str:
        return "ApiKey"


def sender_of(request: Request) -> tuple[int, str]:
    """Return whose ``Idempotency-Key`` it is: a person's number, or 0 and what names a program or a stranger."""
    if request.user.pk:
        return int(request.user.pk), ""
    holder = request.auth
    if isinstance(holder, KeyHolder):
        return 0, f"key {holder.id} {holder.name}"
    return 0, client_address(request._request)
