"""What reads have in common: they can be conditional, lists come in pages, rows with the fields that were asked for."""

from typing import Any

from cinema_project.openapi.plain_views import Document
from cinema_project.openapi.problems import operations

TEXT = {"type": "string"}
ON_REQUEST = "x-shown-on-request"
ETAG = {"description": "Names this answer; send it back as `If-None-Match`.", "schema": TEXT, "example": '"2ea22dd5"'}
HEADERS = {
    "ETag": ETAG,
    "X-Total-Count": {"description": "How many there are on all pages.", "schema": {"type": "integer"}, "example": 240},
    "Link": {
        "description": 'The pages around this one, `rel="next"` and `rel="prev"`, where there are any.',
        "schema": TEXT,
        "example": '<https://cinema.test/api/v1/movies?limit=100&skip=100>; rel="next"',
    },
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "An `ETag` that you have: 304 if the answer is still that one.",
    "schema": TEXT,
}
NOT_MODIFIED = {
    "description": "The answer is still the one of the `ETag` sent; without a body.",
    "headers": {"ETag": {"$ref": "#/components/headers/ETag"}},
}


def add_reads(result: Document, **_context: Any) -> Document:
    """Describe conditional requests and pages of every read, and answers with some fields only."""
    components = result.setdefault("components", {})
    components["headers"] = HEADERS
    components.setdefault("parameters", {})["IfNoneMatch"] = IF_NONE_MATCH
    components.setdefault("responses", {})["NotModified"] = NOT_MODIFIED
    for path, item in result["paths"].items():
        if path.startswith("/api/") and "200" in item.get("get", {}).get("responses", {}):
            _describe_read(item["get"])
    for operation in operations(result):
        asked = {parameter.get("name"): parameter for parameter in operation.get("parameters", [])}
        if "fields" in asked:
            extras = asked["expand"]["schema"]["items"]["enum"] if "expand" in asked else []
            _allow_parts(operation["responses"]["200"]["content"]["application/json"], components["schemas"], extras)
    return result


def _describe_read(operation: Document) -> None:
    names = {parameter.get("name") for parameter in operation.setdefault("parameters", [])}
    operation["parameters"].append({"$ref": "#/components/parameters/IfNoneMatch"})
    answers = operation["responses"] | {"304": {"$ref": "#/components/responses/NotModified"}}
    operation["responses"] = dict(sorted(answers.items()))
    sent = HEADERS if {"limit", "page_size"} & names else ["ETag"]
    headers = operation["responses"]["200"].setdefault("headers", {})
    headers |= {name: {"$ref": f"#/components/headers/{name}"} for name in sent}


def _allow_parts(media: Document, schemas: Document, extras: list[str]) -> None:
    """Say of the rows, wherever they are in the answer, that they may have some of their fields only."""
    for holder, key in _rows(media, "schema", schemas):
        name = holder[key]["$ref"].rsplit("/", 1)[1]
        row = schemas[name]
        row["required"] = [field for field in row.get("required", []) if field not in extras]
        for field in extras:
            row["properties"][field][ON_REQUEST] = True
        part = {"type": "object", "description": "The fields that were asked for.", "additionalProperties": False}
        schemas[f"{name}Part"] = part | {"properties": row["properties"]}
        holder[key] = {"anyOf": [holder[key], {"$ref": f"{holder[key]['$ref']}Part"}]}


def _rows(holder: Document, key: str, schemas: Document) -> list[tuple[Document, str]]:
    """Find the reference to the rows' schema: it is the answer's, that of a list, or of a list in an envelope."""
    schema = holder[key]
    inner = schemas[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
    if inner.get("type") == "array":
        return _rows(inner, "items", schemas) if "anyOf" not in inner["items"] else []
    lists = [name for name, field in inner["properties"].items() if "$ref" in field.get("items", {})]
    envelope = "total" in inner["properties"]
    return [(inner["properties"][name], "items") for name in lists] if envelope else [(holder, key)]
