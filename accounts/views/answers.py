"""Pages that say what a service refused."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cinema_project.common.errors import DomainError, TooMany


def page(
    request: HttpRequest, template: str, *, refused: DomainError | None = None, status: int = 200, **context: Any
) -> HttpResponse:
    """Render a page of somebody's account; to whom came too often its status and header say so, too."""
    status = 429 if isinstance(refused, TooMany) else status
    response = render(request, template, {"section": "account", **context}, status=status)
    if refused is not None and refused.retry_after is not None:
        response["Retry-After"] = str(refused.retry_after)
    return response
