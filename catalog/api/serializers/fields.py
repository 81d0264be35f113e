"""Kinds of fields the catalogue's JSON is made of."""

import json
from datetime import UTC, datetime
from typing import Any, cast

from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"


class Moment(serializers.DateTimeField):
    """A moment in UTC, whatever the site's zone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, format=MOMENT, **kwargs)


def as_text(moment: datetime) -> str:
    """Return a moment as :class:`Moment` shows it."""
    return moment.astimezone(UTC).strftime(MOMENT)


class LocalOrMoment(serializers.DateTimeField):
    """A moment; without an offset a time on the cinema's clock, which the service reads (R53)."""

    def enforce_timezone(self, value: datetime) -> datetime:
        return value


class Words(serializers.ListField):
    """A list of short texts; null means none."""

    def __init__(self, *, most: int = 50, longest: int = 100, **kwargs: Any) -> None:
        child = serializers.CharField(max_length=longest)
        super().__init__(child=child, max_length=most, allow_null=True, **{"required": False} | kwargs)

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        return (True, []) if data is None else super().validate_empty_values(data)


@extend_schema_field({"type": "object", "additionalProperties": {}})
class FreeObject(serializers.JSONField):
    """Any JSON object that the database can keep."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise serializers.ValidationError("Expected an object.")
        try:
            text = json.dumps(data, ensure_ascii=False).encode()
        except (UnicodeEncodeError, RecursionError):
            raise serializers.ValidationError("This text cannot be stored.") from None
        if len(text) > 20_000 or b"\\u0000" in text:
            raise serializers.ValidationError("At most 20,000 bytes, without null characters.")
        return data


class Output(serializers.ModelSerializer[Any]):
    # No docstring: it would stand in the API's documentation of every kind of row.
    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {models.DateTimeField: Moment}


class OutputOnce(Output):
    # For rows that come with many others, as a film with its screenings: each is made into JSON once an answer.
    def to_representation(self, instance: Any) -> Any:
        made = cast(dict[str, Any], self.context).setdefault("made", {})
        key = type(self), instance.pk
        if key not in made:
            made[key] = self.make(instance)
        return made[key]

    def make(self, instance: Any) -> Any:
        return super().to_representation(instance)
