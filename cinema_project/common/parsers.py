"""Bodies of REST framework's views, within limits of size: REST framework's own parsers read any length."""

from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

import orjson
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, DataAndFiles, FormParser, JSONParser, MultiPartParser

from cinema_project.common.errors import TooLarge, UnsupportedType

Context = Mapping[str, Any]

LARGEST_UPLOAD = 6 * 1024 * 1024


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


class BoundedMultiPartParser(MultiPartParser):
    """Forms with files. No part is read of a body that is announced as too long; without a length none is read."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Context | None = None
    ) -> DataAndFiles:
        meta = parser_context["request"].META if parser_context else {}
        if int(meta.get("CONTENT_LENGTH") or 0) > LARGEST_UPLOAD:
            raise TooLarge("The upload is larger than 6 MB.")
        return super().parse(stream, media_type, parser_context)


class NothingElseParser(BaseParser):
    """Stands after the form's parser where files are wanted, to say so."""

    media_type = "*/*"

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Context | None = None) -> Any:
        raise UnsupportedType("Send the body as multipart/form-data, each file in its field.")


def _body(stream: IO[Any], context: Context | None) -> bytes:
    """Return the whole body; Django refuses it when it is too long."""
    return context["request"].body if context else stream.read()
