"""What the schema says of the catalogue: an example of everything that goes in and out, in sentences, on any path."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from jsonschema import Draft202012Validator

from booking.tests import make
from cinema_project.tests import catalogue
from cinema_project.tests.catalogue import ASKED, Described, House, bearer

PROBLEM = "application/problem+json"
LIST_HEADERS = {"ETag", "X-Total-Count", "Link"}


@pytest.fixture(scope="module")
def document() -> Described:
    return catalogue.document()


@pytest.fixture(scope="module")
def operations(document) -> dict[str, Described]:
    return catalogue.operations(document)


def resolved(document: Described, answer: Described) -> Described:
    """Follow the reference of an answer that many operations share."""
    return document["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]] if "$ref" in answer else answer


def bodies(document: Described, operation: Described) -> Iterator[tuple[str, str, Described]]:
    """Yield what goes in and out: (status or "request", media type, schema and examples)."""
    for media_type, media in operation.get("requestBody", {}).get("content", {}).items():
        yield "request", media_type, media
    for status, answer in operation["responses"].items():
        for media_type, media in resolved(document, answer).get("content", {}).items():
            yield status, media_type, media


def examples(media: Described) -> list[Any]:
    return [media["example"]] if "example" in media else [one["value"] for one in media.get("examples", {}).values()]


def test_every_body_has_an_example(document, operations):
    lacking = [
        (name, status)
        for name, operation in operations.items()
        for status, _, media in bodies(document, operation)
        if not examples(media)
    ]

    assert lacking == []


def test_every_good_answer_with_content_and_every_refusal_has_a_body(document, operations):
    without = {
        (name, status)
        for name, operation in operations.items()
        for status, answer in operation["responses"].items()
        if not resolved(document, answer).get("content")
    }

    assert {status for _, status in without} == {"204", "304"}
    assert {name for name, status in without if status == "204"} == {name for name in operations if "DELETE" in name}


def test_examples_fit_their_schemas(document, operations):
    wrong = []
    for name, operation in operations.items():
        for status, _, media in bodies(document, operation):
            validator = Draft202012Validator({**media["schema"], "components": document["components"]})
            wrong += [(name, status, error.message) for one in examples(media) for error in validator.iter_errors(one)]

    assert wrong == []


def test_refusals_are_problems_with_their_own_status(document, operations):
    refusals = [
        (name, status, media_type, example["status"])
        for name, operation in operations.items()
        for status, media_type, media in bodies(document, operation)
        if status[0] in "45"
        for example in examples(media)
    ]

    assert [one for one in refusals if one[2] != PROBLEM or one[1] != str(one[3])] == []
    assert {name for name, *_ in refusals} == set(operations)


def test_every_operation_is_told_in_sentences(operations):
    summaries = {name: operation["summary"] for name, operation in operations.items()}
    texts = [*summaries.values(), *(operation.get("description", "") for operation in operations.values())]

    assert [text for text in summaries.values() if not re.fullmatch(r"[A-Z][a-z]+( [^ ]+){2,}[^.]", text)] == []
    assert [text for text in texts if "``" in text or "\n" in text] == []
    assert [text for text in texts if text and text not in summaries.values() and not text.endswith(".")] == []
    assert [name for name, text in summaries.items() if operations[name]["operationId"].replace("_", " ") in text] == []


def test_what_staff_alone_may_do_says_so(operations):
    by_staff = {name for name, operation in operations.items() if operation["security"] == [{"bearer": ["staff"]}]}

    assert {name for name, operation in operations.items() if "(staff)" in operation["summary"]} == by_staff


def test_every_read_is_conditional_and_every_list_comes_in_pages(document):
    for path, read in catalogue.reads(document):
        names = {asked.get("name") for asked in read["parameters"]}
        headers = set(read["responses"]["200"]["headers"])
        is_list = bool({"limit", "page_size"} & names)

        assert {"$ref": "#/components/parameters/IfNoneMatch"} in read["parameters"]
        assert "304" in read["responses"]
        assert (path, headers) == (path, LIST_HEADERS if is_list else {"ETag"})
        assert (path, {"skip", "offset"} <= names) == (path, "limit" in names)
        assert (path, "date" in names) == (path, path.endswith(("showtimes", "/screenings", "/showings")))


@pytest.mark.django_db
def test_every_path_is_served_with_and_without_the_slash(document, tmdb):
    """For every method, described or not; with rights to everything, and nothing stays done."""
    house, headers, called = House(), bearer(make.user(is_superuser=True)), set()

    for path, item in document["paths"].items():
        if catalogue.is_catalogue(path):
            for method in (*catalogue.METHODS, "head", "options"):
                address = house.address(path)
                plain, slashed = (status(method, one, ASKED.get(path), headers) for one in (address, f"{address}/"))
                called.add(f"{method.upper()} {path}")

                assert (method, path, plain) == (method, path, slashed)
                assert not 300 <= plain < 400
                allowed = method in {*item, "options"} or (method == "head" and "get" in item)
                assert (method, path, plain != 405) == (method, path, allowed)
    assert set(catalogue.operations(document)) <= called


def status(method: str, address: str, query: dict[str, str] | None, headers: dict[str, str]) -> int:
    body = ("{}", "application/json") if method in ("post", "put", "patch") else ("", "")
    client = Client(raise_request_exception=False)
    with transaction.atomic():
        answer = client.generic(method.upper(), address, *body, query_params=query, headers=headers)
        transaction.set_rollback(True)
    assert answer.status_code < 500, (method, address, answer.content)
    return answer.status_code
