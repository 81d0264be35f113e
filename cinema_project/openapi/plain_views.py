"""Operations of the plain views: the hot paths do without REST framework, so they are described by hand."""

from importlib import import_module
from typing import Any

from django.conf import settings

from cinema_project.openapi.schema import SCHEME

Document = dict[str, Any]


def add_plain_views(result: Document, **_context: Any) -> Document:
    """Merge ``PATHS`` and ``COMPONENTS`` of each module of ``settings.PLAIN_VIEW_SCHEMAS`` into the document.

    :raises ValueError: if an operation or a component is described twice
    """
    components = result.setdefault("components", {})
    for name in settings.PLAIN_VIEW_SCHEMAS:
        described = import_module(name)
        for path, operations in described.PATHS.items():
            _add(result["paths"].setdefault(path, {}), operations, path)
        _add(components.setdefault("schemas", {}), described.COMPONENTS, "components")
    components.setdefault("securitySchemes", {}).setdefault("bearer", SCHEME)
    result["paths"] = dict(sorted(result["paths"].items()))
    return result


def _add(known: Document, new: Document, place: str) -> None:
    for name, value in new.items():
        if name in known:
            raise ValueError(f"{name} of {place} is described twice.")
        known[name] = value
