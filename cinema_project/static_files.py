"""Static files, served from where they lie by wrapping the application: a middleware would cost every request."""

from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.staticfiles import finders
from servestatic.base import ServeStaticBase

Server = TypeVar("Server", bound=ServeStaticBase)


def with_static_files(server: type[Server], application: Any) -> Server:
    """Wrap a WSGI or ASGI application so that it answers below ``STATIC_URL`` itself; files are looked up once, now."""
    wrapped = server(application, max_age=0 if settings.DEBUG else 3600)
    for folder in _folders():
        wrapped.add_files(str(folder), prefix=settings.STATIC_URL)
    return wrapped


def _folders() -> list[Path]:
    """Return the folders of all finders; of two files with one name, the first folder's counts."""
    found = [
        Path(storage.location)
        for finder in finders.get_finders()
        for storage in getattr(finder, "storages", {}).values()
    ]
    return [folder for folder in reversed(found) if folder.is_dir()]
