"""The API's documentation: complete, valid, as checked in, and served without the help of any other host."""

import json
import re
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.views import APIView

from accounts.api.authentication import ApiKeyAuthentication, BearerAuthentication
from accounts.permissions import has_scope
from cinema_project.common.errors import DomainError
from cinema_project.openapi import plain_views
from cinema_project.openapi.examples import add_examples, example_of
from cinema_project.openapi.problems import add_problems
from cinema_project.openapi.refusals import INSIDE, MEANINGS, statuses_of
from cinema_project.openapi.schema import schema_json

CHECKED_IN = Path(settings.BASE_DIR) / "docs" / "openapi.json"
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document() -> dict:
    return json.loads(schema_json())


def operations(document: dict) -> dict[str, dict]:
    return {
        f"{method} {path}": operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def test_schema_is_valid_and_made_without_warnings():
    warnings = StringIO()

    call_command(
        "spectacular", format="openapi-json", validate=True, fail_on_warn=True, stdout=StringIO(), stderr=warnings
    )

    assert warnings.getvalue() == ""


def test_schema_is_the_one_checked_in(embedded, tmp_path):
    """As `make schema` makes it, on SQLite: the ranges of whole numbers are the database's."""
    made = tmp_path / "openapi.json"

    assert embedded.manage("spectacular", "--format", "openapi-json", "--file", made).returncode == 0

    assert CHECKED_IN.read_text() == made.read_text(), "run: make schema"


def test_every_operation_has_examples_and_a_documented_refusal(document):
    lacking = []
    for name, operation in operations(document).items():
        good = [answer for status, answer in operation["responses"].items() if status[0] == "2"]
        bodies = [media for answer in good for media in answer.get("content", {}).values()]
        bodies += operation.get("requestBody", {}).get("content", {}).values()
        refusals = [status for status in operation["responses"] if status[0] == "4"]
        if not good or not refusals or not all({"example", "examples"} & set(media) for media in bodies):
            lacking.append(name)

    assert lacking == []


def test_every_operation_has_a_name_a_tag_and_a_summary(document):
    found = operations(document)
    names = [operation["operationId"] for operation in found.values()]

    assert len(set(names)) == len(names)
    assert [
        name for name, operation in found.items() if not operation.get("tags") or not operation.get("summary")
    ] == []


def test_every_refusal_is_a_problem_document(document):
    components = document["components"]["responses"]
    media = set()
    for name, operation in operations(document).items():
        if " /api/" not in name:
            continue
        for status, answer in operation["responses"].items():
            # Of media jobs what is malformed is told in the list form of their specification.
            if status[0] in "45" and not (status == "422" and "Malformed" in str(answer)):
                media |= set((components[answer["$ref"].rsplit("/", 1)[1]] if "$ref" in answer else answer)["content"])

    assert media == {"application/problem+json"}


def test_view_for_keys_names_the_scope():
    class Jobs(APIView):
        authentication_classes = (ApiKeyAuthentication, BearerAuthentication)
        permission_classes = (has_scope("jobs:read"),)

        @extend_schema(responses=None)
        def get(self, request):
            raise NotImplementedError

    made = SchemaGenerator(patterns=[path("api/v1/jobs", Jobs.as_view())]).get_schema(request=None, public=True)

    operation = made["paths"]["/api/v1/jobs"]["get"]
    assert operation["security"] == [{"apiKey": ["jobs:read"]}, {"bearer": ["staff"]}]
    assert {"401", "403"} < set(operation["responses"])
    scheme = made["components"]["securitySchemes"]["apiKey"]
    assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "header", "X-API-Key")


