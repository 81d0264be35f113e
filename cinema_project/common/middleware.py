"""Paths with and without the trailing slash, bodies of a bearable size, problem documents outside the pages, and a
short cut to the hot paths."""

from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import Resolver404, ResolverMatch, resolve
from django.views.defaults import page_not_found

from cinema_project.common.errors import TooLarge
from cinema_project.common.exception_handler import problem_for
from cinema_project.common.json_api import JsonView

API_PREFIXES = (
    "/api/",
    "/ws/",
    "/auth/",
    "/me/",
    "/health",
    "/catalog/",
    "/scraper/",
    "/scraperCatalog/",
    "/openapi.json",
)
SHORT = ("/api/", "/catalog/events")
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
        """Answer refusals of the plain views as REST framework's views do theirs, and an outage with a page."""
        refusal = problem_for(exception)
        if refusal is None or request.path.startswith(API_PREFIXES):
            return refusal
        if isinstance(exception, Http404):
            return page_not_found(request, exception)
        return _sorry(refusal) if refusal.has_header("Retry-After") else None


def _sorry(refusal: HttpResponse) -> HttpResponse:
    """Say on a page, made without the database, that a repeat makes sense."""
    page = HttpResponse(render_to_string("503.html"), status=refusal.status_code)
    page["Retry-After"] = refusal["Retry-After"]
    return page


class BoundedBodies:
    """Refuse a body announced as longer than anything the house takes, before any of it is read."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if int(request.META.get("CONTENT_LENGTH") or 0) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return self.get_response(request)
        refusal = problem_for(TooLarge("The body is larger than 10 MB."))
        assert refusal is not None
        if request.path.startswith(API_PREFIXES):
            return refusal
        return HttpResponse(render_to_string("413.html"), status=refusal.status_code)


class ShortCut:
    """Call a plain JSON view from here, past the middleware that only pages need: sessions, messages, CSRF, CSP."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        view = _json_view(request) if request.path_info.startswith(SHORT) else None
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
    match = _match(request.path_info)
    if match is None:
        return None
    request.resolver_match = match
    return lambda request: match.func(request, *match.args, **match.kwargs)


@lru_cache(maxsize=1000)
def _match(path: str) -> ResolverMatch | None:
    """Find the plain JSON view of a path, remembering the last thousand: in a rush many ask for the same."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    return match if issubclass(getattr(match.func, "view_class", object), JsonView) else None
