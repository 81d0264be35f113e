"""What all operations on media jobs share: keys and staff, the keys' limit, 422 for what is malformed."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import ApiKeyAuthentication, BearerAuthentication
from accounts.api_keys import KeyHolder
from accounts.permissions import has_scope
from cinema_project.common.idempotency import once
from cinema_project.common.limited_views import TellsLimit
from cinema_project.common.pagination import SkipLimitPagination, page_parameters
from cinema_project.common.rates import Rate, RateExceeded, spend
from cinema_project.common.renderers import JSONRenderer
from scraping.api.listed_errors import listed
from scraping.api.serializers.jobs import MalformedOutput

DEFAULT_LIMIT = 50
TAGS = ["Media jobs"]
READ, WRITE = has_scope("jobs:read"), has_scope("jobs:write")
MALFORMED = {422: MalformedOutput}
ONCE = [
    OpenApiParameter(
        "Idempotency-Key", str, OpenApiParameter.HEADER, description="Repeating a request with its key acts once."
    )
]
PAGE = [
    OpenApiParameter(name, schema, description=description)
    for name, description, schema in page_parameters(DEFAULT_LIMIT)
]
Shape = type[serializers.BaseSerializer[Any]]


def refused(status: int, sentence: str) -> dict[int, OpenApiResponse]:
    """Return a refusal for the ``responses`` of an operation."""
    return {status: OpenApiResponse(description=sentence)}


def rate() -> Rate:
    """Return how often one key may ask."""
    return Rate("jobs", settings.RATE_LIMIT_REQUESTS_PER_MINUTE, 60, settings.RATE_LIMIT_BURST)


class MediaView(TellsLimit):
    """For programs with a key, each within its limit, and for staff."""

    authentication_classes = (ApiKeyAuthentication, BearerAuthentication)
    filter_backends: ClassVar[list[Any]] = []
    pagination_class = None

    def get_permissions(self) -> list[BasePermission]:
        return [READ() if self.request.method in SAFE_METHODS else WRITE()]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not isinstance(request.auth, KeyHolder):
            return
        try:
            standing = spend(rate(), _name_of(request.auth))
        except RateExceeded as refused:
            self.limit_headers = refused.standing.headers()
            raise
        self.limit_headers = standing.headers()

    def handle_exception(self, exc: Exception) -> Any:
        answer = listed(exc, self.request)
        return super().handle_exception(exc) if answer is None else answer

    def asked(self, shape: Shape, *, partial: bool = False) -> dict[str, Any]:
        """Return the valid body of the request."""
        if not isinstance(self.request.data, dict):
            raise ValidationError([ErrorDetail("value is not a valid dict", "invalid")])
        body = shape(data=self.request.data, partial=partial)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def query(self, shape: Shape) -> dict[str, Any]:
        """Return what the query string asks for."""
        query = shape(data=self.request.query_params.dict())
        query.is_valid(raise_exception=True)
        return dict(query.validated_data)

    def created(self, request: Request, make: Callable[[], Any]) -> HttpResponse:
        """Make something once for each ``Idempotency-Key``, and show it."""

        def work() -> HttpResponse:
            return HttpResponse(JSONRenderer().render(make()), status=201, content_type="application/json")

        if isinstance(request.auth, KeyHolder):
            return once(request._request, 0, work, stranger=f"key {_name_of(request.auth)}")
        return once(request._request, int(request.user.pk or 0), work)

    def page(self, rows: Any, show: Callable[[list[Any], int], Any]) -> Response:
        """Show the part of a list that is asked for.

        :param show: makes JSON of it, and of how many rows there are in all
        """
        paginator = SkipLimitPagination()
        found = paginator.cut(rows, self.request, DEFAULT_LIMIT)
        return Response(show(found, paginator.total), headers=paginator.headers())


def _name_of(holder: KeyHolder) -> str:
    return str(holder.id) if holder.id is not None else holder.name
