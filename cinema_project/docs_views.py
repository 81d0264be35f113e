"""The API's documentation, from this server alone: no page here fetches anything from elsewhere."""

import functools
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cinema_project.openapi.refusals import refusals
from cinema_project.openapi.schema import schema_json

REDOC = "drf_spectacular_sidecar/redoc/bundles/redoc.standalone.js"
REDOC_LOGO = b"https://cdn.redoc.ly/redoc/logo-mini.svg"


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    return HttpResponse(schema_json(), content_type="application/json")


@require_safe
def swagger(request: HttpRequest) -> HttpResponse:
    return render(request, "docs/swagger.html")


@require_safe
def redoc(request: HttpRequest) -> HttpResponse:
    return render(request, "docs/redoc.html")


@require_safe
def redoc_script(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        _redoc_without_logo(), content_type="text/javascript", headers={"Cache-Control": "max-age=86400"}
    )


@require_safe
def errors(request: HttpRequest) -> HttpResponse:
    return render(request, "docs/errors.html", {"errors": refusals()})


@functools.cache
def _redoc_without_logo() -> bytes:
    """Return ReDoc as shipped, but for the one picture it would fetch from another host."""
    return Path(str(finders.find(REDOC))).read_bytes().replace(REDOC_LOGO, b"data:,")
