import json
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions as drf
from rest_framework.parsers import FormParser, JSONParser

from cinema_project.common import errors
from cinema_project.common.exception_handler import handle, not_found, problem_for, server_error


def body_of(response):
    assert response["Content-Type"] == "application/problem+json"
    return json.loads(response.content)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.Invalid("no"), 400, "invalid"),
        (errors.Unauthenticated("no"), 401, "not_authenticated"),
        (errors.NotAllowed("no"), 403, "not_allowed"),
        (errors.NotFound("no"), 404, "not_found"),
        (errors.Conflict("no"), 409, "conflict"),
        (errors.Busy("no"), 409, "busy"),
        (errors.IllegalTransition("no"), 409, "illegal_transition"),
        (errors.TooLarge("no"), 413, "too_large"),
        (errors.UnsupportedType("no"), 415, "unsupported_media_type"),
        (errors.Unprocessable("no"), 422, "unprocessable"),
        (errors.TooMany("no"), 429, "too_many_requests"),
        (errors.Upstream("no"), 502, "upstream_failed"),
        (errors.Unavailable("no"), 503, "unavailable"),
        (drf.NotAuthenticated("no"), 401, "not_authenticated"),
        (drf.PermissionDenied("no"), 403, "not_allowed"),
        (drf.NotFound("no"), 404, "not_found"),
        (drf.MethodNotAllowed("PUT", "no"), 405, "method_not_allowed"),
        (drf.NotAcceptable("no"), 406, "not_acceptable"),
        (drf.UnsupportedMediaType("x", "no"), 415, "unsupported_media_type"),
        (drf.ParseError("no"), 400, "invalid"),
        (drf.Throttled(7, "no"), 429, "too_many_requests"),
        (PermissionDenied("no"), 403, "not_allowed"),
        (Http404("no"), 404, "not_found"),
        (SuspiciousOperation("no"), 400, "invalid"),
    ],
)
def test_each_refusal_has_its_status_and_code(error, status, code):
    response = problem_for(error)
    body = body_of(response)

    assert (response.status_code, body["status"], body["code"]) == (status, status, code)
    assert body["detail"].lower().startswith("no")


def test_a_large_body_is_refused_in_words_for_people():
    response = problem_for(RequestDataTooBig("settings.DATA_UPLOAD_MAX_MEMORY_SIZE"))

    assert (response.status_code, body_of(response)["detail"]) == (413, "The body is larger than 10 MB.")


def test_a_problem_has_all_its_members():
    wrong = [{"pointer": "/seat_ids/0", "detail": "no"}]
    body = body_of(problem_for(errors.Conflict("Not now.", errors=wrong, conflicting_seat_ids=[3])))
    instance = body.pop("instance")

    assert instance.startswith("urn:uuid:")
    assert body == {
        "type": "/docs/errors#conflict",
        "title": "Conflict",
        "status": 409,
        "detail": "Not now.",
        "code": "conflict",
        "conflicting_seat_ids": [3],
        "errors": wrong,
    }


def test_headers_say_when_to_come_back_and_how_to_sign_in():
    assert problem_for(errors.Busy("no", retry_after=1))["Retry-After"] == "1"
    assert problem_for(drf.Throttled(7))["Retry-After"] == "7"
    assert problem_for(errors.Unauthenticated("no"))["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("error", [OperationalError("secret host"), InterfaceError("secret host")])
def test_a_silent_database_is_503_and_tells_no_secrets(error):
    response = problem_for(error)

    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert "secret" not in response.content.decode()


def test_wrong_fields_are_named_by_pointer():
    error = drf.ValidationError(
        {"seats": [{}, {"row": ["is required"]}], "name": ["too long", "odd"], "non_field_errors": ["no"]}
    )

    assert body_of(problem_for(error))["errors"] == [
        {"pointer": "/seats/1/row", "detail": "is required"},
        {"pointer": "/name", "detail": "too long"},
        {"pointer": "/name", "detail": "odd"},
        {"pointer": "", "detail": "no"},
    ]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"rating": ["Choose 1 to 5."]}, "rating: Choose 1 to 5."),
        (
            {"seats": [{}, {"row": ["is required"]}], "name": ["too long"]},
            "seats 1 row: is required (1 more in errors.)",
        ),
        (["Send an object."], "Send an object."),
        ([], "The request is not valid."),
    ],
)
def test_the_sentence_names_the_first_wrong_field(wrong, sentence):
    assert body_of(problem_for(drf.ValidationError(wrong)))["detail"] == sentence


def test_a_body_of_another_kind_says_which_to_send():
    view = SimpleNamespace(parser_classes=[JSONParser, FormParser])

    told = body_of(handle(drf.UnsupportedMediaType("text/xml"), {"view": view}))

    assert told["status"] == 415
    assert told["detail"] == (
        'Unsupported media type "text/xml" in request: send application/json or application/x-www-form-urlencoded.'
    )


def test_a_fault_of_ours_is_not_taken_for_a_refusal():
    assert problem_for(ZeroDivisionError()) is None


def test_unknown_paths_and_faults_are_problems_too(rf):
    assert body_of(not_found(rf.get("/api/v1/nothing")))["status"] == 404
    assert body_of(server_error(rf.get("/")))["detail"] == "Something went wrong on our side. Please try again."
