"""Thousands of requests made from the API's description, right and wrong: no fault, no answer it does not tell of.

A failure prints the request as a curl line.
"""

import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from accounts.tests.make import PASSWORD
from catalog.tests import fake_tmdb
from cinema_project.tests.catalogue import is_catalogue

ACCOUNTS = ("/auth/", "/users", "/me/ping", "/api-keys")
CASES = 2000
WANTED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
ADMIN = "admin@cinema.test"
Headers = dict[str, str]
NOBODY: Headers = {}


class Visitor:
    """Signs in, with a new account for each turn: some operations end the one that they are given."""

    def __init__(self, url: str) -> None:
        self.url, self.http = url, requests.Session()
        self.as_admin = self.bearer(ADMIN)

    def bearer(self, email: str) -> Headers:
        signed_in = self.http.post(f"{self.url}/api/v1/auth/login", json={"email": email, "password": PASSWORD})
        return {"Authorization": f"Bearer {signed_in.json()['access_token']}"}

    def new_bearer(self) -> Headers:
        person = {"email": f"{uuid.uuid4().hex}@cinema.test", "password": PASSWORD, "full_name": "Generated"}
        made = self.http.post(f"{self.url}/api/v1/users/admin/users", json=person, headers=self.as_admin)
        return self.bearer(made.json()["email"])

    def operations(self, is_wanted: Callable[[str], bool]) -> Iterator[schemathesis.APIOperation]:
        """Yield the operations of these paths, those that delete last."""
        described = schemathesis.openapi.from_url(f"{self.url}/openapi.json")
        found = [one.ok() for one in described.get_all_operations()]
        yield from sorted((one for one in found if is_wanted(one.path)), key=lambda one: one.method == "delete")

    def try_out(
        self,
        operation: schemathesis.APIOperation,
        callers: Sequence[Headers],
        cases: int,
        ids: dict[str, int] | None = None,
    ) -> int:
        """Send the operation right and wrong cases, ``cases`` of each or all there are; return how many there were.

        :param callers: whose turn it is, one after the other
        :param ids: of things that there are: half of the right cases name them
        """
        sent: list[schemathesis.Case] = []

        def send(case: schemathesis.Case, ids: dict[str, int]) -> None:
            for given_ids in (case.path_parameters, case.body):
                if isinstance(given_ids, dict):
                    given_ids.update({name: ids[name] for name in given_ids.keys() & ids})
            headers = callers[len(sent) % len(callers)]
            sent.append(case)
            checks = CHECKS.get_by_names(WANTED)
            case.call_and_validate(base_url=self.url, session=self.http, headers=headers, checks=checks)

        right, wrong = (operation.as_strategy(generation_mode=mode) for mode in GenerationMode)
        for_each(right, cases, lambda case: send(case, ids if ids and len(sent) // len(callers) % 2 else {}))
        for_each(wrong, cases, lambda case: send(case, {}))
        return len(sent)


def for_each(strategy: Any, cases: int, act: Callable[[schemathesis.Case], None]) -> None:
    """Act on so many different cases, always the same ones; on fewer if there are no more."""

    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=strategy)
    def run(case: schemathesis.Case) -> None:
        act(case)

    with suppress(Unsatisfiable):  # an operation that takes nothing cannot be called in a wrong way
        run()


@pytest.fixture
def product(scaled):
    scaled.manage("createsuperuser", "--noinput", "--email", ADMIN, DJANGO_SUPERUSER_PASSWORD=PASSWORD)
    return scaled


@pytest.mark.long
@pytest.mark.timeout(600)
def test_no_request_finds_a_fault_in_the_accounts(product, show_figure):
    visitor = Visitor(product.start("web", ACCESS_TOKEN_SECONDS=3600).url)

    cases = 0
    for operation in visitor.operations(lambda path: any(part in path for part in ACCOUNTS)):
        by_staff = "/admin/" in operation.path or "/api-keys" in operation.path
        cases += visitor.try_out(operation, [visitor.as_admin if by_staff else visitor.new_bearer()], 28)

    show_figure(f"generated requests to the accounts: {cases}")
    assert cases >= CASES


@pytest.mark.long
@pytest.mark.timeout(600)
def test_no_request_finds_a_fault_in_the_catalogue(product, running_tmdb, show_figure):
    running_tmdb.reset()
    built = product.manage("shell", "-v", "0", "-c", "from cinema_project.tests.catalogue import build; build()")
    settings = {"TMDB_API_KEY": fake_tmdb.KEY, "TMDB_BASE_URL": running_tmdb.url, "ACCESS_TOKEN_SECONDS": 3600}
    visitor = Visitor(product.start("http", **settings).url)
    callers, ids = [NOBODY, visitor.new_bearer(), visitor.as_admin], json.loads(built.stdout)

    operations = visitor.operations(is_catalogue)
    cases = sum(visitor.try_out(operation, callers, 15, ids) for operation in operations)

    show_figure(f"generated requests to the catalogue: {cases}")
    assert cases >= CASES
