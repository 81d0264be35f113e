"""Lists as the contract wants them: ``skip``/``limit``, plain arrays, the total and the links in headers."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from cinema_project.common.errors import Invalid

Things = QuerySet[Any] | Sequence[Any]
DEFAULT_LIMIT = 100
MAX_LIMIT = 500


class SkipLimitPagination(BasePagination):
    """``?skip=&limit=`` (``offset`` is the same as ``skip``); a limit above 500 is refused."""

    def paginate_queryset(self, queryset: Things, request: Request, view: Any = None) -> list[Any]:
        return self.cut(queryset, request, getattr(view, "default_limit", DEFAULT_LIMIT))

    def cut(self, things: Things, request: Request | HttpRequest, default_limit: int | None) -> list[Any]:
        """Return the page that the request asks for; ``default_limit`` ``None`` means all there are.

        :raises Invalid: if ``skip`` or ``limit`` is wrong
        """
        self.request = request
        self.total = things.count() if isinstance(things, QuerySet) else len(things)
        self.skip = whole(request.GET, "skip", whole(request.GET, "offset", 0, least=0), least=0)
        if "limit" not in request.GET:
            self.limit = self.total if default_limit is None else default_limit
        else:
            self.limit = whole(request.GET, "limit", 0, least=1)
            if self.limit > MAX_LIMIT:
                raise Invalid(
                    f"limit is at most {MAX_LIMIT}.",
                    errors=[{"pointer": "/limit", "detail": f"at most {MAX_LIMIT}"}],
                )
        return list(things[self.skip : self.skip + self.limit])

    def get_paginated_response(self, data: Any) -> Response:
        return Response(data, headers=self.headers())

    def headers(self) -> dict[str, str]:
        """Return ``X-Total-Count`` and ``Link`` for the page last cut."""
        links = []
        if self.skip + self.limit < self.total:
            links.append(f'<{self._address(self.skip + self.limit)}>; rel="next"')
        if self.skip:
            links.append(f'<{self._address(max(0, self.skip - self.limit))}>; rel="prev"')
        return {"X-Total-Count": str(self.total)} | ({"Link": ", ".join(links)} if links else {})

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            _parameter("skip", "How many to leave out at the start.", {"default": 0, "minimum": 0}),
            _parameter("limit", "How many at most.", {"default": DEFAULT_LIMIT, "minimum": 1, "maximum": MAX_LIMIT}),
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return schema

    def _address(self, skip: int) -> str:
        address = replace_query_param(self.request.build_absolute_uri(), "skip", skip)
        return str(replace_query_param(address, "limit", self.limit))


class NumberedPages(SkipLimitPagination):
    """``?page=&page_size=``, which the view has read; pages are numbered from 1."""

    def __init__(self, *, page: int, page_size: int) -> None:
        self.page, self.limit, self.skip = page, page_size, (page - 1) * page_size

    def paginate_queryset(self, queryset: Things, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        self.total = queryset.count() if isinstance(queryset, QuerySet) else len(queryset)
        return list(queryset[self.skip : self.skip + self.limit])

    @property
    def has_more(self) -> bool:
        return self.skip + self.limit < self.total

    def _address(self, skip: int) -> str:
        address = replace_query_param(self.request.build_absolute_uri(), "page", skip // self.limit + 1)
        return str(replace_query_param(address, "page_size", self.limit))


def whole(query: Any, name: str, default: int, *, least: int) -> int:
    """Read a whole number of the query string.

    :raises Invalid: if it is something else, or below ``least``
    """
    raw = query.get(name)
    if raw is None:
        return default
    if not raw.isascii() or not raw.isdigit() or len(raw) > 9 or int(raw) < least:
        sentence = f"{name} must be a whole number from {least}."
        raise Invalid(sentence, errors=[{"pointer": f"/{name}", "detail": sentence}])
    return int(raw)


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": {"type": "integer", **schema},
    }
