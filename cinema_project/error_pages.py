"""What answers where no view does: problem documents for programs, pages for people."""

import logging
from urllib.parse import urlsplit, urlunsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from cinema_project.common import exception_handler
from cinema_project.common.middleware import API_PREFIXES

logger = logging.getLogger(__name__)


@csrf_exempt  # nothing is done here, whatever the method
def nothing_here(request: HttpRequest) -> HttpResponse:
    """Answer an address that no other route knows; also in development, where visitors of the demo come by."""
    return not_found(request, Http404())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an unknown address."""
    if request.path.startswith(API_PREFIXES):
        return exception_handler.not_found(request, exception)
    return defaults.page_not_found(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer somebody who is known, and may not do this."""
    return defaults.permission_denied(request, exception)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token counts no longer, as after a sign-in in another tab; nothing of it was done.

    :param reason: Django's, for developers
    """
    logger.info("A form was refused at %s: %s", request.path, reason)
    if request.path.startswith(API_PREFIXES):
        return exception_handler.problem(403, "not_allowed", "This request needs the token of our own page.")
    came_from = urlsplit(request.headers.get("Referer", ""))
    again = urlunsplit(("", "", came_from.path, came_from.query, ""))
    if came_from.netloc != request.get_host() or not url_has_allowed_host_and_scheme(again, None):
        again = ""
    return render(request, "403_csrf.html", {"again": again}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours."""
    if request.path.startswith(API_PREFIXES):
        return exception_handler.server_error(request)
    return defaults.server_error(request)
