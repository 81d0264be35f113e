"""JSON in and out without REST framework, for the paths where every microsecond counts (docs/decisions/0002)."""

from collections.abc import Callable, Sequence
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.views import View

from cinema_project.common.database import LARGEST_ID
from cinema_project.common.errors import Invalid, UnsupportedType
from cinema_project.common.exception_handler import problem
from cinema_project.common.pagination import DEFAULT_LIMIT, SkipLimitPagination


class JsonView(View):
    """A plain view whose refusals are problem documents."""

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponse]:
        view: Any = super().as_view(**initkwargs)
        view.csrf_exempt = True  # the bearer token is the proof, no cookie counts here
        return view

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = problem(405, "method_not_allowed", f'Method "{request.method}" not allowed.')
        response["Allow"] = ", ".join(name.upper() for name in self.http_method_names if hasattr(self, name))
        return response


def body_of(request: HttpRequest) -> dict[str, Any]:
    """Read the JSON object of the body.

    :raises UnsupportedType: if it is labelled as something else
    :raises Invalid: if it is not a JSON object
    """
    if request.content_type != "application/json":
        raise UnsupportedType(f'Unsupported media type "{request.content_type}" in request: send application/json.')
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise Invalid(f"The body is not valid JSON: {error}.") from None
    if not isinstance(body, dict):
        raise Invalid("The body must be a JSON object.")
    return body


def whole_of(body: dict[str, Any], name: str) -> int:
    """Read a positive whole number of the body.

    :raises Invalid: if it is missing or something else
    """
    value = body.get(name)
    if type(value) is not int or value < 1:
        sentence = f"{name} must be a positive whole number."
        raise Invalid(sentence, errors=[{"pointer": f"/{name}", "detail": sentence}])
    return min(value, LARGEST_ID)


def answer(data: Any, status: int = 200) -> HttpResponse:
    """Encode an answer."""
    return HttpResponse(orjson.dumps(data), status=status, content_type="application/json")


def answer_page(
    request: HttpRequest, things: Sequence[Any], *, default_limit: int | None = DEFAULT_LIMIT
) -> HttpResponse:
    """Encode the part of a list that was asked for, with the total and the links in headers.

    :param default_limit: without ``limit`` in the query string; ``None`` for all there are
    """
    pagination = SkipLimitPagination()
    response = answer(pagination.cut(things, request, default_limit))
    for name, value in pagination.headers().items():
        response[name] = value
    return response
