"""Refusals of malformed requests about media jobs: 422, with a list in which each names its place."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import JsonResponse
from rest_framework import exceptions as drf
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request

from cinema_project.common.errors import Invalid

TYPES = {
    "required": ("field required", "value_error.missing"),
    "null": ("none is not an allowed value", "type_error.none.not_allowed"),
    "blank": ("", "value_error.any_str.min_length"),
    "invalid_choice": ("", "type_error.enum"),
    "max_value": ("", "value_error.number.not_le"),
    "min_value": ("", "value_error.number.not_ge"),
    "max_length": ("", "value_error.any_str.max_length"),
    "max_string_length": ("", "value_error.number"),
}
"""By REST framework's code: our words where the specification has them, and the type."""
Listed = list[dict[str, Any]]


def listed(error: Exception, request: Request) -> JsonResponse | None:
    """Answer what is wrong with the shape of a request; ``None`` for any other refusal."""
    where = "query" if request.method in ("GET", "HEAD", "DELETE") else "body"
    if isinstance(error, drf.ValidationError):
        return _answer(list(_of_fields(error.detail, (where,))))
    if isinstance(error, drf.ParseError):
        return _answer([_entry(("body",), str(error.detail), "value_error.jsondecode")])
    if isinstance(error, Invalid) and error.errors:
        return _answer([_entry((where, *_path(one["pointer"])), one["detail"], "value_error") for one in error.errors])
    return None


def _answer(found: Listed) -> JsonResponse:
    return JsonResponse({"detail": found}, status=422)


def _entry(loc: Sequence[str | int], message: str, kind: str) -> dict[str, Any]:
    return {"loc": list(loc), "msg": message, "type": kind}


def _path(pointer: str) -> list[str]:
    return [part for part in pointer.split("/") if part]


def _of_fields(detail: Any, loc: tuple[str | int, ...]) -> Iterator[dict[str, Any]]:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _of_fields(inner, loc if name == "non_field_errors" else (*loc, name))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _of_fields(inner, loc)
    else:
        code = detail.code if isinstance(detail, ErrorDetail) else ""
        words, kind = TYPES.get(str(code), ("", "value_error"))
        yield _entry(loc, words or str(detail), kind)
