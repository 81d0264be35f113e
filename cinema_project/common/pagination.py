"""Lists as the contract wants them: ``skip``/``limit``, plain arrays, the total and the links in headers."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, QuerySet, Window
from django.http import HttpRequest
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from cinema_project.common.errors import Invalid
from cinema_project.common.queries import LARGEST, whole

Things = QuerySet[Any] | Sequence[Any]
DEFAULT_LIMIT = 100
MAX_LIMIT = 500


def counted(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Let each row tell how many there are: the page and its total are one query then, which reads all the rows."""
    return rows.annotate(rows_in_all=Window(Count("*")))


class SkipLimitPagination(BasePagination):
    """``?skip=&limit=`` (``offset`` is the same as ``skip``); a limit above 500 is refused."""

    def paginate_queryset(self, queryset: Things, request: Request, view: Any = None) -> list[Any]:
        return self.cut(queryset, request, getattr(view, "default_limit", DEFAULT_LIMIT))

    def cut(self, things: Things, request: Request | HttpRequest, default_limit: int | None) -> list[Any]:
        """Return the page that the request asks for; ``default_limit`` ``None`` means all there are.

        :raises Invalid: if ``skip`` or ``limit`` is wrong
        """
        self.request, query = request, request.GET
        self.skip_name = "skip" if "skip" in query or "offset" not in query else "offset"
        self.skip = whole(query, self.skip_name, 0, least=0)
        limit = whole(query, "limit", 0, least=1) or default_limit
        if limit is not None and limit > MAX_LIMIT:
            sentence = f"limit is at most {MAX_LIMIT}."
            raise Invalid(sentence, errors=[{"pointer": "/limit", "detail": sentence}])
        page = list(things[self.skip :] if limit is None else things[self.skip : self.skip + limit])
        ends_here = (page or not self.skip) and (limit is None or len(page) < limit)
        self.total = self.skip + len(page) if ends_here else _number(things, page)
        self.end = self.total if limit is None else self.skip + limit
        self.limit = limit or MAX_LIMIT
        return page

    def get_paginated_response(self, data: Any) -> Response:
        return Response(data, headers=self.headers())

    def headers(self) -> dict[str, str]:
        """Return ``X-Total-Count`` and ``Link`` for the page last cut."""
        links = []
        if self.end < self.total:
            links.append(f'<{self._address(self.end)}>; rel="next"')
        if self.skip:
            last = max(0, self.total - 1) // self.limit * self.limit
            links.append(f'<{self._address(max(0, min(self.skip - self.limit, last)))}>; rel="prev"')
        return {"X-Total-Count": str(self.total)} | ({"Link": ", ".join(links)} if links else {})

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            _parameter(name, description, schema)
            for name, description, schema in page_parameters(getattr(view, "default_limit", DEFAULT_LIMIT))
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return schema

    def _address(self, skip: int) -> str:
        address = replace_query_param(self.request.build_absolute_uri(), self.skip_name, skip)
        return str(replace_query_param(address, "limit", self.limit))


class NumberedPages(SkipLimitPagination):
    """``?page=&page_size=``, which the view has read; pages are numbered from 1."""

    def __init__(self, *, page: int, page_size: int) -> None:
        self.page, self.limit, self.skip = page, page_size, (page - 1) * page_size

    def paginate_queryset(self, queryset: Things, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        self.total = _number(queryset)
        self.end = self.skip + self.limit
        return list(queryset[self.skip : self.end])

    @property
    def has_more(self) -> bool:
        return self.end < self.total

    def _address(self, skip: int) -> str:
        address = replace_query_param(self.request.build_absolute_uri(), "page", skip // self.limit + 1)
        return str(replace_query_param(address, "page_size", self.limit))


def _number(things: Things, page: Sequence[Any] = ()) -> int:
    if page and (known := getattr(page[0], "rows_in_all", None)):
        return int(known)
    return things.count() if isinstance(things, QuerySet) else len(things)


def page_parameters(default_limit: int | None) -> list[tuple[str, str, dict[str, Any]]]:
    """Return name, meaning and JSON schema of each parameter that cuts a list."""
    least = {"type": "integer", "minimum": 0, "maximum": LARGEST}
    limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT}
    return [
        ("skip", "How many to leave out at the start.", least | {"default": 0}),
        ("offset", "The same as `skip`, which counts if both are given.", least),
        (
            "limit",
            "How many at most." if default_limit else "How many at most; all unless given.",
            limit | ({"default": default_limit} if default_limit else {}),
        ),
    ]


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": schema,
    }
