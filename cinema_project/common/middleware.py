"""Paths with and without the trailing slash, and problem documents for everything outside the pages."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from cinema_project.common.exception_handler import problem_for

API_PREFIXES = ("/api/", "/ws/", "/auth/", "/me/", "/health", "/catalog/", "/scraper/", "/scraperCatalog/")
Handler = Callable[[HttpRequest], HttpResponse]


class OptionalSlash:
    """Serve an API path with or without its trailing slash, without a redirect: routes are written without."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path[-1:] == "/" and path.startswith(API_PREFIXES):
            request.path_info = path.rstrip("/")
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer refusals of the plain views (the hot paths) the way REST framework's views answer theirs."""
        return problem_for(exception) if request.path_info.startswith(API_PREFIXES) else None
