"""The one place where refusals meet HTTP: RFC 9457 ``application/problem+json``."""

import json
import logging
import uuid
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions as drf

from cinema_project.common import errors

logger = logging.getLogger(__name__)

STATUSES: dict[type[errors.DomainError], int] = {
    errors.Invalid: 400,
    errors.Unauthenticated: 401,
    errors.NotAllowed: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.UnsupportedType: 415,
    errors.Unprocessable: 422,
    errors.TooMany: 429,
    errors.Upstream: 502,
    errors.Unavailable: 503,
}
TRANSLATED: dict[type[Exception], type[errors.DomainError]] = {
    drf.AuthenticationFailed: errors.Unauthenticated,
    drf.PermissionDenied: errors.NotAllowed,
    drf.NotFound: errors.NotFound,
    drf.UnsupportedMediaType: errors.UnsupportedType,
    drf.ParseError: errors.Invalid,
    PermissionDenied: errors.NotAllowed,
    Http404: errors.NotFound,
    RequestDataTooBig: errors.TooLarge,
    SuspiciousOperation: errors.Invalid,
    OperationalError: errors.Unavailable,
    InterfaceError: errors.Unavailable,
}


def handle(exception: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Answer for Django REST framework's ``EXCEPTION_HANDLER``; ``None`` lets an unknown fault be reported."""
    view = context.get("view")
    if isinstance(exception, drf.UnsupportedMediaType) and view is not None:
        kinds = " or ".join(parser.media_type for parser in view.parser_classes)
        return refusal(errors.UnsupportedType(f"{str(exception.detail).rstrip('.')}: send {kinds}."))
    return problem_for(exception)


def problem_for(exception: Exception) -> HttpResponse | None:
    """Answer any anticipated exception as a problem document, else ``None``."""
    if isinstance(exception, errors.DomainError):
        return refusal(exception)
    for known, kind in TRANSLATED.items():
        if isinstance(exception, known):
            return refusal(_translated(exception, kind))
    return _framework_refusal(exception) if isinstance(exception, drf.APIException) else None


def _framework_refusal(exception: drf.APIException) -> HttpResponse:
    """Answer what REST framework itself refuses."""
    if isinstance(exception, drf.ValidationError):
        return refusal(errors.invalid_fields(list(_pointers(exception.detail))))
    if isinstance(exception, drf.NotAuthenticated):
        return refusal(errors.Unauthenticated("Not authenticated"))
    if isinstance(exception, drf.Throttled):
        return refusal(errors.TooMany(str(exception.detail), retry_after=int(getattr(exception, "wait", None) or 1)))
    return problem(exception.status_code, exception.default_code, str(exception.detail))


def refusal(error: errors.DomainError) -> HttpResponse:
    """Turn a domain error into its answer."""
    status = next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)
    extra = dict(error.extra)
    if error.errors:
        extra["errors"] = error.errors
    response = problem(status, error.code, error.detail, **extra)
    if error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    return response


def problem(status: int, code: str, detail: str, **extra: Any) -> HttpResponse:
    """Build ``{"type","title","status","detail","code","instance", ...extra}``."""
    body = {
        "type": f"/docs/errors#{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "instance": f"urn:uuid:{uuid.uuid4()}",
        **extra,
    }
    return HttpResponse(json.dumps(body, default=str), status=status, content_type="application/problem+json")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer an unknown path of the API."""
    return problem(404, "not_found", f"There is nothing at {request.path}.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours without telling anything about it."""
    return problem(500, "server_error", "Something went wrong on our side. Please try again.")


def _translated(exception: Exception, kind: type[errors.DomainError]) -> errors.DomainError:
    if kind is errors.Unavailable:
        logger.warning("The database did not answer: %s", exception)
        return errors.Unavailable("The service is busy. Please try again in a moment.", retry_after=2)
    detail = str(getattr(exception, "detail", "") or exception) or HTTPStatus(STATUSES[kind]).phrase
    if isinstance(exception, RequestDataTooBig):  # its own words name a setting
        detail = "The body is larger than 10 MB."
    translated = kind(detail)
    code = getattr(exception, "code", None) or getattr(getattr(exception, "detail", None), "code", None)
    if kind is errors.Unauthenticated and isinstance(code, str) and code not in ("error", "not_authenticated"):
        translated.code = code
    return translated


def _pointers(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Flatten the serializer's nested errors into JSON pointers."""
    if isinstance(detail, dict):
        for key, inner in detail.items():
            yield from _pointers(inner, path if key == "non_field_errors" else f"{path}/{key}")
    elif isinstance(detail, Iterable) and not isinstance(detail, str):
        items = list(detail)
        nested = any(isinstance(item, (dict, list)) for item in items)
        for index, item in enumerate(items):
            yield from _pointers(item, f"{path}/{index}" if nested else path)
    else:
        yield {"pointer": path, "detail": str(detail)}
