"""What answers where no view does: problem documents for programs, pages for people."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from cinema_project.common import exception_handler
from cinema_project.common.middleware import API_PREFIXES


@csrf_exempt  # nothing is done here, whatever the method
def nothing_here(request: HttpRequest) -> HttpResponse:
    """Answer an address that no other route knows; also in development, where visitors of the demo come by."""
    return not_found(request, Http404())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an unknown address."""
    if request.path.startswith(API_PREFIXES):
        return exception_handler.not_found(request, exception)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours."""
    if request.path.startswith(API_PREFIXES):
        return exception_handler.server_error(request)
    return defaults.server_error(request)
