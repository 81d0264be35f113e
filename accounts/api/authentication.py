"""Bearer tokens for REST framework's views; plain views call ``caller_of`` themselves."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.callers import Caller, bearer_token, caller_of
from accounts.models import User

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
