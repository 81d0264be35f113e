"""What the document says about the cached list of events, whose view REST framework does not know."""

from typing import Any

from catalog.api.serializers.events import TYPES
from cinema_project.common.pagination import page_parameters

Json = dict[str, Any]


def _query(name: str, description: str, schema: Json) -> Json:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _problem(sentence: str, code: str) -> Json:
    return {"description": sentence, "x-problem": {"code": code}}


LIST: Json = {"type": "array", "items": {"$ref": "#/components/schemas/EventOutput"}}
PATHS: dict[str, Json] = {
    "/catalog/events": {
        "get": {
            "operationId": "list_events",
            "tags": ["events"],
            "summary": "What is on in town, from the cache",
            "description": "All events that are not over, or those of one type; a change shows within five seconds. "
            "With `id` a list of that one event.",
            "security": [],
            "parameters": [
                _query("type", "One type only.", {"type": "string", "enum": TYPES}),
                _query("id", "One event only.", {"type": "integer", "minimum": 0, "maximum": 999_999_999}),
                *[_query(*one) for one in page_parameters(None)],
            ],
            "responses": {
                "200": {
                    "description": "The events, the next one first.",
                    "content": {"application/json": {"schema": LIST}},
                },
                "304": {"description": "The list is still the one of the `ETag` sent; without a body."},
                "400": _problem("id: id must be a whole number from 0 to 999999999.", "invalid"),
                "404": _problem("event not found", "event_not_found"),
            },
        }
    }
}
COMPONENTS: dict[str, Json] = {}
