"""Files in a bucket of S3 (``STORAGE_URL=s3://...``), quick to give up, and shown through us unless it is public."""

import mimetypes
from typing import Any
from urllib.parse import quote, urljoin

from botocore.config import Config
from django.conf import settings
from storages.backends.s3 import S3Storage

mimetypes.add_type("image/webp", ".webp")  # which Python 3.11 does not count as a standard
PATIENCE = {"connect_timeout": 3, "read_timeout": 10, "retries": {"total_max_attempts": 2}}
KEPT = {"CacheControl": "public, max-age=86400"}


class S3Files(S3Storage):
    """django-storages' with our limits.

    :param public: address under which browsers find the files; empty: ``/media/``, where we hand them on
    """

    def __init__(self, *, public: str = "", **options: Any) -> None:
        self.public = f"{public.rstrip('/')}/" if public else settings.MEDIA_URL
        super().__init__(**options)

    def get_default_settings(self) -> dict[str, Any]:
        return super().get_default_settings() | {
            "file_overwrite": True,
            "default_acl": None,
            "querystring_auth": False,
            "object_parameters": KEPT,
            "client_config": Config(s3={"addressing_style": "path"}, signature_version="s3v4", **PATIENCE),
        }

    def url(self, name: str, *_arguments: Any, **_named: Any) -> str:
        return urljoin(self.public, quote(name.lstrip("/")))
