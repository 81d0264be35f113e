"""How REST framework's answers become JSON."""

from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework.renderers import JSONRenderer as PlainRenderer
from rest_framework.utils.encoders import JSONEncoder

OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME  # REST framework ends a moment in UTC with Z


class Encoder(JSONEncoder):
    """REST framework's, which also writes what is JSON already."""

    def default(self, obj: Any) -> Any:
        return orjson.loads(orjson.dumps(obj)) if isinstance(obj, orjson.Fragment) else super().default(obj)


_other_types = Encoder().default


def ready(data: Any) -> Any:
    """Return data that are to stand in many answers as JSON that is written down already, wherever that is possible."""
    try:
        return orjson.Fragment(orjson.dumps(data, _other_types, OPTIONS))
    except orjson.JSONEncodeError:
        return data


class JSONRenderer(PlainRenderer):
    """The same JSON as REST framework's, by orjson in a tenth of the time."""

    encoder_class = Encoder

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        if data is None:
            return b""
        if not self.get_indent(accepted_media_type or "", renderer_context or {}):
            try:
                return orjson.dumps(data, _other_types, OPTIONS)
            except orjson.JSONEncodeError:
                pass  # such as whole numbers of more than 64 bits in an object that staff entered
        return super().render(data, accepted_media_type, renderer_context)
