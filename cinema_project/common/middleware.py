"""Paths with and without the trailing slash, problem documents outside the pages, a short cut to the hot paths."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from cinema_project.common.exception_handler import problem_for
from cinema_project.common.json_api import JsonView

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


class ShortCut:
    """Call a plain JSON view from here, past the middleware that only pages need: sessions, messages, CSRF, CSP."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        view = _json_view(request) if request.path_info.startswith("/api/") else None
        if view is None:
            return self.get_response(request)
        answer = _answer(view, request)
        answer["Content-Length"] = str(len(answer.content))
        return answer


def _answer(view: Handler, request: HttpRequest) -> HttpResponse:
    try:
        request.get_host()  # refuses a foreign Host header
        return view(request)
    except Exception as exception:
        refusal = problem_for(exception)
        if refusal is None:
            raise
        return refusal


def _json_view(request: HttpRequest) -> Handler | None:
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return None
    if not issubclass(getattr(match.func, "view_class", object), JsonView):
        return None
    request.resolver_match = match
    return lambda request: match.func(request, *match.args, **match.kwargs)
