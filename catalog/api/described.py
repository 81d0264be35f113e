"""What the API's documentation says of refusals, and of parameters that no serializer or filter knows."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from cinema_project.common.errors import DomainError
from cinema_project.common.exception_handler import STATUSES
from cinema_project.common.idempotency import IdempotencyKeyReused
from cinema_project.common.pagination import DEFAULT_LIMIT, page_parameters

Answers = dict[Any, Any]

MEDIA_TYPE = "application/problem+json"
PAGE = [
    OpenApiParameter(name, schema, description=description)
    for name, description, schema in page_parameters(DEFAULT_LIMIT)
]
ALL_OR_PAGE = [
    OpenApiParameter(name, schema, description=description) for name, description, schema in page_parameters(None)
]
ONCE = [
    OpenApiParameter(
        "Idempotency-Key", str, OpenApiParameter.HEADER, description="Repeating a request with its key acts once."
    )
]


def refusal(error: type[DomainError], sentence: str) -> Answers:
    """Return one refusal for the ``responses`` of an operation, with its example."""
    status = next(STATUSES[kind] for kind in error.__mro__ if kind in STATUSES)
    example = {
        "type": f"/docs/errors#{error.code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": sentence,
        "code": error.code,
        "instance": "urn:uuid:0b2f7a3e-5a54-4a3c-9d2e-6f1f0c9a7b11",
    }
    shown = [OpenApiExample(error.code, example, status_codes=[str(status)], media_type=MEDIA_TYPE)]
    problem = {"$ref": "#/components/schemas/Problem"}
    return {(status, MEDIA_TYPE): OpenApiResponse(problem, sentence, examples=shown)}


KEY_REUSED = refusal(IdempotencyKeyReused, "This Idempotency-Key was used for another request.")
