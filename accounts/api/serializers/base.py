"""What several shapes are made of."""

from datetime import UTC
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import LONGEST_PASSWORD, ONE_LINE


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


class NameText(Text):
    """A name of one line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=255, validators=[ONE_LINE], **options)


class Moment(serializers.DateTimeField):
    """On the wire every moment is UTC, whatever the site's zone."""

    def __init__(self, **options: Any) -> None:
        super().__init__(default_timezone=UTC, **options)


class Password(Text):
    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, max_length=LONGEST_PASSWORD, **options)


class MessageOutput(serializers.Serializer[Any]):
    message = serializers.CharField()
