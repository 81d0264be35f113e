"""What answers where no view does: problem documents for programs, pages for people."""

from django.http import HttpRequest, HttpResponse
from django.views import defaults

from cinema_project.common import exception_handler
from cinema_project.common.middleware import API_PREFIXES


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an unknown address."""
    if request.path_info.startswith(API_PREFIXES):
        return exception_handler.not_found(request, exception)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours."""
    if request.path_info.startswith(API_PREFIXES):
        return exception_handler.server_error(request)
    return defaults.server_error(request)
