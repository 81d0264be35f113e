"""Events of the town: they come in by upload, and are read from the table or, quicker, from the cache."""

from collections.abc import Iterable
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from pydantic import BaseModel
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.authentication import ApiKeyAuthentication, BearerAuthentication, sender_of
from accounts.permissions import has_scope
from catalog.api.described import ALL_OR_PAGE, KEY_REUSED, ONCE, PAGE, refusal
from catalog.api.serializers.events import TYPES, BatchOutput, EventOutput, UploadOutput
from catalog.api.views.base import Q_PARAMETER, query_of
from catalog.event_rows import rows_of
from catalog.selectors import events as selectors
from catalog.services.events import lists
from catalog.services.events.records import EventCreate, read_event, read_events
from catalog.services.events.uploading import BatchNotStored, Outcome, Prepared, Verdict, prepare, write_events
from cinema_project.common import clock
from cinema_project.common.errors import Invalid, Upstream
from cinema_project.common.idempotency import once_prepared
from cinema_project.common.json_api import JsonView, answer
from cinema_project.common.pagination import DEFAULT_LIMIT, SkipLimitPagination
from cinema_project.common.queries import whole

TAGS = ["events"]
PAGED = {"skip", "offset", "limit"}
MOST_NEAREST, USUAL_NEAREST = 200, 20
TYPE = OpenApiParameter("type", str, description="One type only.", enum=TYPES)
ID = OpenApiParameter("id", OpenApiTypes.INT, description="One event only, as a list of one.")
NONE = refusal(selectors.EventNotFound, "event not found") | refusal(
    selectors.EventTypeUnknown, "unsupported event type"
)


class EventBatch(BaseModel):
    events: list[EventCreate]


class PictureNotStored(Upstream):
    code = "image_download_failed"


class EventNotStored(BatchNotStored):
    """The database refuses the event."""

    code = "event_not_stored"


class UploadView(APIView):
    """Takes events from staff, and from programs with a key for it."""

    authentication_classes = (ApiKeyAuthentication, BearerAuthentication)
    permission_classes = (has_scope("events:write", open_in_debug=True),)


class UploadBatch(UploadView):
    @extend_schema(
        operation_id="upload_events",
        tags=TAGS,
        parameters=ONCE,
        request=EventBatch,
        responses={201: BatchOutput} | refusal(BatchNotStored, "failed to process batch") | KEY_REUSED,
    )
    def post(self, request: Request) -> HttpResponse:
        """Upload many events. Each tells what became of it; a malformed one is 400 for all, and nothing is stored."""
        events = read_events(EventCreate, request.data)
        return once(request, events, lambda outcomes: answer(told_of(outcomes), 201))


class UploadOne(UploadView):
    @extend_schema(
        operation_id="upload_event",
        tags=TAGS,
        parameters=ONCE,
        request=EventCreate,
        responses={201: UploadOutput}
        | refusal(PictureNotStored, "not created, image_download_failed: The address must lead to a public host.")
        | refusal(BatchNotStored, "failed to process batch")
        | KEY_REUSED,
    )
    def post(self, request: Request) -> HttpResponse:
        """Upload one event."""
        event = read_event(EventCreate, request.data)
        return once(request, [event], lambda outcomes: _answer_for(outcomes[0]))


class StoredEvents(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="list_stored_events",
        tags=TAGS,
        parameters=[TYPE, ID, *ALL_OR_PAGE],
        responses={200: EventOutput(many=True)} | NONE,
    )
    def get(self, request: Request) -> Response:
        """List the events that are not over, as the table has them: all of them unless `limit` is given."""
        return _listed(request, _asked(request), None)


class InactiveEvents(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="list_inactive_events", tags=TAGS, parameters=PAGE, responses={200: EventOutput(many=True)}
    )
    def get(self, request: Request) -> Response:
        """List the events that are over, the last one first."""
        return _listed(request, selectors.archived_events(), DEFAULT_LIMIT)


