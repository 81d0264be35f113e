"""What several shapes are made of."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

LONGEST_PASSWORD = 256


class Text(serializers.CharField):
    """Text and nothing else: REST framework would take a number for its digits."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


@extend_schema_field({"type": "string", "format": "email", "maxLength": 255})
class EmailText(Text):
    """An address as it was typed; whether it is one, a service decides."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=255, **options)


class Password(Text):
    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, max_length=LONGEST_PASSWORD, **options)


class MessageOutput(serializers.Serializer[Any]):
    message = serializers.CharField()
