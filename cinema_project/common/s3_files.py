"""Files in a bucket of S3 (``STORAGE_URL=s3://...``), quick to give up, and shown through us unless it is public."""

import io
import mimetypes
from typing import Any
from urllib.parse import quote, urljoin

from botocore.config import Config
from botocore.exceptions import ClientError
from django.conf import settings
from django.core.files.base import File
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

mimetypes.add_type("image/webp", ".webp")  # which Python 3.11 does not count as a standard
PATIENCE = {"connect_timeout": 3, "read_timeout": 10, "retries": {"total_max_attempts": 2}}
KEPT = {"CacheControl": "public, max-age=86400"}
STEP = 1024 * 1024
"""Bytes that one request to the bucket brings at least."""


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

    def _open(self, name: str, mode: str = "rb") -> File:
        """Open an object; one for reading is not fetched whole beforehand, as django-storages would.

        :raises FileNotFoundError: if there is none
        """
        if mode != "rb":
            return super()._open(name, mode)
        stored = self.bucket.Object(self._normalize_name(clean_name(name)))
        try:
            stored.load()
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                raise FileNotFoundError(f"There is no object {name}.") from None
            raise
        return File(io.BufferedReader(_Content(stored), STEP), name)


class _Content(io.RawIOBase):
    """An object's bytes: each read asks the bucket for just these, and only of the object as it was when opened."""

    def __init__(self, stored: Any) -> None:
        self._stored = stored
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._stored.content_length}[whence]
        self._at = max(0, origin + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readall(self) -> bytes:
        return self._next(self._stored.content_length)

    def readinto(self, buffer: Any) -> int:
        piece = self._next(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def _next(self, most: int) -> bytes:
        end = min(self._at + most, self._stored.content_length)
        if end <= self._at:
            return b""
        answer = self._stored.get(Range=f"bytes={self._at}-{end - 1}", IfMatch=self._stored.e_tag)
        piece: bytes = answer["Body"].read()
        self._at += len(piece)
        return piece
