"""Kinds of fields that several shapes are made of."""

from datetime import UTC
from typing import Any

from rest_framework import serializers


class Moment(serializers.DateTimeField):
    """On the wire every moment is UTC, whatever the site's zone."""

    def __init__(self, **options: Any) -> None:
        super().__init__(default_timezone=UTC, **options)


class OrNull(serializers.CharField):
    """Text of another site, null where it says none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_null=True, **options)

    def get_attribute(self, instance: Any) -> Any:
        return super().get_attribute(instance) or None


class Percent(serializers.FloatField):
    """Percent with one decimal."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=100, **options)
