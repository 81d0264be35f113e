"""Stored pictures, from whatever storage holds them; a proxy may take over (deploy/nginx.conf)."""

import mimetypes

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe


@require_safe
@cache_control(public=True, max_age=3600)
def stored_file(request: HttpRequest, path: str) -> HttpResponse:
    """Answer with one stored file. Whole, not streamed: they are pictures of a few dozen kilobytes."""
    try:
        with default_storage.open(path) as file:
            content = file.read()
    except (OSError, ValueError, SuspiciousFileOperation):
        raise Http404(f"There is no file {path}.") from None
    return HttpResponse(content, content_type=mimetypes.guess_type(path, strict=False)[0] or "application/octet-stream")
