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


class OneOf(serializers.ChoiceField):
    """A word of several, which a refusal names."""

    def __init__(self, choices: Any, **options: Any) -> None:
        super().__init__(choices, **options)
        self.error_messages["invalid_choice"] = f"Choose one of {', '.join(map(str, self.choices))}."


class Percent(serializers.FloatField):
    """Percent with one decimal."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=100, **options)


class PercentOfSeen(Percent):
    """The same, and null where nothing was seen: of nothing neither bound is known."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_null=True, **options)

    def get_attribute(self, instance: Any) -> Any:
        return super().get_attribute(instance) if instance.observed else None
