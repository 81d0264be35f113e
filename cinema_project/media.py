"""Stored pictures and videos, from whatever storage holds them."""

import logging
import mimetypes
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from cinema_project.common.byte_ranges import Awaited, InTurn, OutOfReach, Part, part_of
from cinema_project.common.stored_files import StorageDown

MOST_AT_ONCE = 1024 * 1024
"""Bytes; what is larger is read piece by piece while it is sent."""

logger = logging.getLogger(__name__)


@require_safe
@cache_control(public=True, max_age=3600)
def stored_file(request: HttpRequest, path: str) -> HttpResponseBase:
    """Answer with one stored file, or with the part of it that is asked for."""
    try:
        file = default_storage.open(path)
        try:
            answer = _answer(request, path, file)
        except BaseException:
            file.close()
            raise
    except (OSError, ValueError, SuspiciousOperation):
        raise Http404(f"There is no file {path}.") from None
    except Exception as error:  # each storage fails in its own way
        logger.warning("The storage did not give %s: %s", path, error)
        raise StorageDown("The file cannot be read. Please try again in a moment.", retry_after=10) from error
    if not answer.streaming:
        file.close()
    return answer


def _answer(request: HttpRequest, path: str, file: Any) -> HttpResponseBase:
    size = file.size
    headers = {"Content-Type": mimetypes.guess_type(path, strict=False)[0] or "application/octet-stream"}
    if size > MOST_AT_ONCE or "Range" in request.headers:  # smaller ones are told apart by an ETag
        modified = int(default_storage.get_modified_time(path).timestamp())
        headers["Last-Modified"] = http_date(modified)
        if known := get_conditional_response(request, last_modified=modified):
            return known
    try:
        part = part_of(_range(request, headers.get("Last-Modified", "")), size)
    except OutOfReach:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    if part is not None:
        headers["Content-Range"] = f"bytes {part.first}-{part.last}/{size}"
    return _content(request, file, part or Part(0, size - 1), 200 if part is None else 206, headers)


def _content(request: HttpRequest, file: Any, part: Part, status: int, headers: dict[str, str]) -> HttpResponseBase:
    headers |= {"Accept-Ranges": "bytes", "Content-Length": str(part.length)}
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers)
    file.seek(part.first)
    if part.length <= MOST_AT_ONCE:
        return HttpResponse(file.read(part.length), status=status, headers=headers)
    pieces = (Awaited if isinstance(request, ASGIRequest) else InTurn)(file, part.length)
    return StreamingHttpResponse(pieces, status=status, headers=headers)


def _range(request: HttpRequest, last_modified: str) -> str:
    """Return the part that is asked for; none if it is one of an older file."""
    is_same = request.headers.get("If-Range", last_modified) == last_modified
    return request.headers.get("Range", "") if is_same else ""