class NearestEvents(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="list_nearest_events",
        tags=TAGS,
        parameters=[
            TYPE,
            OpenApiParameter(
                "limit", {"type": "integer", "minimum": 1, "maximum": MOST_NEAREST, "default": USUAL_NEAREST}
            ),
        ],
        responses={200: EventOutput(many=True)} | refusal(selectors.EventTypeUnknown, "unsupported event type"),
    )
    def get(self, request: Request) -> Response:
        """List the events that come next, each by its next date."""
        limit = whole(request.query_params, "limit", USUAL_NEAREST, least=1)
        if limit > MOST_NEAREST:
            sentence = f"limit is at most {MOST_NEAREST}."
            raise Invalid(sentence, errors=[{"pointer": "/limit", "detail": sentence}])
        return Response(rows_of(selectors.upcoming_events(clock.now(), _type_of(request))[:limit]))


class SearchEvents(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="search_events",
        tags=TAGS,
        parameters=[Q_PARAMETER, TYPE, *PAGE],
        responses={200: EventOutput(many=True)} | refusal(selectors.EventTypeUnknown, "unsupported event type"),
    )
    def get(self, request: Request) -> Response:
        """Find events that are not over by words of their title, place, genre or description."""
        found = selectors.matching_events(query_of(request), _type_of(request))
        return _listed(request, found, DEFAULT_LIMIT)


class CatalogueEvents(JsonView):
    """The same as the table's list, from the cache."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if {"id", *PAGED} & request.GET.keys():
            return _page(request)
        listed = lists.get(_type_of(request))
        response = HttpResponse(listed.content, content_type="application/json")
        response["ETag"] = listed.etag
        response["X-Total-Count"] = str(listed.total)
        return response


def once(request: Request, events: list[EventCreate], tell: Any) -> HttpResponse:
    """Store events once for each ``Idempotency-Key``, and tell what became of them."""

    def work(prepared: Prepared) -> HttpResponse:
        response: HttpResponse = tell(write_events(prepared))
        return response

    user_id, stranger = sender_of(request)
    return once_prepared(request._request, user_id, lambda: prepare(events), work, stranger=stranger)


def told_of(outcomes: Iterable[Outcome]) -> dict[str, list[dict[str, str]]]:
    """Return what became of a batch, as the answer has it."""
    told: dict[str, list[dict[str, str]]] = {verdict.value: [] for verdict in Verdict}
    for one in outcomes:
        told[one.verdict.value].append(
            {"uuid": str(one.uuid), "type": one.event_type}
            | ({"reason": one.reason} if one.reason else {})
            | ({"detail": one.detail} if one.detail else {})
        )
    return told


def _answer_for(outcome: Outcome) -> HttpResponse:
    if outcome.verdict == Verdict.FAILED:
        sentence = f"not created, {outcome.reason}: {outcome.detail}"
        raise (PictureNotStored(sentence) if outcome.reason == PictureNotStored.code else EventNotStored())
    reason = {"reason": outcome.reason} if outcome.reason else {}
    return answer({"detail": outcome.verdict, **reason, "uuid": str(outcome.uuid), "type": outcome.event_type}, 201)


def _asked(request: Request | HttpRequest) -> Any:
    """Return the events that the query string asks for."""
    kind = _type_of(request)
    number = whole(request.GET, "id", -1, least=0)
    return selectors.active_event(number, kind) if number >= 0 else selectors.active_events(kind)


def _type_of(request: Request | HttpRequest) -> str:
    said = request.GET.get("type", "").strip()
    return selectors.known_type(said) if said else ""


def _listed(request: Request, events: Any, default_limit: int | None) -> Response:
    pagination = SkipLimitPagination()
    return Response(_cut(pagination, events, request, default_limit), headers=pagination.headers())


def _page(request: HttpRequest) -> HttpResponse:
    pagination = SkipLimitPagination()
    response = HttpResponse(orjson.dumps(_cut(pagination, _asked(request), request, None)), "application/json")
    for name, value in pagination.headers().items():
        response[name] = value
    return response


def _cut(pagination: SkipLimitPagination, events: Any, request: Any, default_limit: int | None) -> list[Any]:
    """Return a page of events as JSON has them."""
    if default_limit is None and not PAGED & request.GET.keys():
        return list(pagination.cut(rows_of(events), request, None))
    ids = pagination.cut(events.values_list("pk", flat=True), request, default_limit)
    return rows_of(events.model.objects.filter(pk__in=ids).order_by(*events.query.order_by))
