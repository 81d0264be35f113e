"""How REST framework's views answer, whatever they are asked for."""

from collections.abc import Iterable
from typing import Any

from rest_framework.metadata import BaseMetadata
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class AlwaysTheFirst(DefaultContentNegotiation):
    """The view's first renderer, whatever ``Accept`` and ``?format=`` say: the plain views have no choice either."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[Any, str]:
        first = next(iter(renderers))
        return first, first.media_type or ""


class AllowAlone(BaseMetadata):
    """Nothing in the body of ``OPTIONS``, whose header ``Allow`` says it all; the schema tells the rest."""

    def determine_metadata(self, request: Request, view: Any) -> dict[str, Any]:
        return {}
