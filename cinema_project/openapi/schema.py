"""The API's description as one JSON document, and how REST framework's views enter it."""

import functools
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
    """Reads off a view who may call it; tags and summaries are made from its address and operation id."""

    def get_auth(self) -> list[dict[str, list[str]]]:
        """Return no token needed, any token, one of staff or a key for this: whatever the view's permissions say."""
        auths = [auth for auth in super().get_auth() if auth]
        request, permissions = self.view.request, self.view.get_permissions()
        if all(permission.has_permission(request, self.view) for permission in permissions):
            return [{}, *auths]
        if all(type(permission) in (IsAuthenticated, IsAuthenticatedOrReadOnly) for permission in permissions):
            return auths
        scopes = [permission.scope for permission in permissions if isinstance(permission, HasScope)]
        return [{name: scopes if name == ApiKeyScheme.name else ["staff"] for name in auth} for auth in auths]

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """Add the answer to those who ask too often, where a view says that it gives it."""
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is not None and getattr(self.view, "may_answer_429", False):
            operation["responses"].setdefault("429", {"description": "Too many requests. Please wait."})
        return operation

    def get_tags(self) -> list[str]:
        return [tag.replace("-", " ").capitalize() for tag in super().get_tags()]

    def get_summary(self) -> str:
        return super().get_summary() or self.get_operation_id().replace("_", " ").capitalize()


@functools.cache
def schema_json() -> bytes:
    """Return the document; made once per process, because it takes a second."""
    document: Any = SchemaGenerator().get_schema(request=None, public=True)
    return bytes(OpenApiJsonRenderer().render(document))
