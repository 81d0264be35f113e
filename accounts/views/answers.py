"""Pages that say what a service refused, and where they lead on to."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

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


def next_page(request: HttpRequest) -> str:
    """Return the address of ours that the visitor wants to go on to."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return settings.LOGIN_REDIRECT_URL
