"""What all views of the catalogue share: who may write, lists, answers that are given once."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import SAFE_METHODS, AllowAny, BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts.callers import Caller
from accounts.permissions import IsStaffMember
from accounts.services.searches import remember_search
from cinema_project.common.errors import Invalid
from cinema_project.common.idempotency import once
from cinema_project.common.pagination import SkipLimitPagination, whole

LONGEST_SEARCH = 255
Q_PARAMETER = OpenApiParameter("q", str, required=True, description="What to look for.")


class QueryMissing(Invalid):
    code = "query_missing"

    def __init__(self) -> None:
        sentence = f"q must be a text of 1 to {LONGEST_SEARCH} characters."
        super().__init__(sentence, errors=[{"pointer": "/q", "detail": sentence}])


Rows = QuerySet[Any] | Sequence[Any]


class CatalogueView(GenericAPIView[Any]):
    """To read, for all whom ``read_permission`` lets, by default everybody; to write, ``write_permission``."""

    read_permission: type[BasePermission] = AllowAny
    write_permission: type[BasePermission] = IsStaffMember
    pagination_class: type[SkipLimitPagination] | None = None
    filter_backends: list[Any] = []

    def get_permissions(self) -> list[BasePermission]:
        return [self.read_permission() if self.request.method in SAFE_METHODS else self.write_permission()]

    def asked(self, serializer: type[BaseSerializer[Any]], *, partial: bool = False) -> dict[str, Any]:
        """Return the valid body of the request."""
        body = serializer(data=self.request.data, partial=partial)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def shown(self, serializer: type[BaseSerializer[Any]], row: Any) -> Response:
        return Response(serializer(row, context=self.get_serializer_context()).data)

    def created(self, request: Request, make: Callable[[], Any]) -> HttpResponse:
        """Make something once for each ``Idempotency-Key`` and show it with ``serializer_class``."""

        def work() -> HttpResponse:
            made = make()
            many = isinstance(made, list)
            data = self.get_serializer_class()(made, many=many, context=self.get_serializer_context()).data
            return HttpResponse(JSONRenderer().render(data), status=201, content_type="application/json")

        return once(request._request, int(request.user.pk or 0), work)


class CatalogueList(CatalogueView):
    """A list with ``skip`` and ``limit``."""

    pagination_class: type[SkipLimitPagination] | None = SkipLimitPagination

    def listed(self, rows: Rows, envelope: str = "") -> Response:
        """Show a page of rows with ``serializer_class``, plain or as ``{envelope: rows, "total": n}``."""
        paginator = (self.pagination_class or SkipLimitPagination)()
        page = paginator.paginate_queryset(rows, self.request, self)
        data: Any = self.get_serializer_class()(page, many=True, context=self.get_serializer_context()).data
        if envelope:
            data = {envelope: data, "total": paginator.total}
        return Response(data, headers=paginator.headers())


class Search(CatalogueList):
    """A list of what matches ``q``. A signed-in caller finds the search in their history."""

    kind: str

    def searched(self, matching: Callable[[str], Rows], envelope: str = "") -> Response:
        """Show what the selector finds for ``q``, and note the search.

        :raises QueryMissing: without ``q``
        """
        text = self.request.query_params.get("q", "").strip()
        if not 1 <= len(text) <= LONGEST_SEARCH or "\0" in text:
            raise QueryMissing
        found = self.listed(matching(text), envelope)
        self.note(text)
        return found

    def note(self, text: str) -> None:
        """Keep what was looked for in the history of a signed-in caller."""
        if text and isinstance(self.request.auth, Caller):
            remember_search(user_id=self.request.auth.id, query=text, kind=self.kind)


class WholeUnlessLimited(SkipLimitPagination):
    """Everything, unless ``limit`` is given: the lists of seats."""

    def paginate_queryset(self, queryset: Rows, request: Request, view: Any = None) -> list[Any]:
        if "limit" in request.query_params:
            return super().paginate_queryset(queryset, request, view)
        self.request = request
        rows = list(queryset)
        self.skip = whole(request.query_params, "skip", whole(request.query_params, "offset", 0, least=0), least=0)
        self.total = self.limit = len(rows)
        return rows[self.skip :]
