"""The refusals: one shape for all, the common ones on every operation."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from cinema_project.openapi.plain_views import Document

MEDIA_TYPE = "application/problem+json"
METHODS = ("get", "post", "put", "patch", "delete")
TEXT = {"type": "string"}
PROBLEM = {
    "type": "object",
    "description": "A refusal (RFC 9457). `code` is for programs, `detail` for people.",
    "properties": {
        "type": {**TEXT, "format": "uri-reference", "description": "Where the code is explained."},
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": {**TEXT, "description": "One sentence for a person."},
        "code": TEXT,
        "instance": {**TEXT, "format": "uri", "description": "Names this one answer, for support."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {**TEXT, "description": "JSON pointer (RFC 6901)."}, "detail": TEXT},
                "required": ["pointer", "detail"],
            },
        },
    },
    "required": ["type", "title", "status", "detail", "code", "instance"],
    "additionalProperties": True,
}
# status: code, the sentence
KINDS: dict[int, tuple[str, str]] = {
    400: ("invalid", "The request is not valid."),
    401: ("not_authenticated", "Not authenticated"),
    403: ("not_allowed", "You do not have permission to perform this action."),
    404: ("not_found", "There is no such object."),
    409: ("conflict", "The request does not fit the present state."),
    413: ("too_large", "The body is larger than 10 MB."),
    415: ("unsupported_media_type", "Send the body as application/json."),
    422: ("unprocessable", "The Idempotency-Key was used with another body."),
    429: ("too_many_requests", "Too many requests. Please wait."),
    502: ("upstream_failed", "The other service did not answer."),
    503: ("unavailable", "The service is busy. Please try again in a moment."),
}
COMMON = (400, 401, 403, 404, 413, 415, 503)
RETRY_AFTER = {
    "Retry-After": {"description": "Seconds after which a repeat makes sense.", "schema": {"type": "integer"}}
}


def add_problems(result: Document, **_context: Any) -> Document:
    """Give every operation its common refusals, and every refusal without a body the body it has."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components["responses"] = {f"Problem{status}": _answer(status) for status in COMMON}
    for operation in operations(result):
        answers = operation.setdefault("responses", {})
        for status, answer in list(answers.items()):
            answer["description"] = answer.get("description") or HTTPStatus(int(status)).phrase
            if status[0] in "45" and "content" not in answer and "$ref" not in answer:
                answers[status] = _answer(int(status), answer["description"], answer.get("x-problem", {}))
        for status in _common_statuses(operation):
            answers.setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})
        operation["responses"] = dict(sorted(answers.items()))
    return result


def operations(document: Document) -> Iterator[Document]:
    """Yield each operation of the document."""
    for path in document["paths"].values():
        yield from (path[method] for method in METHODS if method in path)


def _common_statuses(operation: Document) -> Iterator[int]:
    """Yield what can happen to any request of this kind, whatever the operation does."""
    yield from (400, 503)
    security = operation.get("security", [])
    if any(security):
        yield 401
    if any("staff" in roles for scheme in security for roles in scheme.values()):
        yield 403
    if any(parameter.get("in") == "path" for parameter in operation.get("parameters", [])):
        yield 404
    if "requestBody" in operation:
        yield from (413, 415)


def _answer(status: int, sentence: str = "", extra: Document | None = None) -> Document:
    code, usual_sentence = KINDS[status]
    example = {
        "type": f"/docs/errors#{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": sentence or usual_sentence,
        "code": code,
        "instance": "urn:uuid:0b2f7a3e-5a54-4a3c-9d2e-6f1f0c9a7b11",
        **(extra or {}),
    }
    example["type"] = f"/docs/errors#{example['code']}"
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}
    answer = {"description": sentence or usual_sentence, "content": content}
    return answer | ({"headers": RETRY_AFTER} if status in (429, 503) else {})
