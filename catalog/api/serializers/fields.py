"""Kinds of fields the catalogue's JSON is made of."""

import json
from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cinema_project.common.database import LARGEST_ID


class Moment(serializers.DateTimeField):
    """A moment in UTC, whatever the site's zone."""

    def to_representation(self, value: datetime) -> str:
        return f"{value.astimezone(UTC).isoformat('T', 'microseconds')[:-6]}Z"  # by name they take twice the time


class Input(serializers.ModelSerializer[Any]):
    # What can be null is null when it is empty, so that answers know one word for nothing.
    def to_internal_value(self, data: Any) -> Any:
        given = super().to_internal_value(data)
        for field in self._writable_fields:
            if field.allow_null and given.get(field.source) == "":
                given[field.source] = None
        return given


class RowId(serializers.IntegerField):
    """The number of a row. One beyond all rows becomes the largest there is, which names nothing either."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 1} | kwargs)

    def to_internal_value(self, data: Any) -> int:
        return min(super().to_internal_value(data), LARGEST_ID)


class LocalOrMoment(serializers.DateTimeField):
    """A moment; without an offset a time on the cinema's clock, which the service reads (R53)."""

    def enforce_timezone(self, value: datetime) -> datetime:
        return value


class Texts(serializers.ListField):
    """A list of texts, as it is stored."""

    child = serializers.CharField()

    def to_representation(self, value: list[Any]) -> list[str]:
        return [*map(str, value)]


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
