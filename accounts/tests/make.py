"""People for tests, valid and distinct unless told otherwise."""

from itertools import count
from typing import Any

import jwt
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.test import RequestFactory

from accounts.models import User
from accounts.services.api_keys import NewKey, create_key
from accounts.tokens import issue_tokens
from cinema_project.settings import SIMPLE_JWT

PASSWORD = "cinema-demo-2026"

_numbers = count(1)


def user(*, groups: tuple[str, ...] = (), password: str = PASSWORD, **fields: Any) -> User:
    number = next(_numbers)
    made = User.objects.create_user(
        **{"email": f"person{number}@cinema.test", "full_name": f"Person {number}", "password": password} | fields
    )
    made.groups.set([Group.objects.get_or_create(name=name)[0] for name in groups])
    return made


def request_from(address: str = "127.0.0.1", **headers: str) -> HttpRequest:
    """A request for the services that count where guesses come from."""
    return RequestFactory().post("/", REMOTE_ADDR=address, headers=headers)


def bearer(person: User) -> dict[str, str]:
    """The headers of a request by somebody signed in through the API."""
    return header(issue_tokens(user=person).access_token)


def api_key(*, by: User | None = None, **fields: Any) -> NewKey:
    defaults = {"name": f"Robot {next(_numbers)}", "scopes": ["jobs:read"]}
    return create_key(by=by or user(groups=("manager",)), **defaults | fields)


def header(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def claims_of(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def forged(token: str, *, key: str = SIMPLE_JWT["SIGNING_KEY"], algorithm: str = "HS256", **changes: Any) -> str:
    """A token with the claims of another and these changes; a claim set to ``None`` is left out."""
    claims = {name: value for name, value in (claims_of(token) | changes).items() if value is not None}
    return jwt.encode(claims, key if algorithm != "none" else None, algorithm=algorithm)
