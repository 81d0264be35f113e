"""Stored pictures, from whatever storage holds them; a proxy may take over (deploy/nginx.conf)."""

import logging
import mimetypes

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from cinema_project.common.stored_files import StorageDown

logger = logging.getLogger(__name__)


@require_safe
@cache_control(public=True, max_age=3600)
def stored_file(request: HttpRequest, path: str) -> HttpResponse:
    """Answer with one stored file. Whole, not streamed: they are pictures of a few dozen kilobytes."""
    try:
        with default_storage.open(path) as file:
            content = file.read()
    except (OSError, ValueError, SuspiciousFileOperation):
        raise Http404(f"There is no file {path}.") from None
    except Exception as error:  # each storage fails in its own way
        logger.warning("The storage did not give %s: %s", path, error)
        raise StorageDown("The file cannot be read. Please try again in a moment.", retry_after=10) from error
    return HttpResponse(content, content_type=mimetypes.guess_type(path, strict=False)[0] or "application/octet-stream")
