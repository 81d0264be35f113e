"""What all views of the catalogue share: who may write, lists, answers that are given once."""

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from drf_spectacular.utils import OpenApiParameter
from rest_framework.generics import GenericAPIView
from rest_framework.pagination import BasePagination
from rest_framework.permissions import SAFE_METHODS, AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts.callers import Caller
from accounts.permissions import IsStaffMember
from accounts.services.searches import remember_search
from catalog.api.serializers.output import Output
from cinema_project.common.errors import Invalid
from cinema_project.common.idempotency import once
from cinema_project.common.pagination import DEFAULT_LIMIT, SkipLimitPagination, counted
from cinema_project.common.queries import words_of
from cinema_project.common.renderers import JSONRenderer

LONGEST_SEARCH = 255
Q_PARAMETER = OpenApiParameter("q", str, required=True, description="What to look for.")


class QueryMissing(Invalid):
    code = "query_missing"

    def __init__(self) -> None:
        sentence = f"q must be a text of 1 to {LONGEST_SEARCH} characters."
        super().__init__(sentence, errors=[{"pointer": "/q", "detail": sentence}])


def query_of(request: Request) -> str:
    """Return what is looked for.

    :raises QueryMissing: if that is no text
    """
    text: str = request.query_params.get("q", "").strip()
    if not 1 <= len(text) <= LONGEST_SEARCH or "\0" in text:
        raise QueryMissing
    return text


Rows = QuerySet[Any] | Sequence[Any]


class CatalogueView(GenericAPIView[Any]):
    """To read, for all whom ``read_permission`` lets, by default everybody; to write, ``write_permission``."""

    read_permission: type[BasePermission] = AllowAny
    write_permission: type[BasePermission] = IsStaffMember
    pagination_class: type[BasePagination] | None = None
    filter_backends: list[Any] = []

    def get_permissions(self) -> list[BasePermission]:
        return [self.read_permission() if self.request.method in SAFE_METHODS else self.write_permission()]

    def asked(self, serializer: type[BaseSerializer[Any]], *, partial: bool = False) -> dict[str, Any]:
        """Return the valid body of the request."""
        body = serializer(data=self.request.data, partial=partial)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def shown(self, output: type[BaseSerializer[Any]], row: Any) -> Response:
        return Response(self.as_json(output, row))

    def as_json(self, output: type[BaseSerializer[Any]], found: Any) -> Any:
        """Return a row or a list of rows; where the output allows it, with the fields that were asked for."""
        if issubclass(output, Output):
            return self.chosen(output).json_of(found)
        return output(found, many=isinstance(found, list), context=self.get_serializer_context()).data

    def chosen(self, output: type[Output]) -> Output:
        """Return the output with the fields that the request asks for.

        :raises NameUnknown: if it has no such field
        """
        query = self.request.query_params if self.request.method in SAFE_METHODS else QueryDict()
        fields, extras = words_of(query, "fields", output.known()), words_of(query, "expand", output.extras)
        return output(context=self.get_serializer_context(), names={*(fields or output.usual()), *extras})

    def described_parameters(self) -> list[OpenApiParameter]:
        """Tell the API's documentation what is understood by every read of such rows."""
        output: type = self.get_serializer_class() if self.serializer_class else object
        if self.request.method != "GET" or not issubclass(output, Output):
            return []
        fields = _names("fields", "Show these fields only.", output.known())
        return [fields, _names("expand", "Show these too.", output.extras)] if output.extras else [fields]

    def created(self, request: Request, make: Callable[[], Any]) -> HttpResponse:
        """Make something once for each ``Idempotency-Key`` and show it with ``serializer_class``."""

        def work() -> HttpResponse:
            data = self.as_json(self.get_serializer_class(), make())
            return HttpResponse(JSONRenderer().render(data), status=201, content_type="application/json")

        return once(request._request, int(request.user.pk or 0), work)


def _names(name: str, description: str, known: Collection[str]) -> OpenApiParameter:
    schema = {"type": "array", "items": {"type": "string", "enum": list(known)}}
    return OpenApiParameter(name, schema, description=description, style="form", explode=False)


class CatalogueList(CatalogueView):
    """A list with ``skip`` and ``limit``; without one it shows ``default_limit`` rows, ``None`` for all."""

    default_limit: int | None = DEFAULT_LIMIT
    pagination_class = SkipLimitPagination

    def listed(
        self, rows: Rows, envelope: str = "", show: Callable[[list[Any]], Any] | None = None, *, few: bool = False
    ) -> Response:
        """Show a page of rows, plain or as ``{envelope: rows, "total": n}``.

        :param show: makes the page into JSON, by default ``serializer_class``
        :param few: whether so few rows are in question that those of the other pages may be read, too
        """
        if few and isinstance(rows, QuerySet):
            rows = counted(rows)
        if show is None:
            rows, show = self._with_json(rows)
        paginator = SkipLimitPagination()
        data = show(paginator.paginate_queryset(rows, self.request, self))
        if envelope:
            data = {envelope: data, "total": paginator.total}
        return Response(data, headers=paginator.headers())

    def by_id(self, ids: list[int]) -> list[Any]:
        """Return the rows of these numbers as JSON, with the fields that the request asks for."""
        output: Any = self.get_serializer_class()
        return self.chosen(output).json_in_order(ids)

    def _with_json(self, rows: Rows) -> tuple[Rows, Callable[[list[Any]], Any]]:
        """Return the rows, or what will do of them, and what makes a page of that into JSON."""
        output = self.get_serializer_class()
        if not isinstance(rows, QuerySet) or not issubclass(output, Output):
            return rows, partial(self.as_json, output)
        chosen = self.chosen(output)
        if chosen.is_remembered:
            return rows.values_list("pk", flat=True), chosen.json_in_order
        return chosen.narrowed(rows), chosen.json_of


class Search(CatalogueList):
    """A list of what matches ``q``. A signed-in caller finds the search in their history."""

    kind: str

    def searched(
        self, matching: Callable[[str], Rows], envelope: str = "", show: Callable[[list[Any]], Any] | None = None
    ) -> Response:
        """Show what the selector finds for ``q``, as ``listed`` does, and note the search.

        :raises QueryMissing: without ``q``
        """
        text = query_of(self.request)
        found = self.listed(matching(text), envelope, show)
        self.note(text)
        return found

    def note(self, text: str) -> None:
        """Keep what was looked for in the history of a signed-in caller."""
        if text and isinstance(self.request.auth, Caller):
            remember_search(user_id=self.request.auth.id, query=text, kind=self.kind)
