"""Bodies of REST framework's views, within Django's limit of size: REST framework's own parsers read any length."""

from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

import orjson
from rest_framework.exceptions import ParseError
from rest_framework.parsers import FormParser, JSONParser

Context = Mapping[str, Any]


class BoundedJSONParser(JSONParser):
    """JSON, nested no deeper than orjson allows."""

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Context | None = None) -> Any:
        try:
            return orjson.loads(_body(stream, parser_context))
        except orjson.JSONDecodeError as error:
            raise ParseError(f"The body is not valid JSON: {error}.") from None


class BoundedFormParser(FormParser):
    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Context | None = None) -> Any:
        return super().parse(BytesIO(_body(stream, parser_context)), media_type, parser_context)


def _body(stream: IO[Any], context: Context | None) -> bytes:
    """Return the whole body; Django refuses it when it is too long."""
    return context["request"].body if context else stream.read()
