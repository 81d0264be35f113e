"""Events that were found elsewhere come in, from outside or from our own sources."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from pydantic import BaseModel
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.api.authentication import ApiKeyAuthentication, BearerAuthentication, sender_of
from accounts.permissions import has_scope
from catalog.services.events.records import read_events
from cinema_project.common.idempotency import once_prepared
from cinema_project.common.json_api import answer
from scraping.events.records import ScrapedEvent
from scraping.services.events import Summary, run_scrape, send

TAGS = ["events"]
ACCEPTED = 202


class ScrapedBatch(BaseModel):
    events: list[ScrapedEvent]


class SentOutput(serializers.Serializer[Any]):
    sent = serializers.IntegerField(help_text="Stored.")
    skipped = serializers.IntegerField(help_text="Processed before, or in the catalogue already.")
    failed = serializers.ListField(
        child=serializers.DictField(), help_text="What may be sent again: one event each, or `uuids` of a whole batch."
    )


EXAMPLE = {
    "sent": 1,
    "skipped": 2,
    "failed": [
        {
            "uuid": "11111111-1111-1111-1111-111111111111",
            "type": "concert",
            "reason": "image_download_failed",
            "status_code": 502,
            "detail": "There is no picture: the server answers with status 404.",
        }
    ],
}
ONCE = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="Repeating a request with its key acts once."
)
ANSWERS: dict[Any, Any] = {
    202: OpenApiResponse(SentOutput, "What became of them.", examples=[OpenApiExample("summary", EXAMPLE)]),
    422: OpenApiResponse(description="This Idempotency-Key was used for another request."),
    503: OpenApiResponse(description="Redis does not tell which events were processed already. Send them again."),
}

DEAD: dict[Any, Any] = {502: OpenApiResponse(description="Of the sources not one could be read.")}


class TakesEvents(APIView):
    authentication_classes = (ApiKeyAuthentication, BearerAuthentication)
    permission_classes = (has_scope("events:write", open_in_debug=True),)

    def once(self, request: Request, work: Callable[[], Summary]) -> HttpResponse:
        """Answer with the summary; a repeated ``Idempotency-Key`` gets the one it had."""
        user_id, stranger = sender_of(request)
        return once_prepared(
            request._request, user_id, lambda: asdict(work()), lambda told: answer(told, ACCEPTED), stranger=stranger
        )


class Results(TakesEvents):
    @extend_schema(operation_id="send_events", tags=TAGS, parameters=[ONCE], request=ScrapedBatch, responses=ANSWERS)
    def post(self, request: Request) -> HttpResponse:
        """Send events that were found elsewhere. Those processed before are left out; a malformed one is 400 for all.

        Also understood: `date_prewie`, `date_full`, `janre` and `raiting` for `date_preview`, `date_list`, `genre`
        and `age`.
        """
        events = read_events(ScrapedEvent, request.data)
        return self.once(request, lambda: send(events))


class RunScrape(TakesEvents):
    @extend_schema(operation_id="run_scrape", tags=TAGS, parameters=[ONCE], request=None, responses=ANSWERS | DEAD)
    def post(self, request: Request) -> HttpResponse:
        """Read our own sources of events now, and store what is new."""
        return self.once(request, lambda: send(run_scrape(seconds=settings.SCRAPE_SLICE_SECONDS)))
