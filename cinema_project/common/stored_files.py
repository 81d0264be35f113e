"""Door out: files in Django's storage, whichever that is."""

import logging
import uuid
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from cinema_project.common import outbox
from cinema_project.common.errors import Unavailable

logger = logging.getLogger(__name__)


class StorageDown(Unavailable):
    code = "storage_unavailable"


def is_stored(name: str) -> bool:
    """Tell whether there is a file of this name.

    :raises StorageDown: if the storage does not say
    """
    try:
        return default_storage.exists(name)
    except Exception:  # each storage fails in its own way
        logger.exception("Could not look for %s", name)
    raise StorageDown("The pictures could not be stored. Please try again in a moment.", retry_after=10)


def store(name: str, content: bytes) -> str:
    """Store a file and return the name it has got.

    :raises StorageDown: if the storage does not take it
    """
    try:
        return default_storage.save(name, ContentFile(content))
    except Exception:  # each storage fails in its own way
        logger.exception("Could not store %s", name)
    raise StorageDown("The file could not be stored. Please try again in a moment.", retry_after=10)


def store_content(name: str, content: bytes) -> None:
    """Store a file under a name that its content gives: stored twice, or by two at once, it is one whole file.

    :raises StorageDown: if the storage does not take it
    """
    try:
        _put(name, content)
    except Exception as error:  # each storage fails in its own way
        logger.warning("Could not store %s: %s", name, error)
        raise StorageDown("The file could not be stored. Please try again in a moment.", retry_after=10) from error


def _put(name: str, content: bytes) -> None:
    try:
        target = Path(default_storage.path(name))
    except NotImplementedError:
        default_storage.save(name, ContentFile(content))  # such storages write a file whole or not at all
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{target.name}.{uuid.uuid4().hex}")
    try:
        draft.write_bytes(content)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def replace(name: str, content: bytes | Path) -> str:
    """Store a file under just this name, in place of one that is there; a large one is read piece by piece.

    :raises StorageDown: if the storage does not take it
    """
    try:
        if default_storage.exists(name):
            default_storage.delete(name)
        if isinstance(content, bytes):
            return default_storage.save(name, ContentFile(content))
        with content.open("rb") as file:
            return default_storage.save(name, File(file))
    except Exception:  # each storage fails in its own way
        logger.exception("Could not store %s", name)
    raise StorageDown("The file could not be stored. Please try again in a moment.", retry_after=10)


def delete_after_commit(name: str) -> None:
    """Delete a file once the surrounding transaction commits, and later should the storage fail."""
    outbox.add("unused_file", key=uuid.uuid4().hex, payload={"name": name}, at_once=delete)


def delete(payload: dict[str, Any]) -> None:
    """Deliver ``delete_after_commit``; a file that is gone already is none to worry about."""
    default_storage.delete(payload["name"])
