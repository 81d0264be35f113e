"""Thousands of requests made from the API's description, right and wrong: no fault, no answer it does not tell of.

A failure prints the request as a curl line.
"""

import uuid
from collections.abc import Iterator

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from accounts.tests.make import PASSWORD
from cinema_project.tests.product import ROOT

ACCOUNTS = ("/auth/", "/users", "/me/ping", "/api-keys")
CASES = 2000
CASES_OF_EACH = 28
"""For each operation and each kind of case; some operations have fewer different ones."""
WANTED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
ADMIN = "admin@cinema.test"


class Visitor:
    """Signs in, with a new account for each turn: some operations end the one that they are given."""

    def __init__(self, url: str) -> None:
        self.url, self.http = url, requests.Session()
        self.as_admin = self.bearer(ADMIN)

    def bearer(self, email: str) -> dict[str, str]:
        signed_in = self.http.post(f"{self.url}/api/v1/auth/login", json={"email": email, "password": PASSWORD})
        return {"Authorization": f"Bearer {signed_in.json()['access_token']}"}

    def new_bearer(self) -> dict[str, str]:
        person = {"email": f"{uuid.uuid4().hex}@cinema.test", "password": PASSWORD, "full_name": "Generated"}
        made = self.http.post(f"{self.url}/api/v1/users/admin/users", json=person, headers=self.as_admin)
        return self.bearer(made.json()["email"])


def operations() -> Iterator[schemathesis.APIOperation]:
    described = schemathesis.openapi.from_path(str(ROOT / "docs/openapi.json"))
    for found in described.get_all_operations():
        operation = found.ok()
        if any(part in operation.path for part in ACCOUNTS):
            yield operation


def try_out(operation: schemathesis.APIOperation, mode: GenerationMode, visitor: Visitor) -> int:
    """Send the operation its cases; return how many there were."""
    by_staff = "/admin/" in operation.path or "/api-keys" in operation.path
    headers = visitor.as_admin if by_staff else visitor.new_bearer()
    checks, sent = CHECKS.get_by_names(WANTED), []

    @settings(
        max_examples=CASES_OF_EACH,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: schemathesis.Case) -> None:
        sent.append(case)
        case.call_and_validate(base_url=visitor.url, session=visitor.http, headers=headers, checks=checks)

    try:
        send()
    except Unsatisfiable:
        """An operation that takes nothing cannot be called in a wrong way."""
    return len(sent)


@pytest.mark.timeout(600)
def test_no_request_finds_a_fault_in_the_accounts(scaled):
    scaled.manage("createsuperuser", "--noinput", "--email", ADMIN, DJANGO_SUPERUSER_PASSWORD=PASSWORD)
    visitor = Visitor(scaled.start("web", ACCESS_TOKEN_SECONDS=3600).url)

    cases = sum(try_out(operation, mode, visitor) for operation in operations() for mode in GenerationMode)

    assert cases >= CASES