def test_plain_view_enters_the_document(monkeypatch, settings):
    described = SimpleNamespace(
        PATHS={
            "/api/v1/thing/{thing_id}": {
                "post": {
                    "security": [{"bearer": ["staff"]}],
                    "parameters": [{"name": "thing_id", "in": "path", "required": True, "schema": {"type": "integer"}}],
                    "requestBody": {
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
                    },
                    "responses": {
                        "201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                        "409": {
                            "description": "Seats taken.",
                            "x-problem": {"code": "seats_taken", "conflicting": [3]},
                        },
                    },
                }
            }
        },
        COMPONENTS={"Thing": {"type": "object", "properties": {"seat_id": {"type": "integer"}}}},
    )
    settings.PLAIN_VIEW_SCHEMAS = ["described"]
    monkeypatch.setattr(plain_views, "import_module", {"described": described}.get)

    result = add_examples(add_problems(plain_views.add_plain_views({"paths": {}})))

    operation = result["paths"]["/api/v1/thing/{thing_id}"]["post"]
    assert list(operation["responses"]) == ["201", "400", "401", "403", "404", "409", "413", "415", "503"]
    assert operation["responses"]["201"]["description"] == "Created"
    assert operation["responses"]["201"]["content"]["application/json"]["example"] == {"seat_id": 101}
    assert operation["requestBody"]["content"]["application/json"]["example"] == {"seat_id": 101}
    refusal = operation["responses"]["409"]["content"]["application/problem+json"]["example"]
    assert refusal == {
        "type": "/docs/errors#seats_taken",
        "title": "Conflict",
        "status": 409,
        "detail": "Seats taken.",
        "code": "seats_taken",
        "instance": "urn:uuid:0b2f7a3e-5a54-4a3c-9d2e-6f1f0c9a7b11",
        "conflicting": [3],
    }


def test_operation_described_twice_is_refused(monkeypatch, settings):
    described = SimpleNamespace(PATHS={"/a": {"get": {}}}, COMPONENTS={})
    settings.PLAIN_VIEW_SCHEMAS = ["described"]
    monkeypatch.setattr(plain_views, "import_module", {"described": described}.get)

    with pytest.raises(ValueError, match="get of /a is described twice"):
        plain_views.add_plain_views({"paths": {"/a": {"get": {}}}})


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string", "enum": ["", "b"]}, "b"),
        ({"type": ["null", "integer"], "minimum": 5}, 5),
        ({"type": "string", "format": "date"}, "2026-11-21"),
        ({"type": "array", "items": {"type": "boolean"}}, [True]),
        ({"oneOf": [{"$ref": "#/components/schemas/Film"}, {"type": "null"}]}, {"title": "Nosferatu"}),
        (
            {"allOf": [{"$ref": "#/components/schemas/Film"}, {"properties": {"x": {"const": 1}}}]},
            {"title": "Nosferatu", "x": 1},
        ),
    ],
)
def test_example_fits_its_schema(schema, value):
    film = {"type": "object", "properties": {"title": {"type": "string"}}}

    assert example_of(schema, {"Film": film}) == value


@pytest.mark.parametrize(
    "path", ["/openapi.json", "/docs", "/docs/", "/redoc", "/redoc/", "/docs/errors", "/redoc/redoc.js"]
)
def test_documentation_is_open_and_under_its_own_policy(client, db, path):
    answer = client.get(path)

    policy = answer.headers["Content-Security-Policy"]
    assert answer.status_code == 200
    assert "unsafe-eval" not in policy
    assert "script-src 'self'" in policy


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/docs/errors"])
def test_documentation_page_names_no_other_host(client, db, path):
    page = client.get(path).content.decode()

    assert re.findall(r'(?:src|href)="(?!/)[^"]*', page) == []
    assert "<script>" not in page


def test_redoc_fetches_no_picture_from_elsewhere(client):
    assert b"cdn.redoc.ly" not in client.get("/redoc/redoc.js").content


def test_schema_is_json_for_openapi_3_1(client):
    answer = client.get("/openapi.json")

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["openapi"].startswith("3.1")
    assert answer.json()["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_page_of_refusals_explains_each_code(client):
    page = client.get("/docs/errors").content.decode()

    codes = re.findall(r'<tr id="(\w+)">', page)
    told = {code for code, _ in statuses_of(DomainError)} - INSIDE
    assert told < {*codes}
    assert {*codes} == {*MEANINGS}
    assert len(codes) == len({*codes})
    assert "<code>errors</code> points to each field that is wrong." in page
