"""The API's description as one JSON document, and how REST framework's views enter it."""

import functools
import inspect
from collections.abc import Iterable
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.renderers import OpenApiJsonRenderer
from rest_framework.permissions import IsAuthenticated, IsAuthenticatedOrReadOnly

from accounts.permissions import HasScope

SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "The `access_token` of `POST /api/v1/auth/login`.",
}


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.api.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return SCHEME


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.api.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "Made by staff for a program."}


class ViewSchema(AutoSchema):
    """Reads off a view who may call it; tags are made from its address, the words from its docstrings."""

    def get_auth(self) -> list[dict[str, list[str]]]:
        """Return no token needed, any token, one of staff or a key for this: whatever the view's permissions say."""
        auths = [auth for auth in super().get_auth() if auth]
        request, permissions = self.view.request, self.view.get_permissions()
        if any(getattr(permission, "open_in_debug", False) for permission in permissions):
            return [{}, *self._with_scopes(auths, permissions)]
        if all(permission.has_permission(request, self.view) for permission in permissions):
            return [{}, *auths]
        if all(type(permission) in (IsAuthenticated, IsAuthenticatedOrReadOnly) for permission in permissions):
            return auths
        return self._with_scopes(auths, permissions)

    def _with_scopes(self, auths: list[Any], permissions: Iterable[Any]) -> list[dict[str, list[str]]]:
        scopes = [permission.scope for permission in permissions if isinstance(permission, HasScope)]
        return [{name: scopes if name == ApiKeyScheme.name else ["staff"] for name in auth} for auth in auths]

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """Add the answer to those who ask too often, where a view says that it gives it."""
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is not None and getattr(self.view, "may_answer_429", False):
            operation["responses"].setdefault("429", {"description": "Too many requests. Please wait."})
        return operation

    def get_override_parameters(self) -> list[Any]:
        """Add what a view says that all its kind understand."""
        return self.view.described_parameters() if hasattr(self.view, "described_parameters") else []

    def _is_list_view(self, serializer: Any = None) -> bool:
        """Look at the answer itself: refusals, which have a media type in their key, would come first."""
        answers: Any = self.get_response_serializers() if serializer is None else serializer
        if isinstance(answers, dict):
            answers = {status: answer for status, answer in answers.items() if not isinstance(status, tuple)}
        return bool(super()._is_list_view(answers))

    def get_tags(self) -> list[str]:
        return [tag.replace("-", " ").capitalize() for tag in super().get_tags()]

    def get_summary(self) -> str:
        """Return the first sentence of what the operation says of itself."""
        return self._told().partition(". ")[0].removesuffix(".") or self.get_operation_id().replace("_", " ")

    def get_description(self) -> str:  # type: ignore[override]
        """Return what it says besides its summary."""
        return self._told().removeprefix(self.get_summary()).removeprefix(".").strip()

    def _told(self) -> str:
        """Return the docstring of the method, or of the view itself: that of the class above tells developers."""
        told = inspect.getdoc(getattr(self.view, self.method.lower())) or vars(type(self.view)).get("__doc__") or ""
        return " ".join(told.split())


@functools.cache
def schema_json() -> bytes:
    """Return the document; made once per process, because it takes a second."""
    document: Any = SchemaGenerator().get_schema(request=None, public=True)
    return bytes(OpenApiJsonRenderer().render(document))
