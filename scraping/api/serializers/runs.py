"""Shapes of what is told about runs."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from scraping.api.serializers.fields import Moment, OneOf
from scraping.models import Run

STATUSES = ("running", "success", "partial", "failed")
RUN = {
    "id": 12,
    "source": "tix",
    "status": "partial",
    "state": "partial",
    "verdict": "partial",
    "words": "2,699 of 2,700 pages were read; 1 could not be.",
    "alarms": [],
    "trigger": "clock",
    "options": {"schedules": True},
    "replay_of": None,
    "created_at": "2026-11-20T23:00:00.000000Z",
    "started_at": "2026-11-20T23:00:01.000000Z",
    "finished_at": "2026-11-20T23:12:20.000000Z",
    "progress": {"units": 2700, "ended": 2700, "percent": 100, "found": 15210},
    "created": 15000,
    "updated": 10,
    "unchanged": 200,
    "vanished": 0,
    "quarantined": 0,
    "requests": 2712,
}


class RunsQuery(serializers.Serializer[Any]):
    source = serializers.CharField(  # type: ignore[assignment]
        required=False, allow_blank=True, max_length=60, help_text="Such as `tix`."
    )
    state = OneOf(Run.State.choices, required=False)


class ProgressOutput(serializers.Serializer[Any]):
    units = serializers.IntegerField(help_text="Pages to read.")
    ended = serializers.IntegerField(help_text="Of these, read or given up.")
    percent = serializers.IntegerField()
    found = serializers.IntegerField(help_text="Things found so far.")


@extend_schema_field({"type": "object", "additionalProperties": {}})
class Options(serializers.JSONField):
    """What the run was asked for."""


@extend_schema_serializer(examples=[OpenApiExample("A run", RUN)])
class ScraperRunOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="run.pk")
    source = serializers.CharField(source="run.source")  # type: ignore[assignment]
    status = serializers.ChoiceField(choices=STATUSES, help_text="In one of four words; `state` is more exact.")
    state = serializers.ChoiceField(source="run.state", choices=Run.State.choices)
    verdict = serializers.CharField(source="run.verdict", help_text="Empty until it ends.")
    words = serializers.CharField(source="run.words", help_text="What became of it, and what to do.")
    alarms = serializers.ListField(
        source="run.alarms", child=serializers.CharField(), help_text="What asks for a person."
    )
    trigger = serializers.ChoiceField(source="run.trigger", choices=Run.Trigger.choices)
    options = Options(source="run.options")
    replay_of = serializers.IntegerField(source="run.replay_of_id", allow_null=True)
    created_at = Moment(source="run.created_at")
    started_at = Moment(source="run.started_at", allow_null=True)
    finished_at = Moment(source="run.finished_at", allow_null=True)
    progress = ProgressOutput()
    created = serializers.IntegerField(help_text="0 until it ends, as the counts below.")
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    vanished = serializers.IntegerField()
    quarantined = serializers.IntegerField()
    requests = serializers.IntegerField()


class FailureOutput(serializers.Serializer[Any]):
    unit = serializers.CharField()
    reason = serializers.CharField()


LISTED = {"cities": 83, "movies": 96, "theatres_total": 600, "theatres_success": 599, "theatres_failed": 1}


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A run", RUN | LISTED | {"failed": [{"unit": "schedules:JAKARTA:7:1", "reason": "It did not answer."}]}
        )
    ]
)
class OneScraperRunOutput(ScraperRunOutput):
    cities = serializers.IntegerField(allow_null=True, help_text="Null until it ends, and for runs over seats.")
    movies = serializers.IntegerField(allow_null=True)
    theatres_total = serializers.IntegerField(allow_null=True)
    theatres_success = serializers.IntegerField(allow_null=True)
    theatres_failed = serializers.IntegerField(allow_null=True)
    failed = FailureOutput(many=True, help_text="What could not be read, and why.")
